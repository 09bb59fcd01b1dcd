"""Converts task records to the tasks that vendors return."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from wan_validators.catalog import model
from wan_validators.outputs import Videos, find_ratio, find_tier
from wan_validators.task import State, Task, TaskOutput
from wan_validators.vendor import Vendor

from ..artefacts import files
from ..artefacts.plan import Film, Picture, Words
from ..scenarios.scenario import PollBehaviour, Progress, Results
from ..state.tasks import TERMINAL_STATES, TaskRecord
from .signed_urls import build_signed_url

__all__ = ["build_outputs", "to_wire_task"]

_BACKWARD_STATES: Final = {State.PENDING: State.RUNNING, State.RUNNING: State.PENDING}

_STALL: Final = (0.3, 0.7)
"""A stalled progress stays at the first value until it reaches the second."""

_TIER: Final = re.compile("([0-9]{1,5})P").fullmatch

_DEFAULT_POLLING: Final = PollBehaviour()


def to_wire_task(
    record: TaskRecord, base_url: str, vendor: Vendor, how: PollBehaviour = _DEFAULT_POLLING
) -> Task:
    """Converts *record* to a task of its vendor, with outputs or failure at the end."""
    state, progress = record.state, record.progress
    if how.backwards and state not in TERMINAL_STATES:
        state, progress = _BACKWARD_STATES[state], round(1 - progress, 2)
    if how.progress is Progress.STALLS and _STALL[0] <= progress < _STALL[1]:
        progress = _STALL[0]
    if how.progress is Progress.FULL and state is State.RUNNING:
        progress = 1.0
    spec = model(record.model)
    failed = record.state is State.FAILED and not how.no_error
    failure = record.failure if failed else None
    film = next((part for part in record.parts if isinstance(part, Film)), None)
    size = f"{film.width}*{film.height}" if film and not record.tier else ""
    return Task(
        id=record.id,
        model=spec.name,
        state=state,
        created_at=record.created_at,
        updated_at=record.updated_at,
        progress=progress,
        remote_id=record.remote_id,
        outputs=build_outputs(record, base_url) if record.state is State.DONE else (),
        failure=replace(failure, integer=how.integer_codes) if failure else None,
        cost=record.cost,
        discount=record.discount,
        image_count=record.image_count,
        kind="video" if isinstance(spec.outputs, Videos) else "image",
        word=_get_state_word(state, vendor, how),
        results=record.results is not Results.NONE,
        split_output=how.split_output,
        prompt=record.prompt,
        extended=record.extended and not getattr(spec.outputs, "hides_prompt", False),
        requested=record.requested,
        picture_size=_format_picture_size(record),
        has_choices=spec.has_choices,
        seconds=film.seconds if film else 0,
        lines=_count_lines(find_tier(size) if size else record.tier),
        size=size,
        ratio=find_ratio(film.width, film.height) if film else "",
        has_sound=film is not None and film.audio,
        usage=getattr(spec.outputs, "usage", ()),
        base_url=base_url,
    )


def _get_state_word(state: State, vendor: Vendor, how: PollBehaviour) -> str:
    """Returns the word on the wire for *state*."""
    words = vendor.other_words or vendor.words if how.other_words else vendor.words
    word = (how.words or {}).get(state, words[state])
    return word.upper() if how.upper_case else word


def build_outputs(record: TaskRecord, base_url: str) -> tuple[TaskOutput, ...]:
    """Returns the results of a task that is done, with the URLs of the files."""
    if record.results:
        return ()
    names = files.names(record.parts, record.id, unsorted=record.unsorted_names)
    return tuple(
        TaskOutput("text", part.text)
        if isinstance(part, Words)
        else TaskOutput(files.kind(part), _build_url(record, base_url, name))
        for part, name in zip(record.parts, names, strict=True)
    )


def _build_url(record: TaskRecord, base_url: str, name: str) -> str:
    if record.signed_urls:
        return build_signed_url(base_url, record, name)
    return base_url + files.path(record.id, name)


def _format_picture_size(record: TaskRecord) -> str:
    picture = next((part for part in record.parts if isinstance(part, Picture)), None)
    return f"{picture.width}*{picture.height}" if picture else ""


def _count_lines(tier: str) -> int:
    """Returns the lines of a *tier* such as 720P; 0 for other values, which payloads may have."""
    found = _TIER(tier) if tier else None
    return int(found[1]) if found else 0
