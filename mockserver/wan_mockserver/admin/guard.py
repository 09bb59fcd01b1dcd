"""Protects ``/_wanproof`` from other machines and from pages of other sites."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from wan_validators.messages.formatting import clip, format_count

from ..http.errors import AdminError
from ..http.messages import Request
from .request_parsing import parse_content_type

if TYPE_CHECKING:
    from ..control import Control

__all__ = [
    "BODIES",
    "CHALLENGE",
    "MAX_BODY_BYTES",
    "PORTS",
    "SAFE_METHODS",
    "TOKEN",
    "check",
]

TOKEN: Final = "X-Wanproof-Admin-Token"  # noqa: S105  (a header's name)
"""The header that may carry the token, for clients that need Authorization for something else."""

CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="wanproof"'}
"""Makes a browser ask for the token, as the password of any user name."""

MAX_BODY_BYTES: Final = 1_000_000
"""The largest body, in bytes."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

BODIES: Final = ("application/json", "application/x-www-form-urlencoded")

PORTS: Final = {"http": 80, "https": 443}


def check(control: Control, request: Request) -> None:
    """Raises AdminError if *request* is not allowed."""
    if control.token is None:
        _check_host(request, control.hosts)
    elif not any(
        candidate and _is_token(candidate, control.token) for candidate in _iter_tokens(request)
    ):
        message = (
            f"the admin token is missing or wrong; send it as Authorization: Bearer <token>, as "
            f"{TOKEN}: <token>, or as the password of HTTP Basic with any user name"
        )
        raise AdminError(message, 401, CHALLENGE)
    if request.method not in SAFE_METHODS:
        _check_origin(request)
        _check_body(request)


def _iter_tokens(request: Request) -> Iterator[str]:
    """Yields candidate tokens."""
    yield request.headers.get(TOKEN.lower(), "")
    scheme, _, rest = request.headers.get("authorization", "").strip().partition(" ")
    match scheme.lower():
        case "bearer":
            yield rest.strip()
        case "basic":
            try:
                yield base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeError):
                return


def _is_token(candidate: str, token: str) -> bool:
    return hmac.compare_digest(
        candidate.encode("utf-8", "replace"), token.encode("utf-8", "replace")
    )


def _check_host(request: Request, hosts: frozenset[str]) -> None:
    """Rejects foreign Host names (DNS rebinding)."""
    names = [_split_url(request.base_url)]
    if "host" in request.headers:
        names.append(_split_url(f"//{request.headers['host']}"))
    if all(name is not None and _is_allowed_host(name.hostname or "", hosts) for name in names):
        return
    host = clip(request.headers.get("host", request.base_url))
    message = (
        f"without an admin token only this machine's own names are answered here, such as "
        f"localhost and 127.0.0.1, not {host!r}; call the server by one of those, or give it an "
        "admin token"
    )
    raise AdminError(message, 403)


def _is_allowed_host(host: str, hosts: frozenset[str]) -> bool:
    name = host.removesuffix(".").lower()
    if name == "localhost" or name.endswith(".localhost") or name in hosts:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    own = _parse_origin(request.base_url)
    if origin is not None and (own is None or _parse_origin(origin) != own):
        message = (
            f"pages of {clip(origin)} may change nothing here, only those of this server, "
            f"{clip(request.base_url)}; leave out the header Origin if the client is not a browser"
        )
        raise AdminError(message, 403)
    site = request.headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        message = (
            f"a request from another site (Sec-Fetch-Site: {clip(site)}) may change nothing here; "
            f"use the page at {clip(request.base_url)}"
        )
        raise AdminError(message, 403)


def _parse_origin(text: str) -> tuple[str, str, int | None] | None:
    """Returns scheme, host and port, with the default port; None if *text* is not a URL."""
    parts = _split_url(text)
    if parts is None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _split_url(text: str) -> SplitResult | None:
    """Returns the parts of a URL; None if the URL or port is invalid."""
    try:
        parts = urlsplit(text)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def _check_body(request: Request) -> None:
    if request.body is None or len(request.body) > MAX_BODY_BYTES:
        raise AdminError(
            f"a body here may have {format_count(MAX_BODY_BYTES, 'byte')} at most", 413
        )
    kind = parse_content_type(request)
    if request.body and kind not in BODIES:
        message = f"the Content-Type must be {BODIES[0]}, not {kind or 'none at all'}"
        raise AdminError(message, 415)
