"""Vtrix: one endpoint for all models, ``output`` and ``usage`` only when completed.

The members of the poll response are documented (S2, S4). The rest is from public clients
and pages. A broken rule appears in a failed task, not as a rejected create. That is a guess:
the documents put ``error`` into the task and give no HTTP status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .. import error_codes
from ..ambiguity import Ambiguity
from ..source.json_pointer import escape
from ..task import CostEstimate, Failure, State, Task
from ..vendor import Page, SynchronousApi, UnwrappedPayload, Vendor, Wire
from .vtrix_errors import (
    OTHER_MODELS,
    build_error,
    build_error_response,
    build_error_text_response,
    build_rejection_failure,
)
from .vtrix_streams import KEEPALIVE, MAX_WAIT_S, build_stream_frames, build_timeout_error

if TYPE_CHECKING:
    from random import Random

__all__ = ["VENDOR"]

STATES: Final = {
    State.PENDING: "in_progress",
    State.RUNNING: "in_progress",
    State.DONE: "completed",
    State.FAILED: "failed",
}

MODERATION: Final = Failure("001021095", "The generated content was refused by moderation")
"""A guess: how a moderated task looks is not documented."""

XID_ALPHABET: Final = "0123456789abcdefghijklmnopqrstuv"


def new_id(random: Random) -> str:
    """Returns 20 characters, like the xid of the API."""
    return "".join(random.choices(XID_ALPHABET, k=20))


def build_created_body(task: Task) -> Wire:
    """Builds the create response; ``created_at`` is an integer, because a Go client needs one."""
    word = STATES[task.state] if task.word is None else task.word
    return {
        "id": task.id,
        "created_at": int(task.created_at),
        **({"status": word} if word else {}),
        "model": task.model,
    }


def build_status_body(task: Task) -> Wire:
    """Builds ``progress`` unless failed; ``output`` and ``usage`` only when completed."""
    wire: dict[str, Any] = {**build_created_body(task)}
    if task.state is State.DONE:
        wire["progress"] = 1.0
        if task.results:
            parts = build_content(task)
            items = [[part] for part in parts] if task.split_output else [parts]
            wire["output"] = [{"content": content} for content in items]
        wire |= {"usage": build_usage(task), "metadata": build_metadata(task)}
    elif task.failure:
        wire["error"] = build_error(task.failure)
    else:
        wire["progress"] = task.progress
    return wire


def build_empty_members(_: Task) -> Wire:
    return {"output": [], "usage": {}, "metadata": {}, "error": {}}


def build_content(task: Task) -> list[dict[str, str]]:
    """Returns the parts in order, each with the upstream's task id, as public clients read it."""
    return [
        {
            "type": output.kind,
            "text" if output.kind == "text" else "url": output.value,
            "jobId": task.remote_id,
        }
        for output in task.outputs
    ]


def build_usage(task: Task) -> dict[str, Any]:
    """Returns the usage; ``cost`` is a decimal string in USD, absent if unknown (a guess)."""
    figures: dict[str, Any] = {} if task.cost is None else {"cost": f"{task.cost:f}"}
    figures["discount"] = 1 if task.discount is None else float(task.discount)
    return figures if task.image_count is None else figures | {"image_count": task.image_count}


def build_metadata(task: Task) -> dict[str, float]:
    return {
        "in_queue_at": task.created_at,
        "completed_at": task.updated_at,
        "upload_at": task.updated_at,
    }


def build_precharge_body(estimate: CostEstimate) -> Wire:
    """Builds the cost of a payload, or the reason why it is not known.

    Clients' tests show the members. A guess: sample_count is the number of results.
    """
    names = {"model": estimate.model, "original_model": estimate.model}
    digest = f"v1:{estimate.digest}"
    if estimate.cost is None:
        why = {"cost": None, "hash": digest, **names, "reason": "COST_CACHE_MISS"}
        return {"status": "failed", "data": why}
    data = {
        "billing_model": estimate.model,
        "cost": f"{estimate.cost:f}",
        "currency": "USD",
        "discount": 1,
        "hash": digest,
        **names,
        "sample_count": estimate.count,
        "updated_at": int(estimate.at * 1000),
    }
    return {"status": "success", "data": data}


def build_final_response(task: Task) -> tuple[int, Wire]:
    """Builds the response to a synchronous create: the ended task, or 504 after the time-out."""
    if task.state in (State.DONE, State.FAILED):
        return 200, build_status_body(task)
    return 504, {"id": task.id, "status": "in_progress", "error": build_timeout_error()}


def build_frames(task: Task, cursor: int) -> list[str]:
    """Builds the frames of the stream of *task* after *cursor*."""
    error: Wire | None = None
    if task.state is not State.DONE:
        error = build_error(task.failure) if task.failure else build_timeout_error()
    parts = build_content(task) if task.results else []
    return build_stream_frames(task, build_status_body(task), parts, error, cursor)


def unwrap(payload: Mapping[str, Any]) -> UnwrappedPayload | None:
    """Unwraps ``{"model", "input": [{"params": {…}}]}``, which the vendor's SDKs send."""
    items = payload.get("input")
    if type(items) is not list or not items or type(items[0]) is not dict:
        return None
    params = items[0].get("params")
    if type(params) is not dict:
        return None
    outer = {name: value for name, value in payload.items() if name != "input"}
    ignored = [f"/input/0/{escape(name)}" for name in items[0] if name != "params"]
    ignored += [f"/input/{index}" for index in range(1, len(items))]
    return UnwrappedPayload(
        payload={**params, **outer},
        prefix="/input/0/params",
        outer=frozenset(map(escape, outer)) | ({"model"} - params.keys()),
        ignored_pointers=tuple(ignored),
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
    build_empty_members=build_empty_members,
    words=STATES,
    moderation=MODERATION,
    other_models=OTHER_MODELS,
    failures={code: error_codes.TEXTS[code] for code in error_codes.LIFECYCLE},
    ambiguities=(
        Ambiguity(
            "where a 001021xxx code is returned",
            interpretations=(
                "in a failed task, because the pages put error there",
                "in the create response, because a broken rule is visible at once",
            ),
            chosen="in a failed task, unless the mock is set to reject at create",
        ),
        Ambiguity(
            "the code of an error",
            interpretations=(
                "a string (S2, S4)",
                "the official Go client reads an integer, and cannot read a failed task otherwise",
            ),
            chosen="a string; the scenario integer-codes sends numbers",
        ),
        Ambiguity(
            "the members of error",
            interpretations=(
                "code, a string, and message (S2, S4)",
                "error_message, which the published SDK reads",
            ),
            chosen="code as a string, or a number in one scenario; the text under both names",
        ),
        Ambiguity(
            "the body of an HTTP error",
            interpretations=(
                "error is an object with the message, as the published SDK reads it",
                "error is the message itself, a string",
            ),
            chosen="an object without code, or a string with --vtrix-error text",
        ),
    ),
    pages={
        Page.LIST: "/api/v1/skill/models",
        Page.SPEC: "/api/v1/skill/models/{model}/spec",
        Page.CONTRACT: "/api/v1/skill/model-contracts/{model}",
        Page.SEARCH: "/model/v1/models/skill/search",
        Page.TEXT: "/model/v1/models/skill/{model}",
    },
    precharge="/model/v1/generation/precharge",
    build_precharge_body=build_precharge_body,
    model_header="X-Model",
    tolerated=("metadata", "options", "id", "moderation", "dash_scope"),
    unwrap=unwrap,
    build_error_text_response=build_error_text_response,
    shows_progress=True,
    has_output_items=True,
    synchronous=SynchronousApi(
        path="/model/v1/generation/sync",
        stream_header="Accept",
        stream_value="text/event-stream",
        max_wait=MAX_WAIT_S,
        build_response=build_final_response,
        build_frames=build_frames,
        keepalive=KEEPALIVE,
        stream="/model/v1/generation/task/{task_id}/stream",
    ),
)
