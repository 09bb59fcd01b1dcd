"""Finds tasks by an index: reads those that are shown, and those that have not ended."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from wan_validators.task import State

from .stores import Store
from .stores.index import Query, QueryResult, build_term
from .tasks import TASKS, TERMINAL_STATES, TaskRecord, state_at

__all__ = ["TaskQuery", "find_tasks"]

_UNFINISHED: Final = build_term("state", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """Tasks with these facts, where None is any, that were created at *since* or later.

    *states* are those at the time of the search. Of the tasks found, *skip* of the newest are left
    out, and then *newest* are wanted, None for all.
    """

    tenant: str | None = None
    vendor: str | None = None
    model: str | None = None
    task_id: str | None = None
    states: Collection[State] | None = None
    since: float = -math.inf
    newest: int | None = None
    skip: int = 0

    def to_store_query(self) -> Query:
        """Builds the query for tasks in any state."""
        facts = {"vendor": self.vendor, "model": self.model, "id": self.task_id}
        return Query(
            terms=tuple(build_term(*fact) for fact in facts.items() if fact[1] is not None),
            tenant=self.tenant,
            above=math.nextafter(self.since, -math.inf),
            newest=self.newest,
            skip=self.skip,
        )


def find_tasks(store: Store, query: TaskQuery, now: float) -> QueryResult[TaskRecord]:
    """Counts the tasks that match *query* at *now*, and returns those that it wants, in order."""
    wanted = query.to_store_query()
    if query.states is None:
        found = store.select(TASKS, wanted)
        return QueryResult(found.total, [state_at(record, now) for record in found.values])
    # What is stored of an unfinished task is its state at the last poll.
    unfinished = store.select(
        TASKS, replace(wanted, terms=(*wanted.terms, _UNFINISHED), newest=None, skip=0)
    )
    moved = (state_at(record, now) for record in unfinished.values)
    matching = {record.id: record for record in moved if record.state in query.states}
    count = len(matching)
    for state in TERMINAL_STATES.intersection(query.states):
        terms = (*wanted.terms, build_term("state", state.value))
        ended = store.select(TASKS, replace(wanted, terms=terms, newest=wanted.end, skip=0))
        count += ended.total
        # A task that has ended since the first search counts once.
        count -= sum(record.id in matching for record in ended.values)
        matching |= {record.id: record for record in ended.values}
    records = sorted(matching.values(), key=lambda record: record.entry)
    return QueryResult(count, wanted.choose(records))
