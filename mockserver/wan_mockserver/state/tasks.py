"""A task as the server keeps it, and as a vendor shows it."""

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

TERMINAL_STATES: Final = frozenset({State.DONE, State.FAILED})

BACKWARD_STATES: Final = {State.PENDING: State.RUNNING, State.RUNNING: State.PENDING}

DEFAULT_POLLING: Final = PollBehaviour()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """Everything known about one task, as of the last look at it.

    *tenant* is whose it is. *failure* is what it will end with, if it is not to succeed;
    *parts* is what it makes otherwise, *results* how it shows them if not as documented.
    *cost* is in USD, None if no price is known, and *image_count* None where the model's page
    has no such figure. Times are unix seconds.

    *scenario* is what was chosen for it, *chaotic* whether more is to be drawn for its
    polls. *digest* is the same for equal payloads, *entry* the number of its creation in the
    journal, and *answered* whether the client got to know of it. *polls* are those that saw
    it, *visits* all of them.
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
    """*record* after one more poll at *now*; what has ended stays as it ended."""
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
    """*record* as it is at *now* with nobody polling it.

    A task that goes by its polls stays as it is, unless the answer that named it was lost,
    or its day is over: nobody can poll those, so they are taken to have run to their end.
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
    """*record* as its vendor shows it: outputs when done, the failure when failed."""
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
        outputs=_outputs(record, base_url) if record.state is State.DONE else (),
        failure=replace(failure, integer=how.integer_codes) if failure else None,
        cost=record.cost,
        image_count=record.image_count,
        kind="video" if any(isinstance(part, Film) for part in record.parts) else "image",
        word=_get_state_word(state, vendor, how),
        results=record.results is not Results.NONE,
    )


def _get_state_word(state: State, vendor: Vendor, how: PollBehaviour) -> str:
    """What stands on the wire for *state*."""
    usual = vendor.other_words if how.other_words else vendor.words
    word = (how.words or {}).get(state, usual[state])
    return word.upper() if how.upper_case else word


def _outputs(record: TaskRecord, base_url: str) -> tuple[TaskOutput, ...]:
    if record.results:
        return ()
    names = files.names(record.parts)
    return tuple(
        TaskOutput("text", part.text)
        if isinstance(part, Words)
        else TaskOutput(files.kind(part), base_url + files.path(record.id, name))
        for part, name in zip(record.parts, names, strict=True)
    )
