"""Who is asking: the API key in the Authorization header."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256

from wan_validators.vendor import RejectionReason

from ..http.errors import RequestRejected

_KEY = re.compile("[!-~]+").fullmatch
_SCENARIO_KEY = re.compile(r"wanproof\.(?P<scenario>[^.]+)(?:\.(?P<tenant>[A-Za-z0-9_-]{1,64}))?")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds one API key. *tenant* is a short name from which *key* cannot be told.

    A key of the form ``wanproof.<scenario>[.<tenant>]`` chooses a scenario, and names the
    tenant itself if it likes: the tasks of a tenant are there under all of its scenarios.
    """

    tenant: str
    key: str = field(default="", repr=False)
    scenario: str | None = None


ANONYMOUS = Caller("")
"""Where no key is asked for, or none was given."""


def parse_caller(authorization: str | None) -> Caller:
    """The holder of the key. Any key will do that is printable ASCII without blanks.

    Raises RequestRejected for anything else, in three forms: no header, no word Bearer, no such
    key; and for a key that begins as if it chose a scenario, and does not.
    """
    if not authorization:
        raise RequestRejected(
            RejectionReason.NO_KEY, "the header Authorization: Bearer <key> is missing"
        )
    scheme, _, rest = authorization.strip(" \t").partition(" ")
    if scheme.lower() != "bearer":
        raise RequestRejected(
            RejectionReason.NO_SCHEME, "the Authorization header must be Bearer <key>"
        )
    key = rest.strip(" \t")
    if not _KEY(key):
        says = "the API key must be printable ASCII characters without blanks, at least one"
        raise RequestRejected(RejectionReason.BAD_KEY, says)
    ours = _SCENARIO_KEY.fullmatch(key)
    if not ours and key.lower().startswith("wanproof."):
        says = (
            "an API key that begins with wanproof. must be wanproof.<scenario>, or "
            "wanproof.<scenario>.<tenant> with a tenant of letters, digits, _ and -, 64 at most"
        )
        raise RequestRejected(RejectionReason.NO_SCENARIO, says)
    named = ours["tenant"] if ours else None
    hidden = sha256(key.encode()).hexdigest()[:12]
    return Caller(named or hidden, key, ours["scenario"] if ours else None)
