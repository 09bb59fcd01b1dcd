"""MuleRouter: one endpoint for each model, with all task data in ``task_info``.

Paths, the create response and its timestamps are documented (S0, S1, S3). States, results
and errors are from its public pages and from recorded bodies. Live timestamps have
microseconds and an offset; the documents and this module write ``Z``. The generic page on
asynchronous tasks has other words for the states (``queued``, ``running``, ``succeeded``).
The words of the models' pages are the default, because live responses confirm them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from ..ambiguity import Ambiguity
from ..rejection import USUAL_STATUSES, Rejection, RejectionReason, find_status_phrase
from ..task import Failure, State, Task, new_uuid
from ..vendor import Vendor, Wire

__all__ = ["VENDOR"]

STATES: Final = {
    State.PENDING: "pending",
    State.RUNNING: "processing",
    State.DONE: "completed",
    State.FAILED: "failed",
}

OTHER_STATES: Final = {
    State.PENDING: "queued",
    State.RUNNING: "running",
    State.DONE: "succeeded",
    State.FAILED: "failed",
}
"""The state words of the generic page."""

FAILURES: Final = {
    "2001": "The input image format is not supported",
    "3001": "Generation failed: Invalid image dimensions",
    "3002": "The provider could not complete the task",
    "3003": "The provider could not complete the task in time",
    "3004": "The provider could not read an input file",
    "3005": "The provider returned no result",
    "4002": "The router could not start the task",
    "4008": "The router lost its connection to the provider",
}
"""Codes seen in failed tasks, with details; those other than 2001 and 3001 are guesses."""

FAILURE_TITLES: Final = {
    "2001": "Invalid Request",
    "4002": "Internal Error",
    "4008": "Internal Error",
}
"""The titles of codes whose title is not that of 3001; those of 4002 and 4008 are guesses."""

MODERATION: Final = Failure("3001", "The generated content was refused by content moderation")
"""A guess: how a moderated task looks is not documented."""

STATUS: Final = {**USUAL_STATUSES, RejectionReason.TOO_LARGE: 400}
"""The page of HTTP errors does not list 413, 415 and 422, so those cases use 400."""

TITLES: Final = {
    RejectionReason.NO_KEY: "Missing Authorization header. "
    "Please provide 'Authorization: Bearer <api_key>'",
    RejectionReason.NO_SCHEME: "Invalid Authorization header format",
    RejectionReason.BAD_KEY: "Invalid API Key format",
    RejectionReason.PAYLOAD: FAILURE_TITLES["2001"],
}


OTHER_MODELS: Final = (
    "wan2.6-r2v",
    "wan2.1-vace-plus",
    "happy-horse-1-0-i2v",
    "happy-horse-1-0-t2v",
    "wan2.7-i2v-spicy",
    "w3.0-video",
    "w3.0-video-prime",
    "w3.0-video-pro",
    "w3.0-video-prime-pro",
)
"""Models on the vendor's public pages or in its clients that have no table here."""


def format_timestamp(seconds: float) -> str:
    """Formats a time as RFC 3339 in UTC, in whole seconds, like the documents."""
    return _format_timestamp(int(seconds))


@lru_cache(maxsize=256)  # a task is polled more often than its times change
def _format_timestamp(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def build_task_info(task: Task) -> dict[str, Any]:
    word = STATES[task.state] if task.word is None else task.word
    info: dict[str, Any] = {
        "id": task.id,
        **({"status": word} if word else {}),
        "created_at": format_timestamp(task.created_at),
        "updated_at": format_timestamp(task.updated_at),
    }
    if task.failure:
        info["error"] = build_error(task.failure)
    return info


def build_error(failure: Failure) -> dict[str, Any]:
    return {
        "code": int(failure.code),
        "title": FAILURE_TITLES.get(failure.code, "Task Execution Error"),
        "detail": failure.message,
    }


def build_created_body(task: Task) -> Wire:
    return {"task_info": build_task_info(task)}


def build_status_body(task: Task) -> Wire:
    """Builds ``task_info``, and ``images`` or ``videos`` (URL strings) when completed."""
    wire: dict[str, Any] = {"task_info": build_task_info(task)}
    if task.state is State.DONE and task.results:
        for output in task.outputs:
            wire.setdefault(f"{output.kind}s", []).append(output.value)
        if not task.outputs:
            wire[f"{task.kind}s"] = []
    return wire


def build_empty_members(task: Task) -> Wire:
    return {"task_info": {"error": {}}, f"{task.kind}s": []}


def to_recorded_body(task: Task, body: Wire) -> Wire:
    """Converts a documented body to the form of the recorded ones.

    Times have microseconds and an offset, ``error`` is at the top, and ``output.url`` has the
    first result. A guess: the documented list is there only for several results.
    """
    from datetime import UTC, datetime

    info = dict(body["task_info"])
    recorded = {**body, "task_info": info}
    for name, seconds in (("created_at", task.created_at), ("updated_at", task.updated_at)):
        info[name] = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
    if "error" in info:
        recorded["error"] = info.pop("error")
    if task.outputs:
        recorded["output"] = {"url": task.outputs[0].value}
    if len(task.outputs) == 1:
        del recorded[f"{task.outputs[0].kind}s"]
    return recorded


def build_error_response(rejection: Rejection) -> tuple[int, Wire]:
    """Builds a problem object; a rejected payload also has the failed task's envelope.

    Some clients read a string ``detail``, others the envelope. Sending both suits all (a
    guess: bodies with one or the other were recorded). The recorded 404 of an unknown path
    has no ``detail``; here ``detail`` lists the known paths.
    """
    code = rejection.status or STATUS[rejection.reason]
    problem: dict[str, Any] = {
        "status": code,
        "title": TITLES.get(rejection.reason, find_status_phrase(code)),
        "detail": format_detail(rejection),
        "instance": rejection.path,
        "error_code": 0,
    }
    if rejection.task and rejection.task.failure:
        problem["error_code"] = int(rejection.task.failure.code)
        problem |= build_created_body(rejection.task)
    return code, problem


def format_detail(rejection: Rejection) -> str:
    """Returns the recorded text: a 401 has its explanation only in the title."""
    if (rejection.status or STATUS[rejection.reason]) == 401:
        return f"None (request_id: {rejection.request_id})"
    if rejection.reason is RejectionReason.NO_TASK:
        return f"Task with ID {rejection.task_id} does not exist"
    return rejection.detail


def build_rejection_failure(errors: Sequence[Any]) -> Failure:
    """Returns code 2001 with the pointer and the message of the first error."""
    first = errors[0]
    return Failure("2001", f"{first.pointer or '/'}: {first.message}")


VENDOR: Final = Vendor(
    name="mulerouter",
    title="MuleRouter",
    create="/vendors/{endpoint}/v1/{model}/generation",
    poll="/vendors/{endpoint}/v1/{model}/generation/{task_id}",
    endpoint="alibaba",
    created_status=202,
    lazy=False,
    new_id=new_uuid,
    build_created_body=build_created_body,
    build_status_body=build_status_body,
    build_error_response=build_error_response,
    build_rejection_failure=build_rejection_failure,
    build_empty_members=build_empty_members,
    words=STATES,
    moderation=MODERATION,
    other_words=OTHER_STATES,
    other_models=OTHER_MODELS,
    failures=FAILURES,
    ambiguities=(
        Ambiguity(
            "the word for a completed task",
            interpretations=(
                "completed, in every recorded body and on the models' pages",
                'one page says that results come "when status is success"',
                "the generic page has queued, running, succeeded and failed",
            ),
            chosen="pending, processing, completed and failed",
        ),
        Ambiguity(
            "the response to a rejected payload",
            interpretations=(
                "a problem object with a string detail, which some clients read",
                "the envelope of a failed task, which other clients read",
            ),
            chosen="both in one body",
        ),
        Ambiguity(
            "timestamps",
            interpretations=(
                "the documents' examples end in Z after whole seconds",
                "recorded ones have microseconds and an offset",
            ),
            chosen="as in the documents, or as recorded in the scenario as-recorded",
        ),
    ),
    to_recorded_body=to_recorded_body,
    recorded_created_status=200,
)
