"""Bodies and streams of the models of Model Studio that take ``input.messages``.

Samples on the vendor's pages disagree about streams: one prints bare JSON lines, with the final
count of images in each. Frames with ``data:`` and a growing usage are what the official SDK
reads, and what its samples show. The numbers of tokens are made up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..task import Failure, State, Task, TaskOutput
from ..vendor import Wire
from .dashscope_errors import FAILURES

__all__ = [
    "build_final_response",
    "build_frames",
    "build_message_results",
    "build_message_usage",
    "find_stream_conflict",
]

_CHARACTERS_PER_TOKEN: Final = 4


def build_message_results(task: Task) -> dict[str, Any]:
    """Builds one choice for each image, or a single one with texts between the images."""
    parts = [_build_part(output) for output in task.outputs]
    contents = [parts] if _is_interleaved(task) else [[part] for part in parts]
    return {"finished": True, "choices": [_build_choice(content, "stop") for content in contents]}


def build_message_usage(task: Task, outputs: Sequence[TaskOutput]) -> dict[str, Any]:
    """Builds the usage of *outputs*, a part of those of *task*. Only texts cost tokens."""
    images = sum(output.kind == "image" for output in outputs)
    texts = [output.value for output in outputs if output.kind == "text"]
    asked = _count_tokens([task.prompt]) if _is_interleaved(task) else 0
    made = _count_tokens(texts)
    return {
        "image_count": images,
        "size": task.picture_size if images else "0*0",
        "input_tokens": asked,
        "output_tokens": made,
        "total_tokens": asked + made,
    }


def build_final_response(task: Task, request_id: str) -> tuple[int, Wire]:
    """Builds the response to a synchronous call: its results, or an error at the top."""
    error = _build_error(task, request_id)
    if error is not None:
        return error
    output = build_message_results(task) if task.results else {"finished": True}
    usage = build_message_usage(task, task.outputs)
    return 200, {"output": output, "usage": usage, "request_id": request_id}


def build_frames(task: Task, request_id: str) -> list[str]:
    """Builds the frames of the stream of *task*, or the one of its error."""
    error = _build_error(task, request_id)
    if error is not None:
        return [_build_frame(1, "error", *error)]
    chunks: list[TaskOutput | None] = [*_iter_chunks(task.outputs)]
    chunks = chunks or [None]
    frames: list[str] = []
    sent: list[TaskOutput] = []
    for number, chunk in enumerate(chunks, start=1):
        last = number == len(chunks)
        content = [] if chunk is None else [_build_part(chunk)]
        sent += [] if chunk is None else [chunk]
        reason = "stop" if last else "null"
        choices = [_build_choice(content, reason)] if content else []
        output = {**({"choices": choices} if task.results else {}), "finished": last}
        body = {"output": output, "usage": build_message_usage(task, sent)}
        frames.append(_build_frame(number, "result", 200, {**body, "request_id": request_id}))
    return frames


def find_stream_conflict(payload: Mapping[str, Any], *, streamed: bool) -> str | None:
    """Returns why *payload* cannot be answered in one piece, or None if it can."""
    parameters = payload.get("parameters")
    interleaved = type(parameters) is dict and parameters.get("enable_interleave") is True
    if interleaved and not streamed:
        return (
            "a synchronous call with enable_interleave=true must be streamed: send the header "
            "X-DashScope-SSE: enable, or create a task at image-generation/generation"
        )
    return None


def _build_error(task: Task, request_id: str) -> tuple[int, Wire] | None:
    """Builds the error of a task that failed or is unfinished after hours, or returns None."""
    if task.state is State.DONE:
        return None
    code = "InternalError" if task.state is State.FAILED else "InternalError.Timeout"
    failure = task.failure or Failure(code, FAILURES[code])
    status = 500 if failure.code.startswith("InternalError") else 400
    return status, {"request_id": request_id, "code": failure.code, "message": failure.message}


def _iter_chunks(outputs: Sequence[TaskOutput]) -> Iterator[TaskOutput]:
    """Yields the images, and each text in two pieces, as texts come while they are written."""
    for output in outputs:
        half = len(output.value) // 2
        if output.kind == "text" and half:
            yield TaskOutput("text", output.value[:half])
            yield TaskOutput("text", output.value[half:])
        else:
            yield output


def _is_interleaved(task: Task) -> bool:
    return any(output.kind == "text" for output in task.outputs)


def _build_part(output: TaskOutput) -> dict[str, str]:
    return {"type": output.kind, output.kind: output.value}


def _build_choice(content: list[dict[str, str]], reason: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    return {"finish_reason": reason, "message": message}


def _build_frame(number: int, event: str, status: int, body: Wire) -> str:
    # The SDK recognises "event:error" only without a blank after the colon.
    return f"id:{number}\nevent:{event}\n:HTTP_STATUS/{status}\ndata:{json.dumps(body)}\n\n"


def _count_tokens(texts: Sequence[str]) -> int:
    return sum(len(text) // _CHARACTERS_PER_TOKEN + 1 for text in texts)
