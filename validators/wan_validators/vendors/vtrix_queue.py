"""Vtrix and SeaCloud: the queue protocol, with the model in the path and a flat payload.

Routes, states, results, cancels and the forms of HTTP errors are on the vendor's pages; the
further members of a failed task are in the tests of its command line. Most HTTP statuses are not
printed. Guesses: those statuses, what ``/response`` has for a failed task, the end of a canceled
task, and that a broken rule appears only in the task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from ..ambiguity import Ambiguity
from ..task import Failure, State, Task, TaskOutput
from ..vendor import UnwrappedPayload, Vendor, Wire
from .vtrix import VENDOR as PLATFORM
from .vtrix_queue_errors import (
    OTHER_MODELS,
    build_error_response,
    build_error_text_response,
)

__all__ = ["VENDOR"]

BASE: Final = "/model/v1/queue/{model}"

COMPLETED: Final = "COMPLETED"
"""The word for every end; a failed task also has ``error``."""

STATES: Final = {
    State.PENDING: "IN_QUEUE",
    State.RUNNING: "IN_PROGRESS",
    State.CANCELED: COMPLETED,
    State.FAILED: COMPLETED,
    State.DONE: COMPLETED,
}

REQUEST_INVALID: Final = "REQUEST_INVALID"

CANCELED: Final = "CANCELED"

FAILURES: Final = {
    "INFERENCE_FAILURE": "Task execution failed",
    "INFERENCE_TIMEOUT": "Task execution timed out",
    "CONTENT_BLOCKED": "The content was blocked by moderation",
    "INTERNAL_SERVER_ERROR": "Internal server error",
    REQUEST_INVALID: "The request is not valid",
    CANCELED: "Task was canceled",
}
"""The error types. The first text is documented; the others are ours."""

ERROR_TYPES: Final = {
    "001021097": "INTERNAL_SERVER_ERROR",
    "001021098": "INFERENCE_TIMEOUT",
    "001021099": "INTERNAL_SERVER_ERROR",
}
"""Error types for codes of the other protocol, which the queue does not have; a guess."""

MODERATION: Final = Failure("CONTENT_BLOCKED", FAILURES["CONTENT_BLOCKED"])

FLAT_MODELS: Final = {
    "wan25_i2i_preview": True,
    "wan25_i2i_preview_intl": True,
    "wan25_t2i_preview": True,
    "wan25_t2i_preview_intl": True,
    "wan25_t2v_preview": True,
    "wan25_i2v_preview_intl": False,
    "wan26_i2i": False,
    "wan26_t2i": False,
}
"""The models, and whether a page of the queue shows their payload."""

NESTED_MEMBERS: Final = ("messages", "img_url")
"""Members of ``input`` of the models without such a page."""

CONTENT_TYPES: Final = {"image": "image/png", "video": "video/mp4"}

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(random: Random) -> str:
    """Returns ``mmsu_01`` and 24 characters."""
    return "mmsu_01" + "".join(random.choices(ALPHABET, k=24))


def build_url(task: Task, part: str) -> str:
    """Returns the absolute URL of *part* of the task at the host that the client calls."""
    return f"{task.base_url}{BASE.format(model=task.model)}/requests/{task.id}/{part}"


def build_created_body(task: Task) -> Wire:
    return {
        "request_id": task.id,
        "response_url": build_url(task, "response"),
        "status_url": build_url(task, "status"),
        "cancel_url": build_url(task, "cancel"),
        "queue_position": 0,
    }


def build_status_body(task: Task) -> Wire:
    """Builds the state; every end is COMPLETED, and ``error`` tells that the task failed."""
    word = STATES[task.state] if task.word is None else task.word
    body: dict[str, Any] = {**({"status": word} if word else {}), "request_id": task.id}
    if task.state is State.PENDING:
        body["queue_position"] = 0
    body["response_url"] = build_url(task, "response")
    if task.state is State.DONE:
        seconds = round(task.updated_at - task.created_at, 2)
        body["metrics"] = {"inference_time": max(seconds, 0.0)}
    return {**body, **build_error_members(task)}


def build_error_members(task: Task) -> Wire:
    """Builds the members of a task that failed or was canceled; a scenario may leave out error."""
    if task.state is State.CANCELED:
        return {"error": FAILURES[CANCELED], "error_type": CANCELED}
    if task.state is not State.FAILED:
        return {}
    if task.failure is None:
        return {"error_type": "INFERENCE_FAILURE"}
    code, message = task.failure.code, task.failure.message
    if code == REQUEST_INVALID:
        # As in a recorded failure in the tests of the vendor's command line.
        upstream = {"code": "InvalidParameter", "message": message, "task_status": "FAILED"}
        return {"error": message, "error_type": code, "provider_error": upstream}
    kind = code if code in FAILURES else ERROR_TYPES.get(code, "INFERENCE_FAILURE")
    return {"error": message, "error_type": kind}


def build_result_body(task: Task) -> Wire:
    """Builds the results; for a task that is not done, the body of its status.

    That a failed task repeats its status is a guess: a public client loses the error otherwise.
    """
    if task.state is not State.DONE:
        return build_status_body(task)
    outputs = [build_output(task, output) for output in task.outputs]
    results = {"outputs": outputs} if task.results else {}
    return {"request_id": task.id, **results, "metadata": {"prompt": task.prompt}}


def build_output(task: Task, output: TaskOutput) -> Wire:
    """Builds one result; the form of a text is a guess."""
    if output.kind == "text":
        return {"type": "text", "text": output.value}
    content_type = CONTENT_TYPES[output.kind]
    name = f"{output.kind}.{content_type.partition('/')[2]}"
    item = {
        "type": output.kind,
        "url": output.value,
        "content_type": content_type,
        "file_name": name,
    }
    if output.kind == "video":
        return item | {"duration": task.seconds}
    width, height = map(int, task.picture_size.split("*"))
    return item | {"width": width, "height": height}


def build_empty_members(_: Task) -> Wire:
    return {"metrics": {}, "error": "", "error_type": "", "logs": []}


def build_canceled_body(_: Task) -> Wire:
    return {"status": "CANCELLATION_REQUESTED"}


def build_rejection_failure(errors: Sequence[Any]) -> Failure:
    """Returns REQUEST_INVALID with the message of the first error."""
    return Failure(REQUEST_INVALID, errors[0].message)


def unwrap(payload: Mapping[str, Any]) -> UnwrappedPayload | None:
    """Unwraps ``{"input": {"messages": …}, "parameters": {…}}``, the form of the other protocol.

    That the queue takes it is a guess, for models whose flat form no page shows.
    """
    members, parameters = payload.get("input"), payload.get("parameters", {})
    if type(members) is not dict or type(parameters) is not dict:
        return None
    if not any(name in members for name in NESTED_MEMBERS):
        return None
    outer = {name: each for name, each in payload.items() if name not in ("input", "parameters")}
    return UnwrappedPayload(
        payload={**parameters, **members, **outer},
        prefix="/parameters",
        outer=frozenset(outer),
        prefixes=dict.fromkeys(members, "/input"),
    )


VENDOR: Final = Vendor(
    name="vtrix-queue",
    title="Vtrix, queue protocol",
    platform=PLATFORM.name,
    flat_models=FLAT_MODELS,
    other_models=OTHER_MODELS,
    create=BASE,
    poll=f"{BASE}/requests/{{task_id}}/status",
    result=f"{BASE}/requests/{{task_id}}/response",
    cancel=f"{BASE}/requests/{{task_id}}/cancel",
    stream=f"{BASE}/requests/{{task_id}}/status/stream",
    cancel_method="PUT",
    canceled_status=202,
    cancels_running=True,
    created_status=200,
    auth_schemes=("Bearer", "Key"),
    refuses_webhooks=True,
    lazy=True,
    new_id=new_id,
    build_created_body=build_created_body,
    build_status_body=build_status_body,
    build_result_body=build_result_body,
    build_canceled_body=build_canceled_body,
    build_error_response=build_error_response,
    build_error_text_response=build_error_text_response,
    build_rejection_failure=build_rejection_failure,
    build_empty_members=build_empty_members,
    words=STATES,
    moderation=MODERATION,
    failures={**FAILURES, **PLATFORM.failures},
    unwrap=unwrap,
    ambiguities=(
        Ambiguity(
            "where a broken rule appears",
            interpretations=(
                "in the task, with REQUEST_INVALID: the one recorded fault failed later",
                "in the create response, which no page excludes",
            ),
            chosen="in the task, unless the mock is set to reject at create",
        ),
        Ambiguity(
            "the response of a failed task",
            interpretations=(
                "its status with the error, and 200: a public client loses the error otherwise",
                "an HTTP error, which no page excludes",
            ),
            chosen="its status with the error, and 200",
        ),
        Ambiguity(
            "the status of a result",
            interpretations=(
                "the result has no status, as the pages show it",
                "it has COMPLETED, without which a public client reports the task as queued",
            ),
            chosen="no status, or COMPLETED with --vtrix-queue-result status",
        ),
        Ambiguity(
            "a cancel",
            interpretations=(
                "it stops a task that waits or runs, which ends with error_type CANCELED",
                "it may not stop the upstream or the bill, as one copy of the pages says",
            ),
            chosen="the task ends at once, COMPLETED with CANCELED, and costs nothing; a second "
            "cancel finds it ALREADY_COMPLETED",
        ),
        Ambiguity(
            "the body of an HTTP error of the queue",
            interpretations=(
                "error is an object, detail is a text, or status is an object, by the status",
                "two command lines of the vendor read only a text in error or message",
            ),
            chosen="the documented forms, or texts with --vtrix-queue-error text",
        ),
        Ambiguity(
            "the HTTP status of a create and of errors",
            interpretations=("200 for a create, as in public tests", "202, as for a cancel"),
            chosen="200; 400, 403, 404, 413 and 500 for errors whose status is not printed",
        ),
    ),
)
