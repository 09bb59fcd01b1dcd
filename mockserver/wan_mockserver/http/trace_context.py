"""The ``Traceparent`` header of W3C Trace Context, by which an exchange is named."""

from __future__ import annotations

import re
from random import Random

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
).fullmatch


def traceparent(given: str | None, random: Random) -> str:
    """The header of an answer: in the trace of the request that *given* is from, if it is one."""
    known = _TRACEPARENT(given) if given else None
    trace = known["trace"] if known else _hexadecimal(random, 32)
    return f"00-{trace}-{_hexadecimal(random, 16)}-01"


def _hexadecimal(random: Random, digits: int) -> str:
    """That many digits, not all of them zero."""
    return f"{random.randrange(1, 16**digits):0{digits}x}"
