"""Tasks as rows of the page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wan_validators.vendor import State

from ..scenarios.lifecycle import Lifecycle, Seconds
from ..state.ledger import Ledger
from ..state.tasks import TERMINAL_STATES, TaskRecord
from .previews import ResultPreview, results
from .wording import clock_time, format_count, format_usd, full_time, shorten_id

MAX_TASK_ROWS: Final = 60
"""Tasks that are shown, the newest."""

MAX_RESULTS_SHOWN: Final = 6
"""Results of one task that are shown."""

GRID: Final = 200
"""Per cent are rounded, so that a task looks different after halves of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task. *percent* is None once it has ended, *repeats* starts like the id of the
    task that it paid for again.

    *entry* is the number of its creation in the journal. *unheard* tells that the answer to
    it never reached the client.
    """

    id: str
    model: str
    tenant: str
    state: str
    percent: int | None
    scenario: str
    made: str
    made_in_full: str
    price: str
    billed: str
    failure: str
    results: tuple[ResultPreview, ...]
    more: str
    entry: int
    polls: str
    unheard: bool
    repeats: str


def task_rows(records: Sequence[TaskRecord], ledger: Ledger, now: float) -> tuple[TaskRow, ...]:
    """The newest of *records*, the newest first."""
    repeats = {pair.second.task: pair.first.task for pair in ledger.duplicate_charges}
    billed = {charge.task for charge in ledger.entries if charge.billed}
    return tuple(_row(record, now, billed, repeats) for record in _take_newest(records))


def find_next_change(records: Iterable[TaskRecord], now: float) -> float:
    """The time at which one of *records*, as they stand at *now*, may look different by itself.

    Only those move that go by the clock, at multiples of one in GRID of their time.
    """
    return min((_find_next_change(each, each.lifecycle, now) for each in records), default=math.inf)


def _find_next_change(record: TaskRecord, lifecycle: Lifecycle, now: float) -> float:
    if record.state in TERMINAL_STATES or not isinstance(lifecycle, Seconds):
        return math.inf
    nth = math.floor(GRID * max(now - record.created_at, 0.0) / lifecycle.total) + 1
    return record.created_at + lifecycle.total * nth / GRID


def _take_newest(records: Sequence[TaskRecord]) -> Iterable[TaskRecord]:
    return reversed(records[-MAX_TASK_ROWS:])


def _row(record: TaskRecord, now: float, billed: set[str], repeats: Mapping[str, str]) -> TaskRow:
    made = results(record)
    failure = record.failure if record.state is State.FAILED else None
    more = len(made) - MAX_RESULTS_SHOWN
    return TaskRow(
        id=record.id,
        model=record.model,
        tenant=record.tenant,
        state=record.state.value,
        percent=None if record.state in TERMINAL_STATES else round(100 * record.progress),
        scenario=record.scenario,
        made=clock_time(record.created_at, now),
        made_in_full=full_time(record.created_at),
        price="price unknown" if record.cost is None else format_usd(record.cost),
        billed=_format_cost(record, billed),
        failure=f"{failure.code}: {failure.message}" if failure else "",
        results=made[:MAX_RESULTS_SHOWN],
        more=f"and {format_count(more, 'more result')}" if more > 0 else "",
        entry=record.entry,
        polls=format_count(record.polls, "poll"),
        unheard=not record.answered,
        repeats=shorten_id(repeats.get(record.id, "")),
    )


def _format_cost(record: TaskRecord, billed: set[str]) -> str:
    if record.id in billed:
        return "billed"
    return "not billed" if record.state in TERMINAL_STATES else "if it succeeds"
