"""Infers JSON Schemas of responses from examples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

__all__ = ["TYPES", "infer_schema"]

TYPES = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


def infer_schema(values: Sequence[Any], words: Collection[str] = ()) -> dict[str, Any]:
    """Returns a schema that allows all *values* of one place.

    Members that all objects have are required. A string that is always one of *words* can
    be any of them.
    """
    kinds = dict.fromkeys(TYPES[type(value)] for value in values)
    if {"integer", "number"} <= kinds.keys():
        del kinds["integer"]
    if len(kinds) > 1:
        found = [[value for value in values if _is_type(value, kind)] for kind in kinds]
        return {"anyOf": [infer_schema(each, words) for each in found]}
    [kind] = kinds
    if kind == "object":
        return _infer_object_schema(values, words)
    if kind == "array":
        items = [item for value in values for item in value]
        return {"type": kind, "items": infer_schema(items, words)} if items else {"type": kind}
    if kind == "string" and all(value in words for value in values):
        return {"type": kind, "enum": list(dict.fromkeys(words))}
    return {"type": kind}


def _infer_object_schema(values: Sequence[Any], words: Collection[str]) -> dict[str, Any]:
    names = dict.fromkeys(name for value in values for name in value)
    made: dict[str, Any] = {
        "type": "object",
        "properties": {
            name: infer_schema([value[name] for value in values if name in value], words)
            for name in names
        },
    }
    required = [name for name in names if all(name in value for value in values)]
    return {**made, "required": required} if required else made


def _is_type(value: Any, kind: str) -> bool:
    own = TYPES[type(value)]
    return own == kind or (own == "integer" and kind == "number")
