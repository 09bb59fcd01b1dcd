"""A task as the server keeps it, and as a vendor shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from wan_validators.vendor import Failure, Output, State, Task

from . import files
from .lifecycle import Lifecycle
from .plan import Part, Words

ENDED = frozenset({State.DONE, State.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything known about one task, as of the last look at it.

    *tenant* is whose it is. *failure* is what it will end with, if it is not to succeed;
    *parts* is what it makes otherwise. *cost* is in USD, None if no price is known, and
    *image_count* None where the model's page has no such figure. Times are unix seconds.
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


def look(record: Record, now: float) -> Record:
    """*record* after one more poll at *now*; what has ended stays as it ended."""
    polls = record.polls + 1
    if record.state in ENDED:
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


def shown(record: Record, base_url: str) -> Task:
    """*record* as every vendor knows it: outputs when done, the failure when failed."""
    return Task(
        id=record.id,
        model=record.model,
        state=record.state,
        created_at=record.created_at,
        updated_at=record.updated_at,
        progress=record.progress,
        remote_id=record.remote_id,
        outputs=_outputs(record, base_url) if record.state is State.DONE else (),
        failure=record.failure if record.state is State.FAILED else None,
        cost=record.cost,
        image_count=record.image_count,
    )


def _outputs(record: Record, base_url: str) -> tuple[Output, ...]:
    names = files.names(record.parts)
    return tuple(
        Output("text", part.text)
        if isinstance(part, Words)
        else Output(files.kind(part), base_url + files.path(record.id, name))
        for part, name in zip(record.parts, names, strict=True)
    )
