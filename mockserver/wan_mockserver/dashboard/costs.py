"""What a run would have cost, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..state.journal import Entry
from ..state.ledger import Charge, DuplicateCharge, Ledger
from .wording import clock_time, format_count, format_usd

Find = Callable[[int], Entry | None]

MAX_ROWS: Final = 20
"""Duplicate charges that are shown, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateSide:
    """One of two equal creates: *became* says what was heard of it."""

    task: str
    at: str
    entry: int
    price: str
    became: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRow:
    """A call that was paid for twice."""

    says: str
    first: DuplicateSide
    second: DuplicateSide


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The run in one sentence, of which *twice* is the second half; *notes* explain it."""

    total: str
    twice: str
    notes: tuple[str, ...]
    pairs: tuple[DuplicateRow, ...]
    more: str


def costs(ledger: Ledger, find: Find, now: float) -> Costs:
    """*ledger* in words; *find* gives the entry of the journal that has a number."""
    pairs = tuple(_pair(each, find, now) for each in reversed(ledger.duplicate_charges[-MAX_ROWS:]))
    more = len(ledger.duplicate_charges) - len(pairs)
    return Costs(
        total=format_usd(ledger.total_usd),
        twice=_twice(ledger),
        notes=tuple(filter(None, _notes(ledger))),
        pairs=pairs,
        more=f"{format_count(more, 'older repetition')} not shown" if more else "",
    )


def _twice(ledger: Ledger) -> str:
    if not ledger.duplicate_charges:
        return ""
    if ledger.duplicate_usd:
        return f"{format_usd(ledger.duplicate_usd)} of it twice"
    return f"and {format_count(len(ledger.duplicate_charges), 'call')} may be paid for twice"


def _notes(ledger: Ledger) -> tuple[str, ...]:
    accepted, billed = len(ledger.entries), sum(charge.billed for charge in ledger.entries)
    unknown, forgotten = ledger.unknown_prices, ledger.forgotten
    return (
        f"{format_count(accepted, 'task')} accepted, {billed:,} billed." if accepted else "",
        f"{format_count(unknown, 'billed task')} without a known price." if unknown else "",
        f"{format_count(forgotten, 'older task')} pushed out and not counted." if forgotten else "",
    )


def _pair(pair: DuplicateCharge, find: Find, now: float) -> DuplicateRow:
    whose = f"{pair.second.tenant}, {pair.second.model}"
    extra = "at an unknown price" if pair.usd is None else format_usd(pair.usd)
    when = "paid twice" if pair.second.billed else "to be paid twice if it succeeds"
    return DuplicateRow(
        says=f"{extra} {when}: {whose}",
        first=_half(pair.first, find, now),
        second=_half(pair.second, find, now),
    )


def _half(charge: Charge, find: Find, now: float) -> DuplicateSide:
    return DuplicateSide(
        task=charge.task,
        at=clock_time(charge.at, now),
        entry=charge.entry,
        price="price unknown" if charge.usd is None else format_usd(charge.usd),
        became=_describe_answer(find(charge.entry)),
    )


def _describe_answer(entry: Entry | None) -> str:
    if entry is None:
        return ""
    if entry.arrived:
        return f"answered with {entry.status}"
    lost = entry.delivery or f"{entry.status} in its place"
    return f"the answer was lost: {lost}"
