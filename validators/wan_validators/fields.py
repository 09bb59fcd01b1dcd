"""Reads named values from JSON, TOML and query strings, and describes them as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .field_types import FieldType, InvalidField, Schema, invalid_value, unknown_name
from .source.toml_text import parse_toml

__all__ = [
    "Field",
    "TableType",
    "read_toml",
]


@dataclass(frozen=True, slots=True)
class Field:
    """A named value of a table, a JSON object or a query.

    *attribute* is its name in Python if that is not *name* with underscores. *default* is
    for readers whose result has every field.
    """

    name: str
    type: FieldType
    doc: str = ""
    required: bool = False
    nullable: bool = False
    default: Any = None
    attribute: str = ""

    @property
    def key(self) -> str:
        return self.attribute or self.name.replace("-", "_")

    @property
    def json_schema(self) -> Schema:
        kind = dict(self.type.json_schema)
        description = {"description": self.doc} if self.doc else {}
        default = {} if self.default is None else {"default": self.default}
        if self.nullable:
            kind = {"anyOf": [kind, {"type": "null"}]}
        return {**kind, **description, **default}

    def parse(self, value: Any, path: str) -> Any:
        return None if value is None and self.nullable else self.type.parse(value, path)

    def as_required(self) -> Field:
        return replace(self, required=True)


@dataclass(frozen=True, slots=True)
class TableType(FieldType):
    """A TOML table or a JSON object with *fields* and no other members.

    *noun* is what messages call a member, *allowed* what they call the table, and *hint* what
    they add for an unknown name that resembles no field.
    """

    fields: Sequence[Field]
    noun: str = "member"
    allowed: str = "a table"
    hint: str = ""

    @property
    def json_schema(self) -> Schema:
        required = [field.name for field in self.fields if field.required]
        return {
            "type": "object",
            "properties": {field.name: dict(field.json_schema) for field in self.fields},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }

    def parse(self, value: Any, path: str) -> Any:
        """Returns the members that are present, by the keys of their fields."""
        return self._parse(value, path, Field.parse)

    def parse_query(self, parameters: Mapping[str, str]) -> Any:
        """Returns the parameters that are present, by the keys of their fields."""
        return self._parse(
            parameters, "", lambda field, text, path: field.type.parse_text(text, path)
        )

    def fill_defaults(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns *values* with the default of each field that is absent."""
        return {field.key: values.get(field.key, field.default) for field in self.fields}

    def write_changes(self, value: object, default: object) -> dict[str, Any]:
        """Returns the members in which *value* differs from *default*."""
        return {
            field.name: field.type.write(member)
            for field in self.fields
            if (member := getattr(value, field.key)) != getattr(default, field.key)
        }

    def _parse(
        self, value: Any, path: str, parse: Callable[[Field, Any, str], Any]
    ) -> dict[str, Any]:
        if type(value) is not dict:
            raise invalid_value(value, path, self.allowed)
        known = {field.name: field for field in self.fields}
        for name in value:
            if name not in known:
                raise unknown_name(name, path, self.noun, known, self.hint)
        for field in self.fields:
            if field.required and field.name not in value:
                problem = f"the {self.noun} {field.name} is missing"
                raise InvalidField(path, f"{problem}: {field.doc}" if field.doc else problem)
        prefix = f"{path}." if path else ""
        return {
            field.key: parse(field, value[field.name], prefix + field.name)
            for field in self.fields
            if field.name in value
        }


def read_toml(file: Path, kind: FieldType) -> Any:
    """Reads *file* as *kind*; raises InvalidField, whose path begins with *file*, and OSError."""
    try:
        tables = parse_toml(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidField("", f"{file} is not valid TOML: {error}") from error
    try:
        return kind.parse(tables, "")
    except InvalidField as error:
        path = f"{file}: {error.path}" if error.path else str(file)
        raise InvalidField(path, error.problem, error.allowed) from error
