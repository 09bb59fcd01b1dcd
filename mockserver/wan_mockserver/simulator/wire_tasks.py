"""Converts tasks to what their vendors show of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from wan_validators.vendor import State, Task, TaskOutput, Vendor

from ..artefacts import files
from ..artefacts.plan import Film, Words
from ..scenarios.scenario import PollBehaviour, Results
from ..state.tasks import TERMINAL_STATES, TaskRecord

__all__ = ["to_wire_task"]

_BACKWARD_STATES: Final = {State.PENDING: State.RUNNING, State.RUNNING: State.PENDING}

_DEFAULT_POLLING: Final = PollBehaviour()


def to_wire_task(
    record: TaskRecord, base_url: str, vendor: Vendor, how: PollBehaviour = _DEFAULT_POLLING
) -> Task:
    """Converts *record* to what its vendor shows, with outputs or failure at the end."""
    state, progress = record.state, record.progress
    if how.backwards and state not in TERMINAL_STATES:
        state, progress = _BACKWARD_STATES[state], round(1 - progress, 2)
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
    words = vendor.other_words or vendor.words if how.other_words else vendor.words
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
