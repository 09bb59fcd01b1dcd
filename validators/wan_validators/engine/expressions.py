"""Each kind of check and condition as a Python expression, for the compiled engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Final

from ..constraints.basic import (
    Absent,
    Anything,
    Between,
    Constraint,
    Items,
    JsonType,
    MutuallyExclusive,
    NotBlank,
    ObjectCount,
    OneOf,
    Text,
)
from ..constraints.size import Pixels, Ratio, Size, TwoPartSize
from ..spec import Equals

KINDS: Final[Mapping[type, type]] = {
    MutuallyExclusive: dict,
    Between: int,
    Items: list,
    NotBlank: str,
    TwoPartSize: str,
    Text: str,
}
"""Checks that fit whatever is of one type."""

TYPE_INDEPENDENT: Final = (Absent, Anything)
"""Checks that fit anything."""


def format_applies_to(check: Constraint, seen: str, name: str) -> str:
    """Source that is true if what *seen* names fits *check*, which *name* names."""
    if isinstance(check, TYPE_INDEPENDENT):
        return "True"
    match check:
        case JsonType():
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
            return f"{name}.applies_to({seen})"
    return f"type({seen}) is {kind.__name__}"


@singledispatch
def format_is_satisfied(check: Constraint, seen: str, name: str) -> str:
    """Source that is true if *check* holds for what *seen* names, given that it fits."""
    return f"{name}.is_satisfied({seen})"


@format_is_satisfied.register(Anything)
@format_is_satisfied.register(JsonType)
def _(check: Constraint, seen: str, name: str) -> str:
    return "True"


@format_is_satisfied.register
def _(check: Absent, seen: str, name: str) -> str:
    return "False"


@format_is_satisfied.register
def _(check: OneOf, seen: str, name: str) -> str:
    return f"{seen} in {check.values!r}" if check.values[1:] else f"{seen} == {check.values[0]!r}"


@format_is_satisfied.register
def _(check: Between, seen: str, name: str) -> str:
    return f"{check.low} <= {seen} <= {check.high}"


@format_is_satisfied.register(Text)
@format_is_satisfied.register(Items)
def _(check: Text | Items, seen: str, name: str) -> str:
    return format_between(f"len({seen})", check.low, check.high)


@format_is_satisfied.register
def _(check: NotBlank, seen: str, name: str) -> str:
    return f"not {seen}.isspace()" + ("" if check.empty else f" and {seen} != ''")


@format_is_satisfied.register
def _(check: MutuallyExclusive, seen: str, name: str) -> str:
    return f"(len({seen}) == 1 or {name}.is_satisfied({seen}))"


@format_is_satisfied.register
def _(check: ObjectCount, seen: str, name: str) -> str:
    return format_between(f"{seen}.count({check.key!r})", check.low, check.high)


@format_is_satisfied.register
def _(check: TwoPartSize, seen: str, name: str) -> str:
    return f"{seen}.count('*') == 1"


@format_is_satisfied.register
def _(check: Size, seen: str, name: str) -> str:
    return f"sides({seen}) is not None"


@format_is_satisfied.register
def _(check: Pixels, seen: str, name: str) -> str:
    return f"{check.low} <= {seen}[0] * {seen}[1] <= {check.high}"


@format_is_satisfied.register
def _(check: Ratio, seen: str, name: str) -> str:
    (low, per_low), (high, per_high) = check.low, check.high
    return (
        f"{seen}[0] * {per_low} >= {seen}[1] * {low}"
        f" and {seen}[0] * {per_high} <= {seen}[1] * {high}"
    )


def format_between(number: str, low: int, high: int) -> str:
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
