"""Names, numbers and values in words: short, and safe to print whatever they are."""

from __future__ import annotations

import math
from typing import Any

from .pointer import MISSING

LONGEST = 80
"""Characters of a value that are shown."""


def named(pointer: str) -> str:
    """The last name in *pointer*, with the index that follows it: ``images[1]``."""
    parts = pointer.split("/")[1:]
    index = f"[{parts.pop()}]" if len(parts) > 1 and parts[-1].isdecimal() else ""
    name = parts[-1].replace("~1", "/").replace("~0", "~") if parts else "the payload"
    return clip(name) + index


def number(value: int) -> str:
    """1638400 as ``1,638,400``."""
    return f"{value:,}"


def spread(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def counted(low: int, high: int, unit: str) -> str:
    """``1 item``, ``1 to 3 items``, ``at most 500 characters``."""
    if low == 0 and high > 1:
        return f"at most {high} {unit}s"
    return f"{spread(low, high)} {unit}{'' if high == 1 else 's'}"


def megabytes(size: int) -> str:
    return f"{size / 2**20:.4g} MB ({number(size)} bytes)"


def clip(text: str) -> str:
    """The start of *text*, and its length where that is not all."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 20]}… ({number(len(text))} characters)"


def brief(value: Any) -> Any:
    """*value* as a JSON value of bounded size: containers and long numbers are described."""
    match value:
        case None | bool():
            return value
        case str():
            return clip(value)
        case int():
            return value if abs(value) < 2**63 else f"an integer of {_digits(value)} digits"
        case float():
            return value if math.isfinite(value) else str(value)
        case dict():
            return f"an object with {counted(len(value), len(value), 'member')}"
        case list():
            return f"an array of {counted(len(value), len(value), 'item')}"
    return None if value is MISSING else f"a Python {type(value).__name__}"


def _digits(value: int) -> str:
    digits = math.floor(abs(value).bit_length() * math.log10(2)) + 1
    return f"about {number(digits)}" if digits < 4300 else "4,300 or more"
