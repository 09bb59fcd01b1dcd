"""Identifies the caller by the API key in the Authorization header."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

from wan_validators.rejection import RejectionReason

from ..http.errors import RequestRejected
from .context import Caller

__all__ = ["check_scheme", "identify_caller"]

Schemes = tuple[str, ...] | frozenset[str]

_KEY = re.compile("[!-~]+").fullmatch
_SCENARIO_KEY = re.compile(r"wanproof\.(?P<scenario>[^.]+)(?:\.(?P<tenant>[A-Za-z0-9_-]{1,64}))?")


@lru_cache(maxsize=1024)
def check_scheme(authorization: str | None, schemes: Schemes) -> None:
    """Raises RequestRejected if the header is missing or has none of the *schemes*."""
    forms = " or ".join(f"{scheme} <key>" for scheme in schemes)
    if not authorization:
        raise RequestRejected(
            RejectionReason.NO_KEY, f"the header Authorization: {forms} is missing"
        )
    scheme = authorization.strip(" \t").partition(" ")[0]
    if scheme.lower() not in map(str.lower, schemes):
        raise RequestRejected(
            RejectionReason.NO_SCHEME, f"the Authorization header must be {forms}"
        )


@lru_cache(maxsize=1024)
def identify_caller(authorization: str | None, schemes: Schemes = ("Bearer",)) -> Caller:
    """Returns the caller whose API key is in the header.

    The key may be any printable ASCII without blanks.

    Raises RequestRejected if the header is missing, if its scheme is none of *schemes*, if the
    key is not valid, and if it begins like a key that selects a scenario but has another form.
    """
    check_scheme(authorization, schemes)
    assert authorization
    rest = authorization.strip(" \t").partition(" ")[2]
    key = rest.strip(" \t")
    if not _KEY(key):
        detail = "the API key must be printable ASCII characters without blanks, at least one"
        raise RequestRejected(RejectionReason.BAD_KEY, detail)
    match = _SCENARIO_KEY.fullmatch(key)
    if not match and key.lower().startswith("wanproof."):
        detail = (
            "an API key that begins with wanproof. must be wanproof.<scenario>, or "
            "wanproof.<scenario>.<tenant> with a tenant of letters, digits, _ and -, 64 at most"
        )
        raise RequestRejected(RejectionReason.NO_SCENARIO, detail)
    name = match["tenant"] if match else None
    digest = sha256(key.encode()).hexdigest()[:12]
    return Caller(name or digest, key, match["scenario"] if match else None)
