"""Builds the OpenAPI document of the admin API from its table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, TypedDict

from wan_validators.fields import Field, TableType
from wan_validators.messages.formatting import format_count

from ..admin import guard
from ..admin.route import AdminRoute
from ..simulator.routing import ROOT
from .schemas import DIALECT, VERSION, build_schema, version

__all__ = ["ERRORS", "SECURITY", "ErrorJson", "build_document"]


class ErrorJson(TypedDict):
    """The error, what is allowed, and what to do."""

    message: str


SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "The token is the password."},
    "header": {"type": "apiKey", "in": "header", "name": guard.TOKEN},
}

ERRORS: Final = {
    400: "A parameter or a member is unknown, missing or wrong.",
    401: "The admin token is missing or wrong.",
    403: "The request is from another site, or the host name is not one of this machine.",
    404: "It does not exist (any more).",
    413: f"The body is longer than {format_count(guard.MAX_BODY_BYTES, 'byte')}.",
    415: "The Content-Type of the body is not application/json.",
    500: "Internal error in the mock server.",
    503: "The server's store cannot be reached.",
}


def build_document(
    routes: Iterable[AdminRoute], base_url: str, *, protected: bool
) -> dict[str, Any]:
    """Builds the document of *routes* at *base_url*; *protected* if they need a token."""
    components: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operations = paths.setdefault(ROOT + route.path, {})
        operations[route.method.lower()] = _build_operation(route, components, protected=protected)
    made: dict[str, Any] = {
        "openapi": VERSION,
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "wanproof: admin API of the mock server",
            "version": version(),
            "description": "Shows what clients did and what it would have cost, and arms "
            "scenarios. Every error is JSON with a message that explains what to do.",
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {"schemas": components},
    }
    if protected:
        made["components"]["securitySchemes"] = SECURITY
        made["security"] = [{name: []} for name in SECURITY]
    return made


def _build_operation(
    route: AdminRoute, components: dict[str, Any], *, protected: bool
) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", route.path)
    of_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*of_path, *map(_build_parameter, route.query)],
        "responses": {
            "200": _build_response("The requested data.", build_schema(route.answer, components)),
            **{
                str(status): _build_response(ERRORS[status], build_schema(ErrorJson, components))
                for status in _list_error_statuses(route, protected=protected)
            },
        },
    }
    if route.body:
        required = any(field.required for field in route.body)
        content = {"application/json": {"schema": TableType(route.body).json_schema}}
        made["requestBody"] = {"required": required, "content": content}
    return made


def _list_error_statuses(route: AdminRoute, *, protected: bool) -> list[int]:
    """Returns the error statuses that *route* can return."""
    found = [400, 500, 503, 401 if protected else 403]
    if "{" in route.path:
        found.append(404)
    if route.method != "GET":
        found += [403, 413, 415]
    return sorted(set(found))


def _build_parameter(field: Field) -> dict[str, Any]:
    plain = {name: value for name, value in field.json_schema.items() if name != "description"}
    return {
        "name": field.name,
        "in": "query",
        "required": field.required,
        "description": field.doc,
        "schema": plain,
    }


def _build_response(description: str, of: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": of}}}
