"""Responses of synchronous generation at Vtrix, and the frames of its streams.

The forms are those that a public SDK of the vendor reads. Guesses: the text of a time-out, and
that each output comes in a frame of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from ..task import State, Task
from ..vendor import Wire

__all__ = ["KEEPALIVE", "MAX_WAIT_S", "build_stream_frames", "build_timeout_error"]

MAX_WAIT_S: Final = 120.0
"""Seconds of a synchronous call; the vendor advises against longer tasks."""

KEEPALIVE: Final = ": keepalive\n\n"


def build_timeout_error() -> dict[str, str]:
    message = "the task is not finished yet; poll it with its id"
    return {"code": "SYNC_TIMEOUT", "message": message}


def build_stream_frames(
    task: Task, body: Wire, parts: Sequence[Wire], error: Wire | None, cursor: int
) -> list[str]:
    """Builds the frames after *cursor*: one for each of *parts*, and the end.

    *body* is that of a poll of *task*, *error* that of a failed or an unfinished one.
    """
    frames = [
        _build_frame(
            "output",
            {
                "id": task.id,
                "model": task.model,
                "status": "in_progress",
                "output": [{"content": [part]}],
                "cursor": number,
            },
        )
        for number, part in enumerate(parts, start=1)
        if number > cursor
    ]
    if error is not None:
        return [*frames, _build_frame("error", {"id": task.id, "error": error})]
    assert task.state is State.DONE
    return [*frames, _build_frame("done", body)]


def _build_frame(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"
