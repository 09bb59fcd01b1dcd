"""Alibaba Model Studio (DashScope): one path for each kind of task, and bodies with ``output``.

Paths, states, results and most error texts are on the vendor's public help pages; the texts of
missing members are from users of the live service. Nothing was tested against that service.
Guesses: that every broken rule of ``input`` and ``parameters`` appears only in the task, the
hour of the times (UTC+8 at every host), and the body of a canceled task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from ..ambiguity import Ambiguity
from ..rejection import Rejection, RejectionReason
from ..source.json_pointer import MISSING
from ..task import Failure, State, Task, new_uuid
from ..task_list import TaskListQuery
from ..upload_api import UploadApi
from ..vendor import SynchronousApi, Vendor, Wire
from .dashscope_errors import ERRORS, FAILURES, OTHER_MODELS
from .dashscope_messages import (
    build_final_response,
    build_frames,
    build_message_results,
    build_message_usage,
    find_stream_conflict,
)
from .dashscope_uploads import build_policy_body

__all__ = ["MESSAGES", "VENDOR"]

MESSAGES: Final = "image-generation/generation"
"""The endpoint of the models that take ``input.messages``."""

STATES: Final = {
    State.PENDING: "PENDING",
    State.RUNNING: "RUNNING",
    State.DONE: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELED: "CANCELED",
}

UNKNOWN: Final = "UNKNOWN"
"""The state of a task that does not exist, or is older than 24 hours."""

MODERATION: Final = Failure("DataInspectionFailed", FAILURES["DataInspectionFailed"])

SDK_MEMBERS: Final = {
    "/input/extend_prompt": True,
    "/input/function": "video-synthesis",
    "/parameters/is_async": True,
}
"""What the SDK for Python adds to each call. With another value, a person has written it.

The SDK for Java also adds ``with_audio: false``, by which a person can mean a silent video.
"""

BEIJING: Final = timezone(timedelta(hours=8))


def format_timestamp(seconds: float) -> str:
    """Formats a time without a zone, in milliseconds, in UTC+8."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def build_request_id(task: Task) -> str:
    """Returns an id that differs between the answers about one task."""
    from uuid import NAMESPACE_URL, uuid5

    return str(uuid5(NAMESPACE_URL, f"{task.id}/{task.state.value}/{task.progress}"))


def build_created_body(task: Task) -> Wire:
    word = STATES[task.state] if task.word is None else task.word
    output = {**({"task_status": word} if word else {}), "task_id": task.id}
    return {"output": output, "request_id": build_request_id(task)}


def build_status_body(task: Task) -> Wire:
    """Builds ``output``, with results or the failure at the end, and ``usage`` on success."""
    word = STATES[task.state] if task.word is None else task.word
    output: dict[str, Any] = {"task_id": task.id, **({"task_status": word} if word else {})}
    body: dict[str, Any] = {"request_id": build_request_id(task), "output": output}
    if task.state is not State.PENDING:
        output |= {
            "submit_time": format_timestamp(task.created_at),
            "scheduled_time": format_timestamp(task.created_at),
        }
    if task.state is State.DONE:
        output["end_time"] = format_timestamp(task.updated_at)
        if task.results:
            output |= build_results(task)
        body["usage"] = build_usage(task)
    elif task.failure:
        output |= {"code": task.failure.code, "message": task.failure.message}
    is_listed = task.has_choices and task.state is State.DONE
    if task.kind == "image" and task.state is not State.PENDING and not is_listed:
        output["task_metrics"] = build_metrics(task)
    return body


def build_results(task: Task) -> dict[str, Any]:
    """Returns the results of an image task, failed ones with their reason, or the video's URL."""
    if task.has_choices:
        return build_message_results(task)
    urls = [output.value for output in task.outputs]
    prompts = {"orig_prompt": task.prompt}
    if task.extended:
        prompts["actual_prompt"] = task.prompt
    if task.kind == "video":
        return {**prompts, **({"video_url": urls[0]} if urls else {})}
    made = [{**prompts, "url": url} for url in urls]
    lost = max(task.requested - len(made), 0)
    failed = [{"code": "InternalError", "message": FAILURES["InternalError"]}] * lost
    return {"results": [*made, *failed]}


def build_metrics(task: Task) -> dict[str, int]:
    """Counts results; a task that is not done has none."""
    total = max(task.requested, len(task.outputs))
    failed = total if task.state is State.FAILED else 0
    if task.state is State.DONE:
        failed = total - len(task.outputs)
    return {"TOTAL": total, "SUCCEEDED": len(task.outputs), "FAILED": failed}


def build_usage(task: Task) -> dict[str, Any]:
    """Returns the number of images, or those facts about a video that its page shows."""
    if task.has_choices:
        return build_message_usage(task, task.outputs)
    if task.kind == "image":
        return {"image_count": len(task.outputs)}
    # Only the pages with a size write the seconds as a float.
    seconds = float(task.seconds) if "size" in task.usage else task.seconds
    facts = {
        "duration": seconds,
        "video_duration": task.seconds,
        "size": task.size,
        "video_ratio": task.size or "standard",
        "input_video_duration": 0,
        "output_video_duration": task.seconds,
        "video_count": len(task.outputs),
        "SR": task.lines,
        "audio": task.has_sound,
        "ratio": task.ratio,
    }
    return {name: facts[name] for name in task.usage}


def build_empty_members(task: Task) -> Wire:
    name = "choices" if task.has_choices else "results"
    empty: dict[str, Any] = {name: []} if task.kind == "image" else {"video_url": ""}
    return {"output": {"code": "", "message": "", **empty}, "usage": {}}


def build_error_response(rejection: Rejection) -> tuple[int, Wire]:
    """Builds ``code`` and ``message``. A poll of an unknown task is a success: UNKNOWN."""
    if rejection.reason is RejectionReason.NO_TASK and rejection.status is None:
        output = {"task_id": rejection.task_id, "task_status": UNKNOWN}
        return 200, {"request_id": rejection.request_id, "output": output}
    status, code, message = ERRORS[rejection.reason]
    if rejection.task and rejection.task.failure:
        code, message = rejection.task.failure.code, rejection.task.failure.message
    return rejection.status or status, {
        "request_id": rejection.request_id,
        "code": code,
        "message": message or rejection.detail,
    }


def build_canceled_body(task: Task) -> Wire:
    return {"request_id": build_request_id(task)}


def parse_list_query(query: Mapping[str, str]) -> TaskListQuery:
    """Reads the query of a list.

    ``start_time`` and ``end_time`` are not read: the mock has tasks of 24 hours, the default.
    """
    return TaskListQuery(
        model=query.get("model_name"),
        state_word=query.get("status"),
        task_id=query.get("task_id"),
        page_number=parse_count(query.get("page_no"), 1),
        page_size=parse_count(query.get("page_size"), 10),
    )


def build_list_body(
    tasks: Sequence[Task], total: int, query: TaskListQuery, request_id: str
) -> Wire:
    """Builds the page that *query* asks for: *tasks* out of *total*, the newest first."""
    return {
        "request_id": request_id,
        "total": total,
        "total_page": -(-total // query.page_size),
        "page_no": query.page_number,
        "page_size": query.page_size,
        "data": [build_list_item(task) for task in tasks],
    }


def parse_count(text: str | None, default: int) -> int:
    """Parses a number from 1 up; returns *default* for any other text."""
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return max(int(text), 1) if is_number and text else default


def build_list_item(task: Task) -> Wire:
    """Builds one task of the list; an unfinished one has no ``end_time``."""
    created = int(task.created_at * 1000)
    item = {
        "task_id": task.id,
        "status": STATES[task.state],
        "model_name": task.model,
        "request_id": build_request_id(task),
        "gmt_create": created,
        "start_time": created,
    }
    if task.state not in (State.PENDING, State.RUNNING):
        item["end_time"] = int(task.updated_at * 1000)
    return item


def build_rejection_failure(errors: Sequence[Any]) -> Failure:
    """Returns InvalidParameter with the place and the message of the first error."""
    first = errors[0]
    name = ".".join(first.pointer.split("/")[1:])
    if first.value is MISSING:
        return Failure("InvalidParameter", f"Field required: {name}")
    return Failure("InvalidParameter", f"{name or 'body'}: {first.message}")


VENDOR: Final = Vendor(
    name="dashscope",
    title="Alibaba Model Studio",
    create="/api/v1/services/aigc/{endpoint}",
    poll="/api/v1/tasks/{task_id}",
    created_status=200,
    lazy=True,
    new_id=new_uuid,
    build_created_body=build_created_body,
    build_status_body=build_status_body,
    build_error_response=build_error_response,
    build_rejection_failure=build_rejection_failure,
    build_empty_members=build_empty_members,
    words=STATES,
    moderation=MODERATION,
    failures=FAILURES,
    other_models=OTHER_MODELS,
    sdk_members=SDK_MEMBERS,
    create_headers={"X-DashScope-Async": "enable"},
    cancel="/api/v1/tasks/{task_id}/cancel",
    build_canceled_body=build_canceled_body,
    listing="/api/v1/tasks",
    parse_list_query=parse_list_query,
    build_list_body=build_list_body,
    optional_prefix="/api/v1",
    uploads=UploadApi(
        path="/api/v1/uploads",
        store="/dashscope-uploads",
        folder="dashscope-instant",
        resolve_header=("X-DashScope-OssResourceResolve", "enable"),
        build_policy_body=build_policy_body,
    ),
    synchronous=SynchronousApi(
        path="/api/v1/services/aigc/multimodal-generation/generation",
        endpoint=MESSAGES,
        stream_header="X-DashScope-SSE",
        stream_value="enable",
        max_wait=3 * 3600.0,
        build_response=lambda task: build_final_response(task, build_request_id(task)),
        build_frames=lambda task, _: build_frames(task, build_request_id(task)),
        find_conflict=lambda payload, streamed: find_stream_conflict(payload, streamed=streamed),
    ),
    ambiguities=(
        Ambiguity(
            "where a broken rule appears",
            interpretations=(
                "in the task: users saw missing members of input there",
                "in the create response, which no page excludes",
            ),
            chosen="in the task, unless the mock is set to reject at create; a guess for all but "
            "missing members",
        ),
        Ambiguity(
            "the times",
            interpretations=(
                "UTC+8, as the newest pages say",
                "nothing is said for hosts outside of China",
            ),
            chosen="UTC+8 everywhere",
        ),
    ),
)
