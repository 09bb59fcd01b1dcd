"""Tasks as the store keeps them and as a vendor shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from wan_validators.vendor import Failure, State, Task, TaskOutput, Vendor

from ..artefacts import files
from ..artefacts.plan import Film, Part, Words
from ..scenarios.lifecycle import Lifecycle, Polls
from ..scenarios.scenario import DEFAULT_FILE_LIFETIME_S, PollBehaviour, Results
from .stores import Table

__all__ = [
    "BACKWARD_STATES",
    "DEFAULT_POLLING",
    "TASKS",
    "TERMINAL_STATES",
    "TaskRecord",
    "advance_on_poll",
    "state_at",
    "to_wire_task",
]

TERMINAL_STATES: Final = frozenset({State.DONE, State.FAILED})

BACKWARD_STATES: Final = {State.PENDING: State.RUNNING, State.RUNNING: State.PENDING}

DEFAULT_POLLING: Final = PollBehaviour()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """Everything known about one task since it was last polled.

    *tenant* is its owner. *failure* is how it will end, None if it succeeds. *parts* are its
    results on success, *results* how it shows them if not as documented. *cost* is in USD,
    None if no price is known. *image_count* is None if the model's page has no such figure.
    Times are unix seconds.

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


TASKS: Final = Table("tasks", TaskRecord)


def advance_on_poll(record: TaskRecord, now: float) -> TaskRecord:
    """Returns *record* after one more poll at *now*; an ended task does not change."""
    polls = record.polls + 1
    if record.state in TERMINAL_STATES:
        return replace(record, polls=polls)
    stage = record.lifecycle.stage(polls, now - record.created_at)
    state = State.FAILED if stage.state is State.DONE and record.failure else stage.state
    moved = record.created_at + stage.since
    return replace(
        record,
        polls=polls,
        state=state,
        progress=stage.progress,
        updated_at=record.updated_at if state is record.state else moved,
    )


def state_at(record: TaskRecord, now: float) -> TaskRecord:
    """Returns *record* as it is at *now* without a poll.

    A task that advances by polls does not change, unless its response was lost or its
    lifetime is over. Nobody can poll such a task, so it counts as ended.
    """
    if record.state in TERMINAL_STATES:
        return record
    if not isinstance(record.lifecycle, Polls):
        return replace(advance_on_poll(record, now), polls=record.polls)
    if record.answered and now - record.created_at <= DEFAULT_FILE_LIFETIME_S:
        return record
    state = State.FAILED if record.failure else State.DONE
    return replace(record, state=state, progress=1.0)


def to_wire_task(
    record: TaskRecord, base_url: str, vendor: Vendor, how: PollBehaviour = DEFAULT_POLLING
) -> Task:
    """Converts *record* to what its vendor shows, with outputs or failure at the end."""
    state, progress = record.state, record.progress
    if how.backwards and state not in TERMINAL_STATES:
        state, progress = BACKWARD_STATES[state], round(1 - progress, 2)
    failure = record.failure if record.state is State.FAILED else None
    return Task(
        id=record.id,
        model=record.model,
        state=state,
        created_at=record.created_at,
        updated_at=record.updated_at,
        progress=progress,
        remote_id=record.remote_id,
        outputs=_build_outputs(record, base_url) if record.state is State.DONE else (),
        failure=replace(failure, integer=how.integer_codes) if failure else None,
        cost=record.cost,
        image_count=record.image_count,
        kind="video" if any(isinstance(part, Film) for part in record.parts) else "image",
        word=_get_state_word(state, vendor, how),
        results=record.results is not Results.NONE,
    )


def _get_state_word(state: State, vendor: Vendor, how: PollBehaviour) -> str:
    """Returns the word on the wire for *state*."""
    words = vendor.other_words if how.other_words else vendor.words
    word = (how.words or {}).get(state, words[state])
    return word.upper() if how.upper_case else word


def _build_outputs(record: TaskRecord, base_url: str) -> tuple[TaskOutput, ...]:
    if record.results:
        return ()
    names = files.names(record.parts)
    return tuple(
        TaskOutput("text", part.text)
        if isinstance(part, Words)
        else TaskOutput(files.kind(part), base_url + files.path(record.id, name))
        for part, name in zip(record.parts, names, strict=True)
    )
