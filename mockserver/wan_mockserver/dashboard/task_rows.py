"""Formats tasks as rows of the page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wan_validators.messages.formatting import format_count, format_usd
from wan_validators.task import State

from ..scenarios.lifecycle import Lifecycle, Seconds
from ..state.ledger import Ledger
from ..state.tasks import TERMINAL_STATES, TaskRecord
from .results import ResultPreview, list_results
from .timestamps import format_clock_time, format_timestamp

__all__ = [
    "GRID",
    "MAX_RESULTS_SHOWN",
    "MAX_TASK_ROWS",
    "TaskRow",
    "build_task_rows",
    "find_next_change",
    "shorten_id",
]

MAX_TASK_ROWS: Final = 60
"""The number of newest tasks that are shown."""

MAX_RESULTS_SHOWN: Final = 6
"""The number of results of one task that are shown."""

GRID: Final = 200
"""Steps of a task's progress: a rounded percentage changes at multiples of half a percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task.

    *percent* is None once the task has ended. *repeats* is the start of the id of the task
    that was paid for before. *entry* is the number of the create in the journal.
    *response_lost* is True if the client did not receive the response to it.
    """

    id: str
    model: str
    tenant: str
    state: str
    percent: int | None
    scenario: str
    created: str
    created_timestamp: str
    price: str
    billed: str
    failure: str
    results: tuple[ResultPreview, ...]
    more: str
    entry: int
    polls: str
    response_lost: bool
    repeats: str


def build_task_rows(
    records: Sequence[TaskRecord], ledger: Ledger, now: float
) -> tuple[TaskRow, ...]:
    """Returns rows of the newest *records*, the newest first."""
    repeats = {pair.second.task: pair.first.task for pair in ledger.duplicate_charges}
    billed = {charge.task for charge in ledger.entries if charge.billed}
    newest = reversed(records[-MAX_TASK_ROWS:])
    return tuple(_build_row(record, now, billed, repeats) for record in newest)


def find_next_change(records: Iterable[TaskRecord], now: float) -> float:
    """Returns the earliest time at which the clock alone may change the row of a task.

    Only a lifecycle in seconds depends on the clock; its rows change at multiples of 1/GRID.
    """
    return min((_find_next_change(each, each.lifecycle, now) for each in records), default=math.inf)


def shorten_id(name: str) -> str:
    """Returns the start of a long id, which is enough to identify it in one run."""
    return name if len(name) <= 12 else f"{name[:8]}…"


def _find_next_change(record: TaskRecord, lifecycle: Lifecycle, now: float) -> float:
    if record.state in TERMINAL_STATES or not isinstance(lifecycle, Seconds):
        return math.inf
    nth = math.floor(GRID * max(now - record.created_at, 0.0) / lifecycle.total) + 1
    return record.created_at + lifecycle.total * nth / GRID


def _build_row(
    record: TaskRecord, now: float, billed: set[str], repeats: Mapping[str, str]
) -> TaskRow:
    results = list_results(record)
    failure = record.failure if record.state is State.FAILED else None
    more = len(results) - MAX_RESULTS_SHOWN
    return TaskRow(
        id=record.id,
        model=record.model,
        tenant=record.tenant,
        state=record.state.value,
        percent=None if record.state in TERMINAL_STATES else round(100 * record.progress),
        scenario=record.scenario,
        created=format_clock_time(record.created_at, now),
        created_timestamp=format_timestamp(record.created_at),
        price="price unknown" if record.cost is None else format_usd(record.cost),
        billed=_describe_billing(record, billed),
        failure=f"{failure.code}: {failure.message}" if failure else "",
        results=results[:MAX_RESULTS_SHOWN],
        more=f"and {format_count(more, 'more result')}" if more > 0 else "",
        entry=record.entry,
        polls=format_count(record.polls, "poll"),
        response_lost=not record.answered,
        repeats=shorten_id(repeats.get(record.id, "")),
    )


def _describe_billing(record: TaskRecord, billed: set[str]) -> str:
    if record.id in billed:
        return "billed"
    return "not billed" if record.state in TERMINAL_STATES else "if it succeeds"
