"""What a value in a request to the admin API may be: how it is read, and how it is described.

Each kind has a JSON Schema, reads a JSON value, and parses the text of a query parameter to
one. Both raise ValueError with a phrase that can follow the value's name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Protocol

from wan_validators.messages.formatting import summarize_value

from .hints import format_suggestion

Schema = Mapping[str, Any]

AMOUNT: Final = "[0-9]{1,12}([.][0-9]{1,12})?"


class FieldType(Protocol):
    @property
    def json_schema(self) -> Schema: ...

    def parse_value(self, value: Any) -> Any: ...

    def parse_text(self, text: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class IntegerType:
    """A whole number from *low* to *high*; ``true`` is none."""

    low: int
    high: int

    @property
    def json_schema(self) -> Schema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def parse_value(self, value: Any) -> int:
        if type(value) is int and self.low <= value <= self.high:
            return value
        raise ValueError(
            f"must be a whole number from {self.low} to {self.high}, {_format_actual(value)}"
        )

    def parse_text(self, text: str) -> Any:
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else text


@dataclass(frozen=True, slots=True)
class SecondsType:
    """A number of seconds from 0 to *high*, whole or not."""

    high: float

    @property
    def json_schema(self) -> Schema:
        return {"type": "number", "minimum": 0, "maximum": self.high}

    def parse_value(self, value: Any) -> float:
        if type(value) in (int, float) and 0 <= value <= self.high:
            return float(value)
        raise ValueError(
            f"must be a number of seconds from 0 to {self.high:.0f}, {_format_actual(value)}"
        )

    def parse_text(self, text: str) -> Any:
        try:
            number = float(text)
        except ValueError:
            return text
        return number if math.isfinite(number) else text


@dataclass(frozen=True, slots=True)
class StringType:
    """A string of *least* to 2,000 characters, one of *among* if there are any."""

    choices: tuple[str, ...] = ()
    min_length: int = 1

    @property
    def json_schema(self) -> Schema:
        among = {"enum": list(self.choices)} if self.choices else {"minLength": self.min_length}
        return {"type": "string", "maxLength": 2000, **among}

    def parse_value(self, value: Any) -> str:
        if type(value) is not str or not self.min_length <= len(value) <= 2000:
            empty = "that is not empty " if self.min_length else ""
            raise ValueError(
                f"must be a string {empty}of at most 2000 characters, {_format_actual(value)}"
            )
        if self.choices and value not in self.choices:
            raise ValueError(
                f"cannot be {summarize_value(value)!r}; {format_suggestion(value, self.choices)}"
            )
        return value

    def parse_text(self, text: str) -> Any:
        return text


@dataclass(frozen=True, slots=True)
class BooleanType:
    """``true`` or ``false``; only ``true`` where *only* says so."""

    true_only: bool = False

    @property
    def json_schema(self) -> Schema:
        return {"const": True} if self.true_only else {"type": "boolean"}

    def parse_value(self, value: Any) -> bool:
        if value is True or (value is False and not self.true_only):
            return bool(value)
        wanted = "true; leave it out where it is not wanted" if self.true_only else "true or false"
        raise ValueError(f"must be {wanted}, {_format_actual(value)}")

    def parse_text(self, text: str) -> Any:
        return {"true": True, "false": False}.get(text, text)


@dataclass(frozen=True, slots=True)
class UsdType:
    """An amount in USD from 0 up, as a decimal string such as ``"0.06"``."""

    @property
    def json_schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{AMOUNT}$"}

    def parse_value(self, value: Any) -> Decimal:
        if type(value) is str and re.fullmatch(AMOUNT, value):
            return Decimal(value)
        raise ValueError(
            f'must be an amount in USD as a string, such as "0.06", {_format_actual(value)}'
        )

    def parse_text(self, text: str) -> Any:
        return text


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An array of *low* to *high* values, each described by *items* and read by its owner."""

    items: Schema
    low: int
    high: int

    @property
    def json_schema(self) -> Schema:
        return {
            "type": "array",
            "items": dict(self.items),
            "minItems": self.low,
            "maxItems": self.high,
        }

    def parse_value(self, value: Any) -> list[Any]:
        if type(value) is list and self.low <= len(value) <= self.high:
            return value
        raise ValueError(
            f"must be an array of {self.low} to {self.high} items, {_format_actual(value)}"
        )

    def parse_text(self, text: str) -> Any:
        return text


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a body, or a parameter of a query, and what it *says* of itself.

    Where it is not given and not *required*, *default* is taken.
    """

    name: str
    type: FieldType
    doc: str
    required: bool = False
    nullable: bool = False
    default: Any = None

    @property
    def json_schema(self) -> Schema:
        made = {**self.type.json_schema, "description": self.doc}
        if self.nullable:
            made = {
                "anyOf": [dict(self.type.json_schema), {"type": "null"}],
                "description": self.doc,
            }
        return made if self.default is None else {**made, "default": self.default}

    def as_required(self) -> Field:
        return replace(self, required=True)


def _format_actual(value: Any) -> str:
    shown = summarize_value(value)
    return f"not {shown!r}" if shown is not None else "not null"
