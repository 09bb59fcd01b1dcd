"""Writes responses as bytes of HTTP/1.0 and HTTP/1.1."""

from __future__ import annotations

from email.utils import formatdate
from time import time
from typing import Any, Final

from wan_validators.rejection import find_status_phrase

from ..messages import BODILESS_STATUSES, Response

__all__ = ["IDENT", "build_error", "build_head", "get_body"]

IDENT: Final = "wanproof"
"""The header Server."""

_HOP_BY_HOP: Final = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "te", "trailers", "transfer-encoding")
)
"""Headers that belong to the connection, so no response of a service has them."""


def get_body(method: str, response: Response) -> bytes:
    """Returns the body that goes with *response* to a request with *method*."""
    left_out = method == "HEAD" or response.status in BODILESS_STATUSES
    return b"" if left_out else response.body


def build_head(response: Response, version: str, *, closes: bool) -> bytes:
    """Builds the status line and the headers of *response* for a client of *version*.

    Raises ValueError if a header would change the protocol: names of connections, line breaks.
    """
    headers = response.headers
    names = {name.lower() for name in headers}
    if not _HOP_BY_HOP.isdisjoint(names):
        raise ValueError(f"a response must not have the headers {sorted(_HOP_BY_HOP & names)}")
    lines = [f"HTTP/{version} {response.status} {find_status_phrase(response.status)}"]
    lines += [
        f"{name}: {value}"
        for name, value in headers.items()
        if response.status not in BODILESS_STATUSES or name.lower() != "content-length"
    ]
    if "content-length" not in names and response.status not in BODILESS_STATUSES:
        lines.append(f"Content-Length: {len(response.body)}")
    if "date" not in names:
        lines.append(f"Date: {formatdate(time(), usegmt=True)}")
    if "server" not in names:
        lines.append(f"Server: {IDENT}")
    if closes:
        lines.append("Connection: close")
    elif version == "1.0":
        lines.append("Connection: Keep-Alive")
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1:
        raise ValueError("a header has a line break")
    return f"{text}\r\n\r\n".encode("latin-1")


def build_error(error: Any) -> Response:
    """Builds the response to a request that cannot be read, from an error of waitress."""
    _, headers, body = error.to_response(IDENT)
    return Response(status=error.code, headers=dict(headers), body=body)
