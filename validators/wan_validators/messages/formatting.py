"""Formats names, numbers and values as short text that is safe to print."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from ..source.json_pointer import MISSING

__all__ = [
    "MAX_SHOWN_CHARACTERS",
    "clip",
    "format_bounds",
    "format_count",
    "format_duration",
    "format_last_name",
    "format_megabytes",
    "format_number",
    "format_outside",
    "format_range",
    "format_seconds",
    "format_usd",
    "pluralize",
    "summarize_value",
]

MAX_SHOWN_CHARACTERS = 80
"""The maximum number of shown characters of a value."""


def format_last_name(pointer: str) -> str:
    """Formats the last name in *pointer* with its index: ``images[1]``."""
    parts = pointer.split("/")[1:]
    index = f"[{parts.pop()}]" if len(parts) > 1 and parts[-1].isdecimal() else ""
    name = parts[-1].replace("~1", "/").replace("~0", "~") if parts else "the payload"
    return clip(name) + index


def format_number(value: int) -> str:
    """Formats an integer with separators: ``1,638,400``."""
    return f"{value:,}"


def format_bounds(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def format_range(low: int, high: int, unit: str) -> str:
    """Formats a range: ``1 item``, ``1 to 3 items``, ``at most 500 characters``."""
    if low == 0 and high > 1:
        return f"at most {high} {pluralize(unit, high)}"
    return f"{format_bounds(low, high)} {pluralize(unit, high)}"


def pluralize(noun: str, count: int) -> str:
    """Returns the form of *noun* that follows *count*: ``task`` after 1, else ``tasks``."""
    if count == 1:
        return noun
    if noun.endswith("y") and not noun.endswith(("ay", "ey", "oy")):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def format_count(count: int, noun: str) -> str:
    """Formats *count* with its noun: ``1 task``, ``2,000 tasks``."""
    return f"{format_number(count)} {pluralize(noun, count)}"


def format_seconds(seconds: float) -> str:
    """Formats a duration to the millisecond: ``1.9 s``."""
    return f"{round(seconds, 3):g} s"


def format_duration(seconds: float) -> str:
    """Formats whole seconds in the two largest units: ``10 s``, ``1 h 15 min``, ``2 d 3 h``."""
    parts = []
    left = round(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{format_number(count)} {unit}")
    return " ".join(parts[:2]) or "0 s"


def format_usd(amount: Decimal) -> str:
    """Formats an amount without an exponent: ``0.06 USD``."""
    return f"{amount:f} USD"


def format_megabytes(size: int) -> str:
    """Formats a number of bytes; a size just over a round one does not look like it."""
    megabytes, digits = size / 2**20, 4
    while digits < 16 and float(f"{megabytes:.{digits}g}").is_integer() != megabytes.is_integer():
        digits += 1
    return f"{megabytes:.{digits}g} MB ({format_number(size)} bytes)"


def format_outside(value: float, low: float, high: float) -> str:
    """Formats *value* with two decimals, or with as many as show that it is out of range."""
    decimals = 2
    while decimals < 15 and (low <= value <= high) != (
        low <= float(f"{value:.{decimals}f}") <= high
    ):
        decimals += 1
    return f"{value:.{decimals}f}"


def clip(text: str) -> str:
    """Returns *text*, cut to its start and its length if it is long."""
    if len(text) <= MAX_SHOWN_CHARACTERS:
        return text
    return f"{text[: MAX_SHOWN_CHARACTERS - 20]}… ({format_number(len(text))} characters)"


def summarize_value(value: Any) -> Any:
    """Returns *value* as a JSON value of bounded size; containers become descriptions."""
    match value:
        case None | bool():
            return value
        case str():
            return clip(value)
        case int():
            return value if abs(value) < 2**63 else f"an integer of {_format_digits(value)} digits"
        case float():
            return value if math.isfinite(value) else str(value)
        case dict():
            return f"an object with {format_range(len(value), len(value), 'member')}"
        case list():
            return f"an array of {format_range(len(value), len(value), 'item')}"
    return None if value is MISSING else f"a Python {type(value).__name__}"


def _format_digits(value: int) -> str:
    digits = math.floor(abs(value).bit_length() * math.log10(2)) + 1
    return f"about {format_number(digits)}" if digits < 4300 else "4,300 or more"
