"""The admin API, from the OpenAPI document that the mock server serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import httpx

from wan_mockserver import BASE_URL, Mock, Simulator, WanTransport

from .markdown import code, from_docstring, table

__all__ = ["format_checks", "format_routes"]

Schema = Mapping[str, Any]

_ROOT: Final = "/_wanproof"


def format_routes() -> str:
    """Returns a section for each route."""
    return "\n".join(
        _route(path, method, operation)
        for path, operations in _document()["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post", "delete")
    )


def format_checks() -> str:
    """Returns a table of the checks that ``verify`` knows."""
    body = _document()["paths"][f"{_ROOT}/verify"]["post"]["requestBody"]
    checks = _resolve(_json(body))["properties"]["checks"]["items"]["oneOf"]
    rows = [
        [code(name), ", ".join(_types(schema)), check["description"]]
        for check in checks
        for name, schema in check["properties"].items()
    ]
    return table(["check", "value", "passes if"], rows)


@cache
def _document() -> Schema:
    with httpx.Client(transport=WanTransport(Mock(Simulator())), base_url=BASE_URL) as client:
        document: Schema = client.get("/_wanproof/openapi.json").json()
        return document


def _route(path: str, method: str, operation: Schema) -> str:
    parts = [f"## {method.upper()} {path.removeprefix(_ROOT)}\n", operation.get("summary", ""), ""]
    rows = [*_parameters(operation), *_members(operation)]
    if rows:
        parts.append(table(["name", "in", "type", "meaning"], rows))
    answer = _resolve(_json(operation["responses"]["200"]))
    if "properties" in answer:
        members = ", ".join(map(code, answer["properties"]))
        parts.append(f"{from_docstring(answer.get('description', ''))} Members: {members}.\n")
    return "\n".join(parts)


def _parameters(operation: Schema) -> Iterator[list[str]]:
    for each in map(_resolve, operation.get("parameters", ())):
        types = ", ".join(_types(each["schema"]))
        yield [code(each["name"]), each["in"], types, each.get("description", "")]


def _members(operation: Schema) -> Iterator[list[str]]:
    body = _resolve(_json(operation["requestBody"])) if "requestBody" in operation else {}
    for name, schema in body.get("properties", {}).items():
        required = " Required." if name in body.get("required", ()) else ""
        types = ", ".join(_types(schema))
        yield [code(name), "body", types, schema.get("description", "") + required]


def _types(schema: Schema) -> Iterator[str]:
    for each in schema.get("oneOf", schema.get("anyOf", [schema])):
        if "type" in each:
            yield from [each["type"]] if isinstance(each["type"], str) else each["type"]
        elif "const" in each:
            yield code(str(each["const"]).lower())


def _json(holder: Schema) -> Schema:
    schema: Schema = holder["content"]["application/json"]["schema"]
    return schema


def _resolve(schema: Schema) -> Schema:
    """Returns the schema that a ``$ref`` points to, or *schema* itself."""
    if "$ref" not in schema:
        return schema
    found = _document()
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found
