"""Who is asking: the API key in the Authorization header."""

from __future__ import annotations

import re
from hashlib import sha256

from wan_validators.vendor import Refused

from .refusal import TurnedDown

_KEY = re.compile("[!-~]+").fullmatch


def tenant(authorization: str | None) -> str:
    """A short name for the holder of the key, from which the key cannot be told.

    Any key will do that is printable ASCII without blanks. Raises TurnedDown for anything
    else, in three forms: no header, no word Bearer, no such key.
    """
    if not authorization:
        raise TurnedDown(Refused.NO_KEY, "the header Authorization: Bearer <key> is missing")
    scheme, _, key = authorization.strip(" \t").partition(" ")
    if scheme.lower() != "bearer":
        raise TurnedDown(Refused.NO_SCHEME, "the Authorization header must be Bearer <key>")
    if not _KEY(key.strip(" \t")):
        says = "the API key must be printable ASCII characters without blanks, at least one"
        raise TurnedDown(Refused.BAD_KEY, says)
    return sha256(key.strip(" \t").encode()).hexdigest()[:12]
