"""Describes what a run would have cost, and what was paid twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from wan_validators.messages.formatting import format_count, format_number, format_usd

from ..state.journal import Entry
from ..state.ledger import Charge, DuplicateCharge, Ledger
from .timestamps import format_clock_time

__all__ = ["MAX_ROWS", "CostSummary", "DuplicateRow", "DuplicateSide", "summarize_costs"]

FindEntry = Callable[[int], Entry | None]

MAX_ROWS: Final = 20
"""The number of newest duplicate charges that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateSide:
    """One of two equal creates; *outcome* describes the response that the client received."""

    task: str
    at: str
    entry: int
    price: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRow:
    """Two creates that were paid for the same output."""

    description: str
    first: DuplicateSide
    second: DuplicateSide


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSummary:
    """The costs of the run; *twice* continues the sentence that starts with *total*."""

    total: str
    twice: str
    notes: tuple[str, ...]
    duplicates: tuple[DuplicateRow, ...]
    more: str


def summarize_costs(ledger: Ledger, find_entry: FindEntry, now: float) -> CostSummary:
    """Describes *ledger*; *find_entry* returns the journal entry with a number."""
    newest = reversed(ledger.duplicate_charges[-MAX_ROWS:])
    rows = tuple(_describe_duplicate(each, find_entry, now) for each in newest)
    more = len(ledger.duplicate_charges) - len(rows)
    return CostSummary(
        total=format_usd(ledger.total_usd),
        twice=_describe_duplicate_cost(ledger),
        notes=tuple(filter(None, _describe_counts(ledger))),
        duplicates=rows,
        more=f"{format_count(more, 'older repetition')} not shown" if more else "",
    )


def _describe_duplicate_cost(ledger: Ledger) -> str:
    if not ledger.duplicate_charges:
        return ""
    if ledger.duplicate_usd:
        return f"{format_usd(ledger.duplicate_usd)} of it twice"
    return f"and {format_count(len(ledger.duplicate_charges), 'call')} may be paid for twice"


def _describe_counts(ledger: Ledger) -> tuple[str, ...]:
    accepted, unknown, dropped = len(ledger.entries), ledger.unknown_prices, ledger.forgotten
    billed = format_number(sum(charge.billed for charge in ledger.entries))
    return (
        f"{format_count(accepted, 'task')} accepted, {billed} billed." if accepted else "",
        _describe_owed(ledger),
        f"{format_count(unknown, 'billed task')} without a known price." if unknown else "",
        f"{format_count(dropped, 'older task')} no longer kept and not counted." if dropped else "",
    )


def _describe_owed(ledger: Ledger) -> str:
    if not ledger.owed_tasks:
        return ""
    return f"{format_usd(ledger.owed_usd)} still owed if {ledger.owed_condition}."


def _describe_duplicate(
    duplicate: DuplicateCharge, find_entry: FindEntry, now: float
) -> DuplicateRow:
    second = duplicate.second
    price = "at an unknown price" if duplicate.usd is None else format_usd(duplicate.usd)
    status = "paid twice" if second.billed else "paid twice if the second task succeeds"
    return DuplicateRow(
        description=f"{price} {status}: {second.tenant}, {second.model}",
        first=_describe_side(duplicate.first, find_entry, now),
        second=_describe_side(second, find_entry, now),
    )


def _describe_side(charge: Charge, find_entry: FindEntry, now: float) -> DuplicateSide:
    return DuplicateSide(
        task=charge.task,
        at=format_clock_time(charge.at, now),
        entry=charge.entry,
        price="price unknown" if charge.usd is None else format_usd(charge.usd),
        outcome=_describe_outcome(find_entry(charge.entry)),
    )


def _describe_outcome(entry: Entry | None) -> str:
    if entry is None:
        return ""
    if entry.arrived:
        return f"received {entry.status}"
    return f"the response was lost: {entry.delivery or f'{entry.status} was sent instead'}"
