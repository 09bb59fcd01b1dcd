"""Builds JSON Schemas of the admin API's responses from their types."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping, MutableMapping
from dataclasses import is_dataclass
from decimal import Decimal
from functools import cache
from importlib import metadata
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

__all__ = ["DIALECT", "PLAIN", "VERSION", "build_schema", "version"]

VERSION: Final = "3.1.0"
"""The version of OpenAPI."""

DIALECT: Final = "https://spec.openapis.org/oas/3.1/dialect/base"
"""The dialect of JSON Schema in OpenAPI 3.1."""

PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Decimal: {"type": "string"},
    types.NoneType: {"type": "null"},
    Any: {},
}


@cache
def version() -> str:
    """Returns the version of wanproof."""
    return metadata.version("wanproof")


def build_schema(kind: Any, components: MutableMapping[str, Any]) -> dict[str, Any]:
    """Builds the schema of the type *kind*; adds the types it refers to to *components*."""
    if kind in PLAIN:
        return {**PLAIN[kind]}
    if is_typeddict(kind) or is_dataclass(kind):
        return _build_component(kind, components)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (list, tuple):
        return {"type": "array", "items": build_schema(inner[0], components)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": build_schema(inner[1], components)}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [build_schema(each, components) for each in inner]}
    raise TypeError(f"no JSON Schema is known for {kind!r}")


def _build_component(kind: Any, components: MutableMapping[str, Any]) -> dict[str, Any]:
    name = kind.__name__.removesuffix("Json")
    if name not in components:
        made = components[name] = {"type": "object", "description": inspect.getdoc(kind)}
        hints = get_type_hints(kind)
        made["properties"] = {member: build_schema(hints[member], components) for member in hints}
        made["required"] = sorted(hints)
        made["additionalProperties"] = False
    return {"$ref": f"#/components/schemas/{name}"}
