"""Reads named values from JSON, TOML and query strings, and describes them as JSON Schema."""

from __future__ import annotations

import json
import math
import re
import sys
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Final, Self

from .messages.formatting import clip, summarize_value
from .messages.suggestions import suggest

__all__ = [
    "Array",
    "Choice",
    "Field",
    "FieldType",
    "Flag",
    "Integer",
    "InvalidField",
    "Number",
    "Schema",
    "TableType",
    "TextType",
    "Usd",
    "invalid_value",
    "read_toml",
    "unknown_name",
]

Schema = Mapping[str, Any]

USD_PATTERN: Final = "[0-9]{1,12}([.][0-9]{1,12})?"

MAX_INTEGER_DIGITS: Final = 19
"""Longer digits in a query are not converted: Python's limit raises another error."""


class InvalidField(ValueError):
    """A value or a name is not allowed. *path* says where, *allowed* what is allowed."""

    def __init__(self, path: str, problem: str, allowed: str = "") -> None:
        self.path, self.problem, self.allowed = path, problem, allowed
        place = f"{path}: " if path else ""
        super().__init__(place + "; ".join(filter(None, (problem, allowed))))


def invalid_value(value: Any, path: str, allowed: str) -> InvalidField:
    """Builds the error for a *value* that is not one of those *allowed*."""
    shown = summarize_value(value)
    if value is None or type(value) is bool:
        shown = json.dumps(value)
    elif type(value) is str or type(shown) is not str:
        shown = repr(shown)
    return InvalidField(path, f"{shown} is not valid", f"allowed: {allowed}")


def unknown_name(
    name: str, path: str, noun: str, known: Iterable[str], hint: str = ""
) -> InvalidField:
    """Builds the error for a *name* that is not *known*, with the nearest one or *hint*."""
    known = list(known)
    allowed = suggest(name, known, hint or f"allowed: {', '.join(known) or 'none'}")
    return InvalidField(path, f"there is no {noun} {clip(repr(name))}", allowed)


class FieldType(ABC):
    """A type of values: parses one, writes one, and describes all as JSON Schema."""

    __slots__ = ()

    @property
    def json_schema(self) -> Schema:
        return {}

    @abstractmethod
    def parse(self, value: Any, path: str) -> Any:
        """Parses a JSON or TOML *value*; raises InvalidField if it is not allowed."""

    def parse_text(self, text: str, path: str) -> Any:
        """Parses the *text* of a query parameter; raises InvalidField if it is not allowed."""
        return self.parse(text, path)

    def write(self, value: Any) -> Any:
        """Returns the TOML value that :meth:`parse` turns into *value*."""
        return value


@dataclass(frozen=True, slots=True)
class Integer(FieldType):
    """An integer from *low* to *high*, both included."""

    low: int
    high: int

    @property
    def json_schema(self) -> Schema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def parse(self, value: Any, path: str) -> int:
        # JSON Schema counts 1.0 as an integer, and some languages write it so.
        whole = int(value) if type(value) is float and value.is_integer() else value
        if type(whole) is int and self.low <= whole <= self.high:
            return whole
        raise invalid_value(value, path, f"a whole number from {self.low} to {self.high}")

    def parse_text(self, text: str, path: str) -> int:
        digits = text.removeprefix("-")
        is_integer = digits.isascii() and digits.isdecimal()
        if is_integer and len(digits) <= MAX_INTEGER_DIGITS:
            return self.parse(int(text), path)
        return self.parse(text, path)


@dataclass(frozen=True, slots=True)
class Number(FieldType):
    """A number from *low* to *high*, both included; *unit* is the plural of its unit."""

    low: float
    high: float
    unit: str = ""

    @property
    def json_schema(self) -> Schema:
        return {"type": "number", "minimum": self.low, "maximum": self.high}

    def parse(self, value: Any, path: str) -> float:
        if type(value) in (int, float) and self.low <= value <= self.high:
            return value  # type: ignore[no-any-return]
        of_unit = f" of {self.unit}" if self.unit else ""
        limits = f"{self.low:.15g} to {self.high:.15g}"
        raise invalid_value(value, path, f"a number{of_unit} from {limits}")

    def parse_text(self, text: str, path: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        return self.parse(number if math.isfinite(number) else text, path)


@dataclass(frozen=True, slots=True)
class TextType(FieldType):
    """A string of *min_length* to *max_length* characters.

    If *matches* is set, it must accept the string, and *allowed* says which strings it accepts.
    """

    min_length: int = 1
    max_length: int = 2000
    matches: Callable[[str], object] | None = None
    allowed: str = ""

    @property
    def json_schema(self) -> Schema:
        return {"type": "string", "maxLength": self.max_length, "minLength": self.min_length}

    def parse(self, value: Any, path: str) -> str:
        if (
            type(value) is str
            and self.min_length <= len(value) <= self.max_length
            and (self.matches is None or self.matches(value))
        ):
            return value
        empty = "that is not empty, " if self.min_length else ""
        allowed = self.allowed or f"a string {empty}of at most {self.max_length} characters"
        raise invalid_value(value, path, allowed)


@dataclass(frozen=True, slots=True)
class Choice(FieldType):
    """One of the strings that are the keys of *values*; it is read as the value of the key."""

    values: Mapping[str, Any]

    @classmethod
    def of(cls, values: Iterable[Any]) -> Self:
        """Builds the choice of strings, or of the values of an enumeration."""
        return cls({each.value if isinstance(each, Enum) else each: each for each in values})

    @property
    def json_schema(self) -> Schema:
        return {"type": "string", "maxLength": 2000, "enum": list(self.values)}

    def parse(self, value: Any, path: str) -> Any:
        if type(value) is str and value in self.values:
            return self.values[value]
        meant = suggest(value, self.values) if type(value) is str else ""
        raise invalid_value(value, path, ", ".join(self.values) + (f" ({meant})" if meant else ""))

    def write(self, value: Any) -> Any:
        return value.value if isinstance(value, Enum) else value


@dataclass(frozen=True, slots=True)
class Flag(FieldType):
    """``true`` or ``false``, or ``true`` alone if *true_only*."""

    true_only: bool = False

    @property
    def json_schema(self) -> Schema:
        return {"const": True} if self.true_only else {"type": "boolean"}

    def parse(self, value: Any, path: str) -> bool:
        if value is True or (value is False and not self.true_only):
            return bool(value)
        allowed = "true; otherwise leave it out" if self.true_only else "true or false"
        raise invalid_value(value, path, allowed)

    def parse_text(self, text: str, path: str) -> bool:
        return self.parse({"true": True, "false": False}.get(text, text), path)


@dataclass(frozen=True, slots=True)
class Usd(FieldType):
    """An amount in USD from 0 up: a decimal string, or also a number if *numbers*."""

    numbers: bool = False

    @property
    def json_schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{USD_PATTERN}$"}

    def parse(self, value: Any, path: str) -> Decimal:
        is_number = self.numbers and type(value) in (int, float)
        text = str(value) if is_number else value
        if type(text) is str and re.fullmatch(USD_PATTERN, text):
            return Decimal(text)
        raise invalid_value(value, path, 'an amount in USD, such as "0.05"')


@dataclass(frozen=True, slots=True)
class Array(FieldType):
    """An array of *low* to *high* items; it is read as a tuple."""

    item: FieldType
    low: int = 0
    high: int | None = None

    @property
    def json_schema(self) -> Schema:
        limits = {"minItems": self.low}
        if self.high is not None:
            limits["maxItems"] = self.high
        return {"type": "array", "items": dict(self.item.json_schema), **limits}

    def parse(self, value: Any, path: str) -> tuple[Any, ...]:
        high = sys.maxsize if self.high is None else self.high
        if type(value) is not list or not self.low <= len(value) <= high:
            limits = f"{self.low} to {self.high}" if self.high else f"{self.low} or more"
            of_items = f" of {limits} items" if self.low or self.high else ""
            raise invalid_value(value, path, f"an array{of_items}")
        return tuple(self.item.parse(each, f"{path}[{index}]") for index, each in enumerate(value))

    def write(self, value: Iterable[Any]) -> list[Any]:
        return [self.item.write(each) for each in value]


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
        tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidField("", f"{file} is not valid TOML: {error}") from error
    try:
        return kind.parse(tables, "")
    except InvalidField as error:
        path = f"{file}: {error.path}" if error.path else str(file)
        raise InvalidField(path, error.problem, error.allowed) from error
