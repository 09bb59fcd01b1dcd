"""Answers requests to the admin API by its table of routes."""

from __future__ import annotations

from typing import Any, Final

from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest
from wan_validators.optional_dependencies import explain_missing_extra

from ..control import Control
from ..http.errors import AdminError
from ..http.messages import Request, Response
from ..openapi.admin import build_document
from ..simulator.routing import ROOT
from . import routes
from .request_parsing import parse_body, parse_query
from .response_types import to_json
from .route import AdminCall, AdminRoute, get

with explain_missing_extra():
    from werkzeug.exceptions import MethodNotAllowed, NotFound
    from werkzeug.routing import Map, Rule

__all__ = ["FRESH", "ROUTES", "answer"]


def _build_document(call: AdminCall) -> dict[str, Any]:
    protected = call.control.token is not None
    return build_document(ROUTES, call.request.base_url, protected=protected)


ROUTES: Final = (
    *routes.ROUTES,
    get("/openapi.json", "openapi", "This OpenAPI document.", dict[str, Any], _build_document),
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
    """Returns the response to *request*. Raises AdminError if it cannot be handled."""
    route, names = _match_route(request)
    parse, fields = (parse_body, route.body) if route.body else (parse_query, route.query)
    if route.body and request.query:
        raise AdminError(f"{route.method} {ROOT}{route.path} takes a JSON body, and no query")
    if not route.body and request.body and request.method != "GET":
        raise AdminError(f"{route.method} {ROOT}{route.path} takes no body")
    result = route.handler(AdminCall(control, request, parse(fields, request), names))
    return Response.json(200, to_json(result), FRESH)


def _match_route(request: Request) -> tuple[AdminRoute, dict[str, Any]]:
    try:
        found: tuple[Any, Any] = _MAP.bind("").match(request.path, request.method)
    except MethodNotAllowed as error:
        allow = ", ".join(sorted(error.valid_methods or ()))
        message = f"{clip(request.method)} is not allowed at {request.path}; allowed: {allow}"
        raise AdminError(message, 405, {"Allow": allow}) from error
    except NotFound as error:
        raise AdminError(_build_unknown_path_message(request.path), 404) from error
    return found


def _build_unknown_path_message(path: str) -> str:
    known = {route.path: ROOT + route.path for route in ROUTES}
    fallback = f"known: {', '.join(known.values())}"
    hint = suggest(path.removeprefix(ROOT), known, fallback, show=known.__getitem__)
    return f"nothing is served at {clip(path)}; {hint}"
