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

from wan_validators.messages.formatting import brief

from .hints import hint

Schema = Mapping[str, Any]

AMOUNT: Final = "[0-9]{1,12}([.][0-9]{1,12})?"


class Kind(Protocol):
    @property
    def schema(self) -> Schema: ...

    def read(self, value: Any) -> Any: ...

    def parse(self, text: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from *low* to *high*; ``true`` is none."""

    low: int
    high: int

    @property
    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def read(self, value: Any) -> int:
        if type(value) is int and self.low <= value <= self.high:
            return value
        raise ValueError(f"must be a whole number from {self.low} to {self.high}, {_not(value)}")

    def parse(self, text: str) -> Any:
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else text


@dataclass(frozen=True, slots=True)
class Seconds:
    """A number of seconds from 0 to *high*, whole or not."""

    high: float

    @property
    def schema(self) -> Schema:
        return {"type": "number", "minimum": 0, "maximum": self.high}

    def read(self, value: Any) -> float:
        if type(value) in (int, float) and 0 <= value <= self.high:
            return float(value)
        raise ValueError(f"must be a number of seconds from 0 to {self.high:.0f}, {_not(value)}")

    def parse(self, text: str) -> Any:
        try:
            number = float(text)
        except ValueError:
            return text
        return number if math.isfinite(number) else text


@dataclass(frozen=True, slots=True)
class Text:
    """A string of *least* to 2,000 characters, one of *among* if there are any."""

    among: tuple[str, ...] = ()
    least: int = 1

    @property
    def schema(self) -> Schema:
        among = {"enum": list(self.among)} if self.among else {"minLength": self.least}
        return {"type": "string", "maxLength": 2000, **among}

    def read(self, value: Any) -> str:
        if type(value) is not str or not self.least <= len(value) <= 2000:
            empty = "that is not empty " if self.least else ""
            raise ValueError(f"must be a string {empty}of at most 2000 characters, {_not(value)}")
        if self.among and value not in self.among:
            raise ValueError(f"cannot be {brief(value)!r}; {hint(value, self.among)}")
        return value

    def parse(self, text: str) -> Any:
        return text


@dataclass(frozen=True, slots=True)
class Flag:
    """``true`` or ``false``; only ``true`` where *only* says so."""

    only: bool = False

    @property
    def schema(self) -> Schema:
        return {"const": True} if self.only else {"type": "boolean"}

    def read(self, value: Any) -> bool:
        if value is True or (value is False and not self.only):
            return bool(value)
        wanted = "true; leave it out where it is not wanted" if self.only else "true or false"
        raise ValueError(f"must be {wanted}, {_not(value)}")

    def parse(self, text: str) -> Any:
        return {"true": True, "false": False}.get(text, text)


@dataclass(frozen=True, slots=True)
class Usd:
    """An amount in USD from 0 up, as a decimal string such as ``"0.06"``."""

    @property
    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{AMOUNT}$"}

    def read(self, value: Any) -> Decimal:
        if type(value) is str and re.fullmatch(AMOUNT, value):
            return Decimal(value)
        raise ValueError(f'must be an amount in USD as a string, such as "0.06", {_not(value)}')

    def parse(self, text: str) -> Any:
        return text


@dataclass(frozen=True, slots=True)
class Many:
    """An array of *low* to *high* values, each described by *items* and read by its owner."""

    items: Schema
    low: int
    high: int

    @property
    def schema(self) -> Schema:
        return {
            "type": "array",
            "items": dict(self.items),
            "minItems": self.low,
            "maxItems": self.high,
        }

    def read(self, value: Any) -> list[Any]:
        if type(value) is list and self.low <= len(value) <= self.high:
            return value
        raise ValueError(f"must be an array of {self.low} to {self.high} items, {_not(value)}")

    def parse(self, text: str) -> Any:
        return text


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a body, or a parameter of a query, and what it *says* of itself.

    Where it is not given and not *required*, *default* is taken.
    """

    name: str
    kind: Kind
    says: str
    required: bool = False
    nullable: bool = False
    default: Any = None

    @property
    def schema(self) -> Schema:
        made = {**self.kind.schema, "description": self.says}
        if self.nullable:
            made = {"anyOf": [dict(self.kind.schema), {"type": "null"}], "description": self.says}
        return made if self.default is None else {**made, "default": self.default}

    def as_required(self) -> Field:
        return replace(self, required=True)


def _not(value: Any) -> str:
    shown = brief(value)
    return f"not {shown!r}" if shown is not None else "not null"
