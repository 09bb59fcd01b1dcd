"""Counts the findings of a payload that a report does not list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from .frozen import Frozen, field
from .messages.formatting import format_count
from .spec import Severity

__all__ = ["NOTHING_OMITTED", "LimitedFindings", "Omitted", "RuleKey", "get_omitted"]

RuleKey = tuple[str, str | None, Severity]
"""The id, the code and the severity of a rule."""


class Omitted(Frozen):
    """The findings that are not listed, counted by rule.

    If *is_exact* is false, there are at least so many: the payload was not checked to its end.
    """

    counts: Mapping[RuleKey, int] = field(default_factory=dict)
    is_exact: bool = True

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def count(self, severity: Severity) -> int:
        """Returns the number of omitted findings with *severity*."""
        return sum(count for key, count in self.counts.items() if key[2] is severity)

    def add(self, key: RuleKey, count: int, *, is_exact: bool = True) -> Omitted:
        """Returns these counts, and *count* for the rule with *key*."""
        counts = {**self.counts, key: self.counts.get(key, 0) + count}
        return Omitted(counts, self.is_exact and is_exact)

    def filter(self, is_wanted: Callable[[RuleKey], bool]) -> Omitted:
        """Returns the counts of those rules that *is_wanted* returns true for."""
        wanted = {key: count for key, count in self.counts.items() if is_wanted(key)}
        return Omitted(wanted, self.is_exact)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def __str__(self) -> str:
        """Formats the number: ``7 more findings``, or ``at least 7 more findings``."""
        return f"{'' if self.is_exact else 'at least '}{format_count(self.total, 'more finding')}"


NOTHING_OMITTED: Final = Omitted()


class LimitedFindings(list[Any]):
    """Findings of a payload that has more; *omitted* counts the others."""

    __slots__ = ("is_full", "omitted")

    def __init__(self, findings: Iterable[Any], omitted: Omitted, *, is_full: bool = False) -> None:
        super().__init__(findings)
        self.omitted = omitted
        self.is_full = is_full


def get_omitted(findings: Iterable[Any]) -> Omitted:
    """Returns what was left out of *findings*, the result of an engine."""
    return findings.omitted if isinstance(findings, LimitedFindings) else NOTHING_OMITTED
