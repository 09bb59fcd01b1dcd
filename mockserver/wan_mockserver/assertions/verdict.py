"""The verdict of a check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wan_validators.messages.formatting import format_count

from ..state.journal import Entry

__all__ = [
    "CountRange",
    "Entries",
    "Verdict",
    "judge_count",
    "list_entry_numbers",
]

Entries = Sequence[Entry]
"""Exchanges, in the order of their numbers."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """*message* is one sentence, *entries* the numbers of the exchanges that show it."""

    passed: bool
    message: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CountRange:
    """From *low* to *high*, both included; None is no end."""

    low: int
    high: int | None = None

    def __contains__(self, count: int) -> bool:
        return self.low <= count and (self.high is None or count <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low}"
        if self.low == self.high:
            return f"exactly {self.low}"
        return f"{self.low} to {self.high}" if self.low else f"at most {self.high}"


def judge_count(found: Entries, noun: str, wanted: CountRange) -> Verdict:
    """Checks that the number of *found* entries is in *wanted*; *noun* is their singular."""
    message = f"{format_count(len(found), noun)} came; {wanted} should have"
    return Verdict(len(found) in wanted, message, list_entry_numbers(found))


def list_entry_numbers(entries: Iterable[Entry]) -> tuple[int, ...]:
    """Returns the sorted numbers of *entries*, each once."""
    return tuple(sorted({entry.number for entry in entries}))
