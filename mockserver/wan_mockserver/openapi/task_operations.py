"""Builds the operations on tasks that not every vendor has: results, cancels and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from wan_validators.rejection import Rejection, RejectionReason
from wan_validators.spec import ModelSpec
from wan_validators.task import State
from wan_validators.task_list import TaskListQuery
from wan_validators.vendor import Vendor

from .example_responses import build_task_examples
from .schema_from_types import infer_schema

__all__ = [
    "TASK_ID",
    "build_cancel_operation",
    "build_list_operation",
    "build_result_operation",
    "describe_response",
    "format_task_owner",
]

TASK_ID: Final = {
    "name": "task_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
}


def describe_response(
    description: str,
    bodies: Iterable[Any],
    headers: Mapping[str, Any],
    vendor: Vendor | None = None,
) -> dict[str, Any]:
    """Builds a response with *headers*, an example and the schema of its *bodies*."""
    bodies = list(bodies)
    words = tuple(vendor.words.values()) if vendor else ()
    content = {"schema": infer_schema(bodies, words), "example": bodies[-1]}
    return {
        "description": description,
        "headers": headers,
        "content": {"application/json": content},
    }


def format_task_owner(vendor: Vendor, spec: ModelSpec) -> str:
    """Returns the part of an operation's id for a path that has the model or only the vendor."""
    return spec.id.replace("/", "-") if "{model}" in vendor.poll else vendor.name


def build_list_operation(vendor: Vendor, spec: ModelSpec) -> dict[str, Any]:
    assert vendor.build_list_body
    examples = build_task_examples(vendor, spec)
    body = vendor.build_list_body(examples, len(examples), TaskListQuery(), "")
    return {
        "operationId": f"list-{vendor.name}",
        "summary": "Lists the tasks of the API key.",
        "tags": [vendor.name],
        "responses": {"200": describe_response("The tasks.", [body], {})},
    }


def build_cancel_operation(vendor: Vendor, spec: ModelSpec) -> dict[str, Any]:
    assert vendor.build_canceled_body
    body = vendor.build_canceled_body(build_task_examples(vendor, spec)[0])
    responses = {str(vendor.canceled_status): describe_response("It is canceled.", [body], {})}
    for reason in (RejectionReason.NOT_PENDING, RejectionReason.NO_TASK_TO_CANCEL):
        status, error = vendor.build_error_response(Rejection(reason=reason, detail=""))
        text = reason.value[0].upper() + reason.value[1:]
        responses.setdefault(str(status), describe_response(f"{text}.", [error], {}))
    return {
        "operationId": f"cancel-{format_task_owner(vendor, spec)}",
        "summary": "Cancels a task that has not ended.",
        "tags": [vendor.name],
        "parameters": [TASK_ID],
        "responses": responses,
    }


def build_result_operation(vendor: Vendor, spec: ModelSpec) -> dict[str, Any]:
    assert vendor.build_result_body
    tasks = build_task_examples(vendor, spec)
    ended = [task for task in tasks if task.state in (State.DONE, State.FAILED)]
    unfinished = [vendor.build_status_body(task) for task in tasks if task not in ended]
    results = [vendor.build_result_body(task) for task in ended]
    rejection = Rejection(reason=RejectionReason.NO_TASK, detail="")
    status, error = vendor.build_error_response(rejection)
    return {
        "operationId": f"result-{format_task_owner(vendor, spec)}",
        "summary": "Returns the results of a task, or its failure.",
        "tags": [vendor.name],
        "parameters": [TASK_ID],
        "responses": {
            "200": describe_response("The task has ended.", results, {}),
            "202": describe_response("The task has not ended.", unfinished, {}, vendor),
            str(status): describe_response("There is no such task.", [error], {}),
        },
    }
