"""Parses TOML, except for what takes the parser of Python longer than its length allows."""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["parse_toml"]

MAX_KEY_PARTS: Final = 100

_LONG_KEY: Final = re.compile(rf"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){{{MAX_KEY_PARTS}}}""")
"""The parser takes time in proportion to the square of the parts of a key."""


def parse_toml(text: str) -> dict[str, Any]:
    """Raises ValueError if *text* is not valid, RecursionError if it is nested too deeply."""
    if _LONG_KEY.search(text):
        raise ValueError(f"a key has more than {MAX_KEY_PARTS} parts")
    import tomllib

    return tomllib.loads(text)
