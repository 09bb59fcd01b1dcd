"""Lets pages of chosen origins call the server (CORS), and no others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from wan_mockserver.admin import guard
from wan_mockserver.control import Control
from wan_mockserver.http.errors import AdminError
from wan_mockserver.http.messages import Request, Response
from wan_validators.messages.formatting import clip

__all__ = ["OriginPolicy"]

OWN_SITES: Final = ("same-origin", "none")
"""Values of Sec-Fetch-Site of requests that no other site caused."""

MAX_AGE_S: Final = "600"
"""Seconds for which a browser may remember the answer to a preflight request."""

EXPOSED: Final = "*"
"""All response headers, such as Retry-After, are readable in a page."""

MAX_REFUSED: Final = 5
"""The most refused origins that a report names."""


class OriginPolicy:
    """Allows pages of this machine, and of *origins*, to send requests."""

    def __init__(self, origins: Collection[str] = ()) -> None:
        self._origins = {origin.rstrip("/").lower() for origin in origins}
        self.refused: dict[str, None] = {}
        """The origins of pages that were refused, in the order of their requests."""

    def is_allowed(self, origin: str) -> bool:
        """Returns True if pages of *origin* may read responses."""
        return origin.lower() in self._origins or _is_loopback_origin(origin)

    def answer_preflight(self, request: Request) -> Response | None:
        """Returns the response if *request* asks whether a page may send another request."""
        asked = request.headers
        if request.method != "OPTIONS" or "access-control-request-method" not in asked:
            return None
        if not self.is_allowed(asked.get("origin", "")):
            raise self._refuse(asked.get("origin", ""))
        allowed = {
            "Access-Control-Allow-Methods": asked["access-control-request-method"],
            "Access-Control-Allow-Headers": asked.get("access-control-request-headers", ""),
            "Access-Control-Max-Age": MAX_AGE_S,
        }
        if asked.get("access-control-request-private-network") == "true":
            allowed["Access-Control-Allow-Private-Network"] = "true"
        # The server closes the connection after a 204, and clients should reuse connections.
        headers = {name: text for name, text in allowed.items() if text}
        return Response(status=200, headers={**headers, "Content-Length": "0"})

    def build_headers(self, request: Request) -> Mapping[str, str]:
        """Returns the headers that let the page read the response to *request*."""
        origin = request.headers.get("origin")
        if origin is None:
            return {}
        if not self.is_allowed(origin):
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": EXPOSED,
        }

    def check(self, control: Control, request: Request) -> None:
        """Raises AdminError if a page of another site caused *request*, or a foreign name did.

        The rules are those of the admin API, except that allowed origins may send requests.
        """
        origin = request.headers.get("origin")
        if origin is not None and not self.is_allowed(origin):
            raise self._refuse(origin)
        if origin is None and request.headers.get("sec-fetch-site", "none") not in OWN_SITES:
            raise AdminError("a page of another site may not call this; use fetch() with CORS", 403)
        passed = ("origin", "sec-fetch-site")
        headers = {name: text for name, text in request.headers.items() if name not in passed}
        try:
            guard.check(control, _hide_ip_address(replace(request, headers=headers)))
        except AdminError as error:
            if error.status != 403:
                raise
            host = clip(request.headers.get("host", request.base_url))
            message = (
                f"only names of this machine are answered here, not {host!r}; call the server by "
                "its address, or start the run with --base-url and this name"
            )
            raise AdminError(message, 403) from error

    def _refuse(self, origin: str) -> AdminError:
        shown = clip(origin)
        if len(self.refused) < MAX_REFUSED:
            self.refused[shown] = None
        message = (
            f"pages of {shown or 'an unknown origin'} are not allowed here; start the run with "
            f"--origin {shown or 'ORIGIN'}"
        )
        return AdminError(message, 403)


def _is_loopback_origin(origin: str) -> bool:
    host = _find_host(origin) if origin.startswith(("http://", "https://")) else ""
    return host == "localhost" or host.endswith(".localhost") or _is_address(host, loopback=True)


def _hide_ip_address(request: Request) -> Request:
    """Returns *request* with this machine's own name if it was sent to an IP address.

    Only names can be changed to another machine (DNS rebinding), so an IP address is harmless.
    """
    hosts = [_find_host(request.base_url), _find_host(f"//{request.headers.get('host', '')}")]
    if not all(_is_address(host) for host in hosts if host):
        return request
    headers = {name: text for name, text in request.headers.items() if name != "host"}
    return replace(request, base_url="http://localhost", headers=headers)


def _find_host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_address(host: str, *, loopback: bool = False) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or not loopback
