"""Describes creates that wait for the task, and streams of events, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from wan_validators.catalog import models_of
from wan_validators.spec import ModelSpec
from wan_validators.task import State
from wan_validators.vendor import SynchronousApi, Vendor

from .example_responses import build_task_examples
from .schema_from_types import infer_schema

__all__ = ["build_synchronous_paths", "find_waiting_models"]

_EVENTS: Final = {"text/event-stream": {"schema": {"type": "string"}}}

_CURSOR: Final = {
    "name": "cursor",
    "in": "query",
    "description": "The number of the last event that the client has.",
    "schema": {"type": "integer", "minimum": 0},
}


def find_waiting_models(vendor: Vendor) -> list[ModelSpec]:
    """Returns the models of *vendor* with creates that wait for the task."""
    return [spec for spec in models_of(vendor).values() if spec.synchronous_path]


def build_synchronous_paths(
    vendor: Vendor, create: Mapping[str, Any], poll: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the paths of *vendor* whose responses wait for a task, with their operations.

    *create* and *poll* are the operations of the same models that do not wait.
    """
    api = vendor.synchronous
    assert api
    yield api.path, {"post": _build_create(vendor, api, create)}
    if api.stream:
        yield api.stream, {"get": _build_stream(vendor, poll)}


def _build_create(vendor: Vendor, api: SynchronousApi, create: Mapping[str, Any]) -> dict[str, Any]:
    forbidden = vendor.create_headers
    stream = {
        "name": api.stream_header,
        "in": "header",
        "description": f"With {api.stream_value}, the response is a stream of events.",
        "schema": {"type": "string"},
    }
    kept = [each for each in create["parameters"] if each["name"] not in forbidden]
    # OpenAPI ignores parameters called Accept: the media types of the response describe it.
    own = [] if api.stream_header == "Accept" else [stream]
    made = create["responses"][str(vendor.created_status)]
    status, late = _build_unfinished(vendor, api)
    errors = {code: each for code, each in create["responses"].items() if each is not made}
    unfinished = {
        "description": "The task failed, or is not finished in time.",
        "headers": made["headers"],
        "content": {"application/json": {"schema": infer_schema([late]), "example": late}},
    }
    bodies = _build_ended(vendor, api)
    schema = {"schema": infer_schema(bodies), "example": bodies[-1]}
    return {
        **create,
        "operationId": f"wait-{vendor.name}",
        "summary": "Creates a task, and answers when it has ended.",
        "parameters": [*kept, *own],
        "responses": {
            "200": {
                "description": "The ended task, or a stream of its results.",
                "headers": made["headers"],
                "content": {"application/json": schema, **_EVENTS},
            },
            **({} if str(status) in errors else {str(status): unfinished}),
            **errors,
        },
    }


def _build_ended(vendor: Vendor, api: SynchronousApi) -> list[Any]:
    """Builds the bodies of the responses with 200: of some vendors, a failed task has it too."""
    tasks = [
        task for spec in find_waiting_models(vendor) for task in build_task_examples(vendor, spec)
    ]
    ended = [task for task in tasks if task.state in (State.FAILED, State.DONE)]
    return [body for status, body in map(api.build_response, ended) if status == 200]


def _build_unfinished(vendor: Vendor, api: SynchronousApi) -> tuple[int, Any]:
    spec = find_waiting_models(vendor)[0]
    return api.build_response(replace(build_task_examples(vendor, spec)[0], state=State.RUNNING))


def _build_stream(vendor: Vendor, poll: Mapping[str, Any]) -> dict[str, Any]:
    done = poll["responses"]["200"]
    errors = {code: each for code, each in poll["responses"].items() if each is not done}
    events = {
        "description": "The results so far, and the end of the task.",
        "headers": done["headers"],
        "content": _EVENTS,
    }
    return {
        **poll,
        "operationId": f"stream-{vendor.name}",
        "summary": "Streams the results of a task, and its end.",
        "parameters": [*poll["parameters"], _CURSOR],
        "responses": {"200": events, **errors},
    }
