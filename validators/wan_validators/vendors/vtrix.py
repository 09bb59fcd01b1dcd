"""Vtrix: one endpoint for all models, ``output`` and ``usage`` only when completed.

The members of the poll's answer are documented (S2, S4); the rest is from public clients and
pages. That a broken rule shows as a failed task, and not as a refused create, is a guess:
the documents put ``error`` into the task and name no HTTP status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from .. import error_codes
from ..ambiguity import Ambiguity
from ..source.json_pointer import escape
from ..vendor import (
    Failure,
    Rejection,
    RejectionReason,
    State,
    Task,
    UnwrappedPayload,
    Vendor,
    Wire,
)

STATES: Final = {
    State.PENDING: "in_progress",
    State.RUNNING: "in_progress",
    State.DONE: "completed",
    State.FAILED: "failed",
}

STATUS: Final = {
    RejectionReason.NO_KEY: 401,
    RejectionReason.NO_SCHEME: 401,
    RejectionReason.BAD_KEY: 401,
    RejectionReason.NO_ROUTE: 404,
    RejectionReason.NO_METHOD: 405,
    RejectionReason.NO_MODEL: 400,
    RejectionReason.NO_TASK: 404,
    RejectionReason.MALFORMED: 400,
    RejectionReason.MEDIA_TYPE: 400,
    RejectionReason.TOO_LARGE: 413,
    RejectionReason.PAYLOAD: 400,
    RejectionReason.BALANCE: 403,
    RejectionReason.RATE: 429,
    RejectionReason.EXPIRED: 403,
    RejectionReason.NO_SCENARIO: 400,
    RejectionReason.SCENARIO: 500,
    RejectionReason.INTERNAL: 500,
}
"""401, 403, 404, 429 and 500 are documented; which of the others is used is a guess."""

MODERATION: Final = Failure("001021095", "The generated content was refused by moderation")
"""A guess: how a moderated task looks is not documented."""

XID_ALPHABET: Final = "0123456789abcdefghijklmnopqrstuv"


def new_id(random: Random) -> str:
    """Twenty characters, like the xid that the API hands out."""
    return "".join(random.choices(XID_ALPHABET, k=20))


def build_created_body(task: Task) -> Wire:
    """The answer to create; ``created_at`` is an integer, since a Go client needs one."""
    word = STATES[task.state] if task.word is None else task.word
    return {
        "id": task.id,
        "created_at": int(task.created_at),
        **({"status": word} if word else {}),
        "model": task.model,
    }


def build_status_body(task: Task) -> Wire:
    """``progress`` until the task fails; ``output`` and ``usage`` only when completed."""
    wire: dict[str, Any] = {**build_created_body(task)}
    if task.state is State.DONE:
        wire["progress"] = 1.0
        if task.results:
            wire["output"] = [{"content": [*content(task)]}]
        wire |= {"usage": usage(task), "metadata": metadata(task)}
    elif task.failure:
        wire["error"] = error(task.failure)
    else:
        wire["progress"] = task.progress
    return wire


def content(task: Task) -> list[dict[str, str]]:
    """The parts in order, each with the upstream's task id (so public clients read it)."""
    return [
        {
            "type": output.kind,
            "text" if output.kind == "text" else "url": output.value,
            "jobId": task.remote_id,
        }
        for output in task.outputs
    ]


def usage(task: Task) -> dict[str, Any]:
    """``cost`` is a decimal string in USD and left out where no price is known (a guess)."""
    figures: dict[str, Any] = {} if task.cost is None else {"cost": f"{task.cost:f}"}
    figures["discount"] = 1
    return figures if task.image_count is None else figures | {"image_count": task.image_count}


def metadata(task: Task) -> dict[str, float]:
    return {
        "in_queue_at": task.created_at,
        "completed_at": task.updated_at,
        "upload_at": task.updated_at,
    }


def error(failure: Failure) -> dict[str, str | int]:
    """``code`` and ``message`` as documented, and the name that the published SDK reads."""
    code, message = failure.code, failure.message
    number = int(code) if failure.integer else code
    return {"code": number, "message": message, "error_message": message}


def build_error_response(refusal: Rejection) -> tuple[int, Wire]:
    """Clients read ``message``, or ``error.message``, or ``error.error_message``.

    Except for a refused payload the code is the HTTP status (a guess).
    """
    status = refusal.status or STATUS[refusal.reason]
    failure = (refusal.task and refusal.task.failure) or Failure(str(status), detail(refusal))
    return status, {"message": failure.message, "error": error(failure)}


def detail(refusal: Rejection) -> str:
    return "Task not found" if refusal.reason is RejectionReason.NO_TASK else refusal.detail


def build_rejection_failure(errors: Sequence[Any]) -> Failure:
    """The first documented code in the order of the table; without any, the first error.

    Faults with no code of their own become 001021099, the code for a task that could not be
    created (a guess: none is documented for them).
    """
    coded = [error for error in errors if error.code]
    if coded:
        first = min(coded, key=lambda error: error.code)
        return Failure(first.code, first.message)
    return Failure("001021099", f"{error_codes.TEXTS['001021099']}: {errors[0].message}")


def unwrap(payload: Mapping[str, Any]) -> UnwrappedPayload | None:
    """``{"model", "input": [{"params": {…}}]}``, as the vendor's own SDKs send it."""
    items = payload.get("input")
    if type(items) is not list or not items or type(items[0]) is not dict:
        return None
    params = items[0].get("params")
    if type(params) is not dict:
        return None
    outer = {name: value for name, value in payload.items() if name != "input"}
    strays = [f"/input/0/{escape(name)}" for name in items[0] if name != "params"]
    strays += [f"/input/{index}" for index in range(1, len(items))]
    return UnwrappedPayload(
        payload={**params, **outer},
        prefix="/input/0/params",
        outer=frozenset(map(escape, outer)) | ({"model"} - params.keys()),
        ignored_pointers=tuple(strays),
    )


VENDOR: Final = Vendor(
    name="vtrix",
    title="Vtrix",
    create="/model/v1/generation",
    poll="/model/v1/generation/task/{task_id}",
    created_status=200,
    lazy=True,
    new_id=new_id,
    build_created_body=build_created_body,
    build_status_body=build_status_body,
    build_error_response=build_error_response,
    build_rejection_failure=build_rejection_failure,
    words=STATES,
    moderation=MODERATION,
    failures={code: error_codes.TEXTS[code] for code in error_codes.LIFECYCLE},
    ambiguities=(
        Ambiguity(
            "where a 001021xxx code comes back",
            interpretations=(
                "in a failed task, since that is where the pages put error",
                "in the answer to create, since a broken rule can be seen at once",
            ),
            chosen="in a failed task, unless the mock is told to reject at create",
        ),
        Ambiguity(
            "the members of error",
            interpretations=(
                "code, a string, and message (S2, S4)",
                "error_message, which the published SDK reads",
            ),
            chosen="code as a string unless a scenario asks for a number; the text under both names",
        ),
    ),
    model_header="X-Model",
    tolerated=("metadata", "options", "id", "moderation"),
    unwrap=unwrap,
)
