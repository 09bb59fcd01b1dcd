"""The few files that the page loads."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from wan_validators.optional_dependencies import explain_missing_extra

from ..control import Control
from ..http.messages import Request, Response
from .rendering import SAFE

with explain_missing_extra():
    from werkzeug.http import parse_etags, quote_etag

TYPES: Final = {
    "dashboard.css": "text/css; charset=utf-8",
    "dashboard.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""All files that are served, by name: no other name gets as far as the disk."""


def serve(control: Control, request: Request, name: str) -> Response:
    """The file called *name*; 304 if the browser has it."""
    if name not in TYPES:
        known = ", ".join(TYPES)
        return Response.json(404, {"message": f"there is no file {name!r}; files: {known}"})
    content = _content(name)
    return respond_cached(request, content, {"Content-Type": TYPES[name]})


def respond_cached(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    """*content*, or 304 if it is what the browser has; it always asks again."""
    etag = sha256(content).hexdigest()[:32]
    own = {**SAFE, **headers, "ETag": quote_etag(etag), "Cache-Control": "no-cache"}
    if parse_etags(request.headers.get("if-none-match")).contains_weak(etag):
        return Response(status=304, headers=own)
    return Response(status=200, headers={**own, "Content-Length": str(len(content))}, body=content)


@cache
def _content(name: str) -> bytes:
    return files(__package__).joinpath("static", name).read_bytes()
