"""The JSON Schemas of what goes to a client in another process and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .commands import run
from .markdown import code, escape, table

__all__ = ["format_case", "format_outcome"]


def format_case() -> str:
    """Returns a table of the members of a case."""
    return _table(_schema("case"))


def format_outcome() -> str:
    """Returns tables of the members of an outcome and of its outputs."""
    schema = _schema("outcome")
    output = schema["properties"]["outputs"]["items"]
    return f"{_table(schema)}\nThe members of an output:\n\n{_table(output)}"


def _schema(name: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(run("check", "--schema", name))
    return schema


def _table(schema: Mapping[str, Any]) -> str:
    rows = [
        [code(name), "yes" if name in schema["required"] else "", escape(member["description"])]
        for name, member in schema["properties"].items()
    ]
    return table(["member", "required", "meaning"], rows)
