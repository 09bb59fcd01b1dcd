"""Answers requests to the admin API by its table of routes."""

from __future__ import annotations

from typing import Any, Final

from ..control import Control
from ..http.errors import AdminError
from ..http.messages import Request, Response, encode_in_parts
from ..openapi.admin import build_document
from ..simulator.routing import ROOT
from . import routes
from .request_parsing import parse_body, parse_query
from .response_types import to_json
from .route import AdminCall, get
from .route_table import RouteTable

__all__ = ["FRESH", "ROUTES", "answer"]


def _build_document(call: AdminCall) -> dict[str, Any]:
    protected = call.control.token is not None
    return build_document(ROUTES, call.request.base_url, protected=protected)


ROUTES: Final = (
    *routes.ROUTES,
    get("/openapi.json", "openapi", "This OpenAPI document.", dict[str, Any], _build_document),
)

_TABLE: Final = RouteTable(ROUTES)


FRESH: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def answer(control: Control, request: Request) -> Response:
    """Returns the response to *request*. Raises AdminError if it cannot be handled."""
    route, names = _TABLE.match(request)
    parse, fields = (parse_body, route.body) if route.body else (parse_query, route.query)
    if route.body and request.query:
        raise AdminError(f"{route.method} {ROOT}{route.path} takes a JSON body, and no query")
    if not route.body and request.body and request.method != "GET":
        raise AdminError(f"{route.method} {ROOT}{route.path} takes no body")
    result = route.handler(AdminCall(control, request, parse(fields, request), names))
    return Response.of_json(200, encode_in_parts(to_json(result)), FRESH)
