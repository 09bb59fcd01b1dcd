"""Types of values: each parses, writes and describes its values as JSON Schema."""

from __future__ import annotations

import json
import math
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Self

from .messages.formatting import clip, summarize_value
from .messages.suggestions import suggest

__all__ = [
    "MAX_INTEGER_DIGITS",
    "USD_PATTERN",
    "Array",
    "Choice",
    "FieldType",
    "Flag",
    "Integer",
    "InvalidField",
    "Number",
    "Schema",
    "TextType",
    "Usd",
    "invalid_value",
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
