"""What the official command-line clients of Vtrix read, and how: typed from their rules.

They decode strictly: a member of another type than here makes the whole response unreadable.
"""

from __future__ import annotations

import json
from typing import Any, Final

__all__ = [
    "LISTED",
    "SPEC",
    "TASK",
    "TEXT",
    "Contract",
    "MissingParameter",
    "check_types",
    "decode_envelope",
    "fill_in",
    "read_parameters",
]

TEXT, WHOLE, NUMBER, FLAG, ANY = "text", "whole number", "number", "flag", "anything"
TYPES: Final[dict[str, tuple[type, ...]]] = {
    TEXT: (str,),
    WHOLE: (int,),
    NUMBER: (int, float),
    FLAG: (bool,),
}

CONSTRAINTS: Final = {
    "enum": [TEXT],
    "default": ANY,
    "min": NUMBER,
    "max": NUMBER,
    "min_length": WHOLE,
    "max_length": WHOLE,
    "max_items": WHOLE,
}
PARAMETER: Final[dict[str, Any]] = {
    "name": TEXT,
    "path": TEXT,
    "type": TEXT,
    "required": FLAG,
    "description": TEXT,
    "constraints": CONSTRAINTS,
}
PARAMETER["children"] = [PARAMETER]

SPEC: Final = {
    "model_id": TEXT,
    "name": TEXT,
    "vendor": TEXT,
    "type": TEXT,
    "api": {"endpoint": TEXT, "method": TEXT, "headers": {}},
    "parameters": [PARAMETER],
    "agent_prompt": TEXT,
}

LISTED: Final = {
    "models": [
        {
            "id": TEXT,
            "name": TEXT,
            "type": TEXT,
            "description": TEXT,
            "input_modalities": [TEXT],
            "output_modalities": [TEXT],
        }
    ],
    "total": WHOLE,
    "page": WHOLE,
    "page_size": WHOLE,
    "total_pages": WHOLE,
}

TASK: Final = {
    "id": TEXT,
    "status": TEXT,
    "model": TEXT,
    "created_at": WHOLE,
    "progress": NUMBER,
    "output": [{"content": [{"type": TEXT, "url": TEXT, "duration": TEXT}]}],
    "usage": {"cost": TEXT, "quantity": WHOLE, "unit_price": TEXT},
}

SCHEMA: Final[dict[str, Any]] = {
    "type": TEXT,
    "required": [TEXT],
    "additionalProperties": FLAG,
    "enum": ANY,
    "default": ANY,
    "minimum": NUMBER,
    "maximum": NUMBER,
    "multipleOf": NUMBER,
    "minLength": WHOLE,
    "maxLength": WHOLE,
    "minItems": WHOLE,
    "maxItems": WHOLE,
    "pattern": TEXT,
    "format": TEXT,
}

ENDPOINT: Final = {"method": TEXT, "path": TEXT}
CONTRACT: Final = {
    "schema_version": TEXT,
    "revision": TEXT,
    "model_id": TEXT,
    "display_name": TEXT,
    "family": TEXT,
    "kind": TEXT,
    "protocol": TEXT,
    "body_mode": TEXT,
    "endpoints": dict.fromkeys(("submit", "status", "result", "cancel"), ENDPOINT),
}


class MissingParameter(Exception):
    """A client stops before its request: a required parameter is not given."""


def check_types(value: Any, shape: Any, at: str = "") -> None:
    """Raises AssertionError if a member that *shape* has is of another type in *value*."""
    if shape is ANY:
        return
    if isinstance(shape, list):
        assert type(value) is list, at
        for nth, each in enumerate(value):
            check_types(each, shape[0], f"{at}/{nth}")
    elif isinstance(shape, dict):
        assert type(value) is dict, at
        for name, below in shape.items():
            if name in value:
                check_types(value[name], below, f"{at}/{name}")
    else:
        assert type(value) in TYPES[shape], f"{at}: {value!r} is not a {shape}"


def decode_envelope(body: bytes, shape: Any) -> Any:
    """Returns the data, as the clients do: the code in the body decides, not the HTTP status."""
    envelope = json.loads(body)
    assert type(envelope["status"]["code"]) is int
    assert envelope["status"]["code"] in (0, 200), envelope["status"]["message"]
    check_types(envelope["data"], shape)
    return envelope["data"]


def read_parameters(given: dict[str, str], parameters: list[Any], at: str = "") -> dict[str, Any]:
    """Types the texts of a command line: those without a parameter are dropped silently."""
    read: dict[str, Any] = {}
    for parameter in parameters:
        name, kind = parameter["name"], parameter["type"]
        inner = {
            key.removeprefix(f"{name}."): text
            for key, text in given.items()
            if key.startswith(f"{name}.")
        }
        children = parameter.get("children")
        if (kind == "object" and children and not inner) or (not children and name not in given):
            if parameter["required"]:
                raise MissingParameter(f"{at}{name}")
        elif kind == "object" and children:
            read[name] = read_parameters(inner, children, f"{name}.")
        else:
            read[name] = _read_text(given[name], kind, parameter.get("constraints", {}))
    return read


def _read_text(text: str, kind: str, limits: dict[str, Any]) -> Any:
    assert not limits.get("enum") or text in limits["enum"]
    if kind in ("integer", "int"):
        number = int(text)
        assert limits.get("min", number) <= number <= limits.get("max", number)
        return number
    if kind in ("boolean", "bool"):
        return {"true": True, "false": False}[text]
    if kind == "array" or kind.startswith("array["):
        return json.loads(text)
    length = len(text.encode())
    assert limits.get("min_length", 0) <= length <= limits.get("max_length", length)
    return text


class Contract:
    """A contract as ``seacloud-cli`` reads it: it knows these keywords and no others."""

    def __init__(self, body: bytes) -> None:
        self.data = decode_envelope(body, CONTRACT)
        assert self.data["schema_version"] == "model-contract.v1"
        self.schema = self.data["input_schema"]
        check_schema(self.schema)

    def fill_in(self, given: dict[str, Any]) -> dict[str, Any]:
        return fill_in(given, self.schema)


def check_schema(schema: Any, at: str = "") -> None:
    assert set(schema) <= {*SCHEMA, "properties", "items"}, at
    check_types(schema, SCHEMA, at)
    for name, below in schema.get("properties", {}).items():
        check_schema(below, f"{at}/{name}")
    if "items" in schema:
        check_schema(schema["items"], f"{at}/*")


def fill_in(given: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Returns the body that is sent: the defaults are filled in, unknown members refused."""
    properties = schema["properties"]
    assert schema["additionalProperties"] or set(given) <= set(properties)
    assert set(schema.get("required", ())) <= set(given)
    defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
    return {**defaults, **given}
