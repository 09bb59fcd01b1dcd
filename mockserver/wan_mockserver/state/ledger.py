"""Computes what tasks would have cost, and how much of it was paid twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from wan_validators.messages.formatting import format_count, format_number
from wan_validators.task import State

from ..time_slices import in_slices
from .tasks import TERMINAL_STATES, TaskRecord

__all__ = [
    "DEFAULT_WINDOW_S",
    "Charge",
    "DuplicateCharge",
    "Ledger",
    "build_charge",
    "build_ledger",
]

DEFAULT_WINDOW_S: Final = 600.0
"""The maximum seconds between a lost create and an equal one that repeats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The charge of a task. *usd* is None (null in JSON) without a price, *billed* after success.

    *owed* is true while it can still succeed.
    """

    task: str
    tenant: str
    model: str
    usd: Decimal | None
    billed: bool
    at: float
    entry: int
    owed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateCharge:
    """A call that was paid twice: *second* repeats *first*, whose response was lost."""

    first: Charge
    second: Charge

    @property
    def usd(self) -> Decimal | None:
        """Returns the price of the repetition."""
        return self.second.usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The charges of accepted tasks, in order; *forgotten* counts deleted tasks."""

    entries: tuple[Charge, ...]
    duplicate_charges: tuple[DuplicateCharge, ...]
    forgotten: int = 0

    @property
    def total_usd(self) -> Decimal:
        """Returns the sum in USD of all billed tasks with a known price."""
        return _sum(charge.usd for charge in self.entries if charge.billed)

    @property
    def owed_usd(self) -> Decimal:
        """Returns the USD owed if all unfinished tasks with a known price succeed."""
        return _sum(charge.usd for charge in self.entries if charge.owed)

    @property
    def owed_tasks(self) -> int:
        """Returns the number of unfinished tasks that are billed if they succeed."""
        return sum(charge.owed for charge in self.entries)

    @property
    def owed_condition(self) -> str:
        """Returns the condition of *owed_usd* in words, to follow "if"."""
        unknown = sum(charge.owed and charge.usd is None for charge in self.entries)
        tasks = format_count(self.owed_tasks, "unfinished task")
        prices = f", {format_number(unknown)} of them of unknown price," if unknown else ""
        return f"{tasks}{prices} {'succeeds' if self.owed_tasks == 1 else 'succeed'}"

    @property
    def duplicate_usd(self) -> Decimal:
        """Returns the part of the total that was paid for repetitions."""
        return _sum(each.usd for each in self.duplicate_charges if each.second.billed)

    @property
    def unknown_prices(self) -> int:
        """Returns the number of billed tasks without a known price."""
        return sum(charge.billed and charge.usd is None for charge in self.entries)


def build_ledger(
    records: Sequence[TaskRecord],
    forgotten: int = 0,
    window: float = DEFAULT_WINDOW_S,
    has_response: Callable[[TaskRecord], bool] = lambda record: record.answered,
) -> Ledger:
    """Computes the charges of *records*; *forgotten* is the number of deleted tasks.

    *has_response* tells whether the client of a repeated task received its id.
    """
    duplicate_charges = tuple(
        DuplicateCharge(first=build_charge(first), second=build_charge(second))
        for first, second in _find_repeats(records, window, has_response)
    )
    entries = tuple(map(build_charge, in_slices(records)))
    return Ledger(entries=entries, duplicate_charges=duplicate_charges, forgotten=forgotten)


def _find_repeats(
    records: Sequence[TaskRecord], window: float, has_response: Callable[[TaskRecord], bool]
) -> Iterator[tuple[TaskRecord, TaskRecord]]:
    """Yields pairs of equal creates that both cost, if the first got no response.

    The second of a pair repeats the last equal one before it.
    """
    last: dict[tuple[str, str, str, str], TaskRecord] = {}
    for record in in_slices(records):
        if record.failure:
            continue
        what = (record.tenant, record.vendor, record.model, record.digest)
        before = last.get(what)
        soon = before and record.created_at - before.created_at <= window
        if before and soon and not has_response(before):
            yield before, record
        last[what] = record


def build_charge(record: TaskRecord) -> Charge:
    """Returns the charge of a task in its current state."""
    return Charge(
        task=record.id,
        tenant=record.tenant,
        model=record.model,
        usd=record.cost,
        billed=record.state is State.DONE and record.results is None,
        owed=record.state not in TERMINAL_STATES and not record.failure and not record.results,
        at=record.created_at,
        entry=record.entry,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))
