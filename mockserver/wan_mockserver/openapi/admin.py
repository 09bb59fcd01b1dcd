"""The description of the admin API, from its table of routes (OpenAPI 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, TypedDict

from wan_validators.messages.formatting import format_count

from ..admin import guard
from ..admin.route import AdminRoute
from ..fields import Field, Table
from ..simulator.routing import ROOT
from .schemas import DIALECT, VERSION, schema, version

__all__ = ["ERRORS", "SECURITY", "ErrorJson", "document"]


class ErrorJson(TypedDict):
    """What was wrong, what is allowed, and what to do."""

    message: str


SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "The token is the password."},
    "header": {"type": "apiKey", "in": "header", "name": guard.TOKEN},
}

ERRORS: Final = {
    400: "A parameter or a member is unknown, missing or wrong.",
    401: "The admin token is missing or wrong.",
    403: "The request is from another site, or by a name that is not this machine's.",
    404: "There is no such thing (any more).",
    413: f"The body is longer than {format_count(guard.MAX_BODY_BYTES, 'byte')}.",
    415: "The body is not called application/json.",
    500: "Internal error in the mock server.",
    503: "The server's store is out of reach.",
}


def document(routes: Iterable[AdminRoute], base_url: str, *, protected: bool) -> dict[str, Any]:
    """Describes *routes* of a server at *base_url*; *protected* if it asks for a token."""
    components: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operations = paths.setdefault(ROOT + route.path, {})
        operations[route.method.lower()] = _operation(route, components, protected=protected)
    made: dict[str, Any] = {
        "openapi": VERSION,
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "wanproof: admin API of the mock server",
            "version": version(),
            "description": "Shows what clients did and what it would have cost, and steers what "
            "happens to them. Every error is JSON with a message that says what to do.",
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {"schemas": components},
    }
    if protected:
        made["components"]["securitySchemes"] = SECURITY
        made["security"] = [{name: []} for name in SECURITY]
    return made


def _operation(route: AdminRoute, components: dict[str, Any], *, protected: bool) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", route.path)
    of_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*of_path, *map(_parameter, route.query)],
        "responses": {
            "200": _answer("What was asked for.", schema(route.answer, components)),
            **{
                str(status): _answer(ERRORS[status], schema(ErrorJson, components))
                for status in _errors(route, protected=protected)
            },
        },
    }
    if route.body:
        required = any(field.required for field in route.body)
        content = {"application/json": {"schema": Table(route.body).json_schema}}
        made["requestBody"] = {"required": required, "content": content}
    return made


def _errors(route: AdminRoute, *, protected: bool) -> list[int]:
    """The statuses that *route* may be refused with."""
    found = [500, 503, 401 if protected else 403]
    if route.query or route.body:
        found.append(400)
    if "{" in route.path:
        found.append(404)
    if route.method != "GET":
        found += [403, 413, 415]
    return sorted(set(found))


def _parameter(field: Field) -> dict[str, Any]:
    plain = {name: value for name, value in field.json_schema.items() if name != "description"}
    return {
        "name": field.name,
        "in": "query",
        "required": field.required,
        "description": field.doc,
        "schema": plain,
    }


def _answer(description: str, of: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": of}}}
