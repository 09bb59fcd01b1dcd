"""Tasks as the store keeps them, and how they advance."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from wan_validators.task import Failure, State

from ..artefacts.plan import Part
from ..scenarios.lifecycle import Lifecycle, Polls
from ..scenarios.scenario import DEFAULT_FILE_LIFETIME_S, Results
from .evolving import evolve
from .stores import Table
from .stores.index import IndexEntry, build_term

__all__ = [
    "TASKS",
    "TERMINAL_STATES",
    "TaskRecord",
    "advance_on_poll",
    "end",
    "state_at",
]

TERMINAL_STATES: Final = frozenset({State.DONE, State.FAILED, State.CANCELED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """Everything known about one task since it was last polled.

    *tenant* is its owner. *failure* is how it will end, None if it succeeds. *parts* are its
    results on success, *results* how it shows them if not as documented. *cost* is in USD,
    None if no price is known, and includes *discount*. *signed_urls* and *unsorted_names*
    are those of its scenario. *prompt* is its text, *extended* whether
    it is rewritten, *requested* its number of images, *tier*
    that of its video, as far as its vendor shows them. *image_count* is None if the model's
    page has no such figure. Times are unix seconds.

    *scenario* was selected for it. If *chaotic*, more is drawn for its polls. *digest* is the
    same for equal payloads, *entry* is the number of its create in the journal, and
    *answered* tells whether the client received its id. *polls* counts the polls that
    returned it, *visits* all polls.
    """

    id: str
    tenant: str
    vendor: str
    model: str
    remote_id: str
    lifecycle: Lifecycle
    created_at: float
    updated_at: float
    parts: tuple[Part, ...] = ()
    failure: Failure | None = None
    cost: Decimal | None = None
    image_count: int | None = None
    state: State = State.PENDING
    progress: float = 0.0
    polls: int = 0
    visits: int = 0
    results: Results | None = None
    scenario: str = "ok"
    chaotic: bool = False
    digest: str = ""
    entry: int = 0
    answered: bool = True
    discount: Decimal | None = None
    signed_urls: bool = False
    unsorted_names: bool = False
    prompt: str = ""
    extended: bool = False
    requested: int = 0
    tier: str = ""


def _build_index_entry(record: TaskRecord) -> IndexEntry:
    """Returns what tasks are found by; the states of unfinished ones depend on the time."""
    shared = _list_shared_terms(record.vendor, record.model, record.state)
    return IndexEntry.build(record.created_at, (*shared, build_term("id", record.id)))


@lru_cache(maxsize=1000)
def _list_shared_terms(vendor: str, model: str, state: State) -> tuple[str, ...]:
    ended = state.value if state in TERMINAL_STATES else None
    facts = {"vendor": vendor, "model": model, "state": ended}
    return tuple(build_term(*fact) for fact in facts.items())


TASKS: Final = Table("tasks", TaskRecord, index=_build_index_entry, packs=True)


def advance_on_poll(record: TaskRecord, now: float) -> TaskRecord:
    """Returns *record* after one more poll at *now*; an ended task does not change."""
    polls = record.polls + 1
    if record.state in TERMINAL_STATES:
        return evolve(record, polls=polls)
    stage = record.lifecycle.stage(polls, now - record.created_at)
    state = State.FAILED if stage.state is State.DONE and record.failure else stage.state
    if state is State.PENDING:
        state = record.state  # the clock of the machine, or of another server, is behind
    moved = record.created_at + stage.since
    return evolve(
        record,
        polls=polls,
        state=state,
        progress=max(stage.progress, record.progress),
        updated_at=record.updated_at if state is record.state else moved,
    )


def end(record: TaskRecord, at: float) -> TaskRecord:
    """Returns *record* as it ends *at* this time."""
    state = State.FAILED if record.failure else State.DONE
    return evolve(record, state=state, progress=1.0, updated_at=at)


def state_at(record: TaskRecord, now: float) -> TaskRecord:
    """Returns *record* as it is at *now* without a poll.

    A task that advances by polls does not change, unless its response was lost or its
    lifetime is over. Nobody can poll such a task, so it counts as ended.
    """
    if record.state in TERMINAL_STATES:
        return record
    if not isinstance(record.lifecycle, Polls):
        return evolve(advance_on_poll(record, now), polls=record.polls)
    if record.answered and now - record.created_at <= DEFAULT_FILE_LIFETIME_S:
        return record
    state = State.FAILED if record.failure else State.DONE
    return evolve(record, state=state, progress=1.0)
