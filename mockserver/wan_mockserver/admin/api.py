"""The admin API: it answers requests by its table of routes and describes them."""

from __future__ import annotations

from typing import Any, Final

from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest
from wan_validators.optional_dependencies import explain_missing_extra

from ..control import Control
from ..http.errors import AdminError
from ..http.messages import Request, Response
from ..openapi import admin
from ..simulator.routing import ROOT
from . import routes
from .request_parsing import parse_body, parse_query
from .response_types import to_json
from .route import AdminCall, AdminRoute, get

with explain_missing_extra():
    from werkzeug.exceptions import MethodNotAllowed, NotFound
    from werkzeug.routing import Map, Rule

__all__ = ["FRESH", "ROUTES", "answer"]


def _document(call: AdminCall) -> dict[str, Any]:
    protected = call.control.token is not None
    return admin.document(ROUTES, call.request.base_url, protected=protected)


ROUTES: Final = (
    *routes.ROUTES,
    get("/openapi.json", "openapi", "This description.", dict[str, Any], _document),
)

_MAP: Final = Map(
    [
        Rule(
            ROOT + route.path.replace("{", "<").replace("}", ">"),
            methods=[route.method],
            endpoint=route,
        )
        for route in ROUTES
    ]
)


FRESH: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def answer(control: Control, request: Request) -> Response:
    """What the API answers; raises AdminError for what it does not do."""
    route, names = _match_route(request)
    read, fields = (parse_body, route.body) if route.body else (parse_query, route.query)
    if route.body and request.query:
        raise AdminError(f"{route.method} {ROOT}{route.path} takes a JSON body, and no query")
    if not route.body and request.body and request.method != "GET":
        raise AdminError(f"{route.method} {ROOT}{route.path} takes no body")
    answer = route.handler(AdminCall(control, request, read(fields, request), names))
    return Response.json(200, to_json(answer), FRESH)


def _match_route(request: Request) -> tuple[AdminRoute, dict[str, Any]]:
    try:
        found: tuple[Any, Any] = _MAP.bind("").match(request.path, request.method)
    except MethodNotAllowed as error:
        allow = ", ".join(sorted(error.valid_methods or ()))
        message = f"{clip(request.method)} is not allowed at {request.path}; allowed: {allow}"
        raise AdminError(message, 405, {"Allow": allow}) from error
    except NotFound as error:
        raise AdminError(_nothing_at(request.path), 404) from error
    return found


def _nothing_at(path: str) -> str:
    known = {route.path: ROOT + route.path for route in ROUTES}
    everything = f"known: {', '.join(known.values())}"
    hint = suggest(path.removeprefix(ROOT), known, everything, show=known.__getitem__)
    return f"nothing is served at {clip(path)}; {hint}"
