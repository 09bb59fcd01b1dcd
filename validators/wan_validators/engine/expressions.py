"""Each kind of check and condition as a Python expression, for the compiled engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Final

from ..constraints.basic import (
    Absent,
    Alone,
    Between,
    Check,
    Given,
    Items,
    Kind,
    NotBlank,
    OneOf,
    Parts,
    Text,
)
from ..constraints.size import Pair, Pixels, Ratio, Size
from ..spec import Equals

KINDS: Final[Mapping[type, type]] = {
    Alone: dict,
    Between: int,
    Items: list,
    NotBlank: str,
    Pair: str,
    Text: str,
}
"""Checks that fit whatever is of one type."""

WHATEVER: Final = (Absent, Given)
"""Checks that fit anything."""


def fits(check: Check, seen: str, name: str) -> str:
    """Source that is true if what *seen* names fits *check*, which *name* names."""
    if isinstance(check, WHATEVER):
        return "True"
    match check:
        case Kind():
            kind = check.type
        case OneOf():
            kind = type(check.values[0])
        case Size():
            return f"type({seen}) is str and {seen}.count('*') == 1"
        case Pixels() | Ratio():
            return f"{seen} is not None"
        case _ if type(check) in KINDS:
            kind = KINDS[type(check)]
        case _:
            return f"{name}.fits({seen})"
    return f"type({seen}) is {kind.__name__}"


@singledispatch
def holds(check: Check, seen: str, name: str) -> str:
    """Source that is true if *check* holds for what *seen* names, given that it fits."""
    return f"{name}.holds({seen})"


@holds.register(Given)
@holds.register(Kind)
def _(check: Check, seen: str, name: str) -> str:
    return "True"


@holds.register
def _(check: Absent, seen: str, name: str) -> str:
    return "False"


@holds.register
def _(check: OneOf, seen: str, name: str) -> str:
    return f"{seen} in {check.values!r}" if check.values[1:] else f"{seen} == {check.values[0]!r}"


@holds.register
def _(check: Between, seen: str, name: str) -> str:
    return f"{check.low} <= {seen} <= {check.high}"


@holds.register(Text)
@holds.register(Items)
def _(check: Text | Items, seen: str, name: str) -> str:
    return between(f"len({seen})", check.low, check.high)


@holds.register
def _(check: NotBlank, seen: str, name: str) -> str:
    return f"not {seen}.isspace()" + ("" if check.empty else f" and {seen} != ''")


@holds.register
def _(check: Alone, seen: str, name: str) -> str:
    return f"(len({seen}) == 1 or {name}.holds({seen}))"


@holds.register
def _(check: Parts, seen: str, name: str) -> str:
    return between(f"{seen}.count({check.key!r})", check.low, check.high)


@holds.register
def _(check: Pair, seen: str, name: str) -> str:
    return f"{seen}.count('*') == 1"


@holds.register
def _(check: Size, seen: str, name: str) -> str:
    return f"sides({seen}) is not None"


@holds.register
def _(check: Pixels, seen: str, name: str) -> str:
    return f"{check.low} <= {seen}[0] * {seen}[1] <= {check.high}"


@holds.register
def _(check: Ratio, seen: str, name: str) -> str:
    (low, per_low), (high, per_high) = check.low, check.high
    return (
        f"{seen}[0] * {per_low} >= {seen}[1] * {low}"
        f" and {seen}[0] * {per_high} <= {seen}[1] * {high}"
    )


def between(number: str, low: int, high: int) -> str:
    """Source that is true if *number*, which is not negative, is from *low* to *high*."""
    if low == high:
        return f"{number} == {low}"
    return f"{low} <= {number} <= {high}" if low else f"{number} <= {high}"


def condition(when: Equals, flag: str) -> str:
    """Source that is true if *when* is met by the member that *flag* names."""
    same = (
        f"{flag} is {when.value}"
        if isinstance(when.value, bool)
        else f"(type({flag}) is int and {flag} == {when.value})"
    )
    return f"({same} or {flag} is MISSING)" if when.value == when.default else same
