"""Formats each kind of constraint and condition as a Python expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..constraints.basic import (
    Absent,
    Anything,
    Between,
    BetweenIf,
    Constraint,
    Items,
    JsonType,
    MutuallyExclusive,
    NotBlank,
    ObjectCount,
    OneOf,
    Text,
    Undocumented,
)
from ..constraints.items import Percentage, PercentageSum, UrlOnly, VideoUrls
from ..constraints.media import (
    AddressesFile,
    Base64,
    ContentConstraint,
    Prefixed,
    Reachable,
    Reference,
)
from ..constraints.relations import Relation
from ..constraints.size import Pixels, Ratio, Size, TwoPartSize
from ..spec import Equals

__all__ = [
    "KINDS",
    "TYPE_INDEPENDENT",
    "format_applies_to",
    "format_between",
    "format_condition",
    "format_is_satisfied",
]

KINDS: Final[Mapping[type, type]] = {
    MutuallyExclusive: dict,
    Between: int,
    Items: list,
    NotBlank: str,
    TwoPartSize: str,
    Text: str,
    UrlOnly: dict,
    VideoUrls: list,
    Percentage: str,
    PercentageSum: list,
}
"""Constraints that apply to all values of one type."""

TYPE_INDEPENDENT: Final = (Absent, Anything, Relation)
"""Constraints that apply to every value."""


def format_applies_to(constraint: Constraint, seen: str, name: str) -> str:
    """Returns source that is true if *constraint* applies to *seen*.

    *seen* and *name* are the variables of the extracted value and of the constraint.
    """
    if isinstance(constraint, Undocumented):
        return "False"
    if isinstance(constraint, TYPE_INDEPENDENT):
        return "True"
    match constraint:
        case JsonType():
            kind = constraint.type
        case OneOf():
            kind = type(constraint.values[0])
        case Size():
            parts = _allow_tokens(constraint, seen, f"{seen}.count('*') == 1")
            return f"type({seen}) is str and {parts}"
        case Pixels() | Ratio():
            return _allow_tokens(constraint, seen, f"type({seen}) is tuple")
        case BetweenIf():
            outer = constraint.outer
            return f"type({seen}) is int and {outer.low} <= {seen} <= {outer.high}"
        case _ if type(constraint) in KINDS:
            kind = KINDS[type(constraint)]
        case _:
            return f"{name}.applies_to({seen})"
    return f"type({seen}) is {kind.__name__}"


def format_is_satisfied(constraint: Constraint, seen: str, name: str) -> str:
    """Returns source that is true if *seen*, to which *constraint* applies, satisfies it."""
    write = _FORMATS.get(type(constraint))
    if write is not None:
        return write(constraint, seen)
    if isinstance(constraint, Relation):
        return "True"
    satisfied = f"{name}.is_satisfied({seen})"
    if isinstance(constraint, MutuallyExclusive):
        return f"(len({seen}) == 1 or {satisfied})"
    if isinstance(constraint, ContentConstraint):
        return f"({seen}.size is None or {satisfied})"
    return satisfied


def _format_one_of(constraint: OneOf, seen: str) -> str:
    return (
        f"{seen} in {constraint.values!r}"
        if constraint.values[1:]
        else f"{seen} == {constraint.values[0]!r}"
    )


def _format_length(constraint: Text | Items, seen: str) -> str:
    return format_between(f"len({seen})", constraint.low, constraint.high)


def _format_not_blank(constraint: NotBlank, seen: str) -> str:
    return f"not {seen}.isspace()" + ("" if constraint.empty else f" and {seen} != ''")


def _format_object_count(constraint: ObjectCount, seen: str) -> str:
    return format_between(f"{seen}.count({constraint.key!r})", constraint.low, constraint.high)


def _format_pixels(constraint: Pixels, seen: str) -> str:
    test = f"{constraint.low} <= {seen}[0] * {seen}[1] <= {constraint.high}"
    return _allow_tokens(constraint, seen, test)


def _format_ratio(constraint: Ratio, seen: str) -> str:
    (low, per_low), (high, per_high) = constraint.low, constraint.high
    test = (
        f"{seen}[0] * {per_low} >= {seen}[1] * {low}"
        f" and {seen}[0] * {per_high} <= {seen}[1] * {high}"
    )
    return _allow_tokens(constraint, seen, test)


def _allow_tokens(constraint: TwoPartSize | Size | Pixels | Ratio, seen: str, test: str) -> str:
    """Returns *test*, or source that is also true for the tokens of *constraint*."""
    return f"({seen} in {constraint.tokens!r} or {test})" if constraint.tokens else test


_FORMATS: Final[Mapping[type, Callable[[Any, str], str]]] = {
    Absent: lambda _, seen: "False",
    AddressesFile: lambda _, seen: f"{seen}.wrong is None",
    Anything: lambda _, seen: "True",
    Base64: lambda _, seen: f"{seen}.flaw is None",
    Between: lambda constraint, seen: f"{constraint.low} <= {seen} <= {constraint.high}",
    BetweenIf: lambda each, seen: f"{each.inner.low} <= {seen} <= {each.inner.high}",
    Items: _format_length,
    JsonType: lambda _, seen: "True",
    NotBlank: _format_not_blank,
    ObjectCount: _format_object_count,
    OneOf: _format_one_of,
    Pixels: _format_pixels,
    Prefixed: lambda _, seen: f"{seen}.form != 'bare'",
    Ratio: _format_ratio,
    Reachable: lambda _, seen: f"{seen}.public",
    Reference: lambda constraint, seen: f"{seen}.form in {constraint.forms!r}",
    Size: lambda each, seen: _allow_tokens(each, seen, f"sides({seen}) is not None"),
    Text: _format_length,
    TwoPartSize: lambda each, seen: _allow_tokens(each, seen, f"{seen}.count('*') == 1"),
}
"""What the source for a value of each constraint is made with; all others are called by it."""


def format_between(number: str, low: int, high: int) -> str:
    """Returns source that is true if *number*, which is at least 0, is in the range."""
    if low == high:
        return f"{number} == {low}"
    return f"{low} <= {number} <= {high}" if low else f"{number} <= {high}"


def format_condition(when: Equals, flag: str) -> str:
    """Returns source that is true if the variable *flag* satisfies *when*."""
    same = (
        f"{flag} is {when.value}"
        if isinstance(when.value, bool)
        else f"(type({flag}) is int and {flag} == {when.value})"
    )
    return f"({same} or {flag} is MISSING)" if when.value == when.default else same
