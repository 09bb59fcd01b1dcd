"""Serves the static files of the page."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from wan_validators.optional_dependencies import explain_missing_extra

from ..control import Control
from ..http.messages import Request, Response
from .rendering import SECURITY_HEADERS

with explain_missing_extra():
    from werkzeug.http import parse_etags, quote_etag

__all__ = ["CONTENT_TYPES", "respond_cached", "serve_static_file"]

CONTENT_TYPES: Final = {
    "dashboard.css": "text/css; charset=utf-8",
    "dashboard.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""The types of all static files by name; no other name is looked up on the disk."""


def serve_static_file(control: Control, request: Request, name: str) -> Response:
    """Serves the file called *name*, or 304 if the browser has it."""
    if name not in CONTENT_TYPES:
        known = ", ".join(CONTENT_TYPES)
        return Response.json(404, {"message": f"there is no file {name!r}; files: {known}"})
    return respond_cached(request, _read_file(name), {"Content-Type": CONTENT_TYPES[name]})


def respond_cached(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    """Returns *content*, or 304 if the browser has it; the browser revalidates each time."""
    etag = sha256(content).hexdigest()[:32]
    headers = {
        **SECURITY_HEADERS,
        **headers,
        "ETag": quote_etag(etag),
        "Cache-Control": "no-cache",
    }
    if parse_etags(request.headers.get("if-none-match")).contains_weak(etag):
        return Response(status=304, headers=headers)
    headers["Content-Length"] = str(len(content))
    return Response(status=200, headers=headers, body=content)


@cache
def _read_file(name: str) -> bytes:
    return files(__package__).joinpath("static", name).read_bytes()
