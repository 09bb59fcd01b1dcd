"""A web page that shows what the server does and lets a person control it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..control import Control
from ..http.errors import AdminError
from ..http.messages import Request, Response
from ..simulator.routing import ROOT
from . import actions, pages, previews, static

Handler = Callable[[Control, Request, str], Response]

_GET: Final[tuple[tuple[str, Handler], ...]] = (
    ("", pages.redirect_to_page),
    ("/", pages.show_page),
    ("/ui/live", pages.show_live_part),
    ("/ui/scenario", pages.show_scenario_summary),
    ("/ui/entries/([0-9]{1,15})", pages.show_entry),
    ("/ui/thumbnails/([^/]+/[^/]+)", previews.serve_thumbnail),
    ("/ui/files/([^/]+/[^/]+)", previews.serve_file),
    ("/static/([^/]+)", static.serve_static_file),
)

_POST: Final[tuple[tuple[str, Handler], ...]] = (
    ("/ui/scenario", actions.arm),
    ("/ui/clock", actions.advance),
    ("/ui/reset", actions.reset),
)

_METHODS: Final = {"GET": _GET, "HEAD": _GET, "POST": _POST}


def answer(control: Control, request: Request) -> Response | None:
    """Answers a request for the page or a part of it. Returns None for other paths."""
    if not request.path.startswith(ROOT):
        return None
    path = request.path.removeprefix(ROOT)
    for pattern, handler in _METHODS.get(request.method, ()):
        match = re.fullmatch(pattern, path)
        if match:
            _check_query(request)
            return handler(control, request, match[1] if match.lastindex else "")
    return _reject_method(request, path)


def _check_query(request: Request) -> None:
    """Raises AdminError if the query has too many fields, before anything is changed."""
    try:
        pages.parse_parameters(request.query)
    except ValueError as error:
        raise AdminError(f"the query of {request.path} cannot be read: {error}", 400) from error


def _reject_method(request: Request, path: str) -> Response | None:
    """Returns 405 for a known path with another method, and None for other paths."""
    allowed = [
        method
        for method, routes in _METHODS.items()
        if any(re.fullmatch(pattern, path) for pattern, _ in routes)
    ]
    if not allowed:
        return None
    allow = ", ".join(allowed)
    message = f"{request.method} is not allowed at {request.path}; allowed: {allow}"
    return Response.json(405, {"message": message}, {"Allow": allow})
