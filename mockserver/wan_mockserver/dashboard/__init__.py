"""A page that shows what the server does, and lets a person steer it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..control import ROOT, Control
from ..http.errors import AdminError
from ..http.messages import Request, Response
from . import actions, pages, previews, static

Handler = Callable[[Control, Request, str], Response]

_GET: Final[tuple[tuple[str, Handler], ...]] = (
    ("", pages.home),
    ("/", pages.whole),
    ("/ui/live", pages.live),
    ("/ui/scenario", pages.scenario),
    ("/ui/entries/([0-9]{1,15})", pages.entry),
    ("/ui/thumbnails/([^/]+/[^/]+)", previews.thumbnail),
    ("/ui/files/([^/]+/[^/]+)", previews.file),
    ("/static/([^/]+)", static.serve),
)

_POST: Final[tuple[tuple[str, Handler], ...]] = (
    ("/ui/scenario", actions.arm),
    ("/ui/clock", actions.advance),
    ("/ui/reset", actions.reset),
)

_METHODS: Final = {"GET": _GET, "HEAD": _GET, "POST": _POST}


def answer(control: Control, request: Request) -> Response | None:
    """The answer to a request for the page or one of its parts; None for other paths."""
    if not request.path.startswith(ROOT):
        return None
    path = request.path.removeprefix(ROOT)
    for pattern, handler in _METHODS.get(request.method, ()):
        match = re.fullmatch(pattern, path)
        if match:
            _check(request)
            return handler(control, request, match[1] if match.lastindex else "")
    return _wrong_method(request, path)


def _check(request: Request) -> None:
    """Raises AdminError for a query that is too long, before anything is done."""
    try:
        pages.parameters(request.query)
    except ValueError as error:
        raise AdminError(f"the query of {request.path} cannot be read: {error}", 400) from error


def _wrong_method(request: Request, path: str) -> Response | None:
    """The refusal of a method at a path that has others; None for other paths."""
    allowed = [
        method
        for method, routes in _METHODS.items()
        if any(re.fullmatch(pattern, path) for pattern, _ in routes)
    ]
    if not allowed:
        return None
    allow = ", ".join(allowed)
    says = f"{request.method} is not allowed at {request.path}; allowed: {allow}"
    return Response.json(405, {"message": says}, {"Allow": allow})
