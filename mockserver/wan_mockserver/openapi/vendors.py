"""Builds the OpenAPI document of the vendors' routes from their tables and formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from wan_validators.catalog import models_of, vendors
from wan_validators.json_schema import build_payload_schema
from wan_validators.outputs import Images
from wan_validators.spec import ModelSpec
from wan_validators.vendor import Vendor, Wire

from ..artefacts import files
from ..http.errors import AdminError
from ..http.messages import Request, Response
from .downloads import build_download_operation
from .example_responses import (
    build_error_examples,
    build_success_examples,
)
from .headers import (
    BEARER,
    ERROR_HEADERS,
    FINDINGS_HEADERS,
    KEY,
    SCENARIO,
    STEP_HEADERS,
)
from .model_pages import build_page_operations, build_precharge_operation
from .schemas import DIALECT, VERSION, version
from .synchronous import build_synchronous_paths, find_waiting_models
from .task_operations import (
    TASK_ID,
    build_cancel_operation,
    build_list_operation,
    build_result_operation,
    describe_response,
    format_task_owner,
)
from .uploads import build_upload_paths

__all__ = ["answer"]


def answer(request: Request) -> Response:
    """Returns the document. Raises AdminError unless the method is GET or HEAD."""
    if request.method not in ("GET", "HEAD"):
        allowed = "GET, HEAD"
        message = f"{request.method} is not allowed at {request.path}; allowed: {allowed}"
        raise AdminError(message, 405, {"Allow": allowed})
    return Response.json(200, {**_build_document(), "servers": [{"url": request.base_url}]})


@cache
def _build_document() -> Mapping[str, Any]:
    paths: dict[str, Any] = {files.PATH: {"get": build_download_operation()}}
    schemas: dict[str, Any] = {}
    for vendor in vendors():
        for path, specs in _group_by_path(vendor, attrgetter("create_path")):
            schemas |= {_name_schema(spec): build_payload_schema(spec) for spec in specs}
            paths[path] = {"post": _build_create_operation(vendor, specs)}
        for path, specs in _group_by_path(vendor, attrgetter("poll_path")):
            paths[path] = {"get": _build_poll_operation(vendor, specs)}
        if vendor.synchronous:
            waiting = find_waiting_models(vendor)
            create = _build_create_operation(vendor, waiting)
            poll = _build_poll_operation(vendor, waiting)
            paths |= build_synchronous_paths(vendor, create, poll)
        if vendor.uploads:
            first = next(iter(models_of(vendor).values()))
            errors = build_error_examples(vendor, first, create=True)
            responses = _build_error_responses(errors, STEP_HEADERS)
            paths |= build_upload_paths(vendor, vendor.uploads, responses, {**STEP_HEADERS})
        paths |= _build_task_paths(vendor)
        if vendor.precharge:
            body = _build_body_schema(list(models_of(vendor).values()))
            other = _build_call_errors(vendor, next(iter(models_of(vendor).values())))
            paths[vendor.precharge] = {"post": build_precharge_operation(vendor, body, other)}
        paths |= build_page_operations(vendor)
        if "Key" in vendor.auth_schemes:
            _allow_key_scheme(vendor, paths)
    return {
        "openapi": VERSION,
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "wanproof: the vendors' APIs, as the mock server knows them",
            "version": version(),
            "description": "Generated from the tables of documented limits. Rules that JSON "
            "Schema cannot express are in the descriptions, with their ids.",
        },
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": BEARER | KEY},
        "security": [{"bearer": []}],
        "tags": [{"name": vendor.name, "description": vendor.title} for vendor in vendors()],
    }


def _build_task_paths(vendor: Vendor) -> dict[str, Any]:
    """Builds the operations on tasks, but those of creates and polls."""
    paths: dict[str, Any] = {}
    for path, specs in _iter_paths(vendor, vendor.cancel):
        cancel = build_cancel_operation(vendor, specs[0])
        paths[path] = {vendor.cancel_method.lower(): cancel}
    for path, specs in _iter_paths(vendor, vendor.listing):
        paths[path] = {"get": build_list_operation(vendor, specs[0])}
    for path, specs in _iter_paths(vendor, vendor.result):
        paths[path] = {"get": build_result_operation(vendor, specs[0])}
    errors = _build_call_errors(vendor, next(iter(models_of(vendor).values())))
    for methods in paths.values():
        for operation in methods.values():
            operation["responses"] = {**errors, **operation["responses"]}
    return paths


def _build_call_errors(vendor: Vendor, spec: ModelSpec) -> dict[str, Any]:
    """Builds the errors of a call that neither creates a task nor polls one."""
    errors = build_error_examples(vendor, spec, create=False)
    refused = {status: error for status, error in errors.items() if status >= 400}
    return _build_error_responses(refused, STEP_HEADERS)


def _allow_key_scheme(vendor: Vendor, paths: Mapping[str, Any]) -> None:
    """Adds the other scheme of the Authorization header to the operations of *vendor*."""
    operations = [each for methods in paths.values() for each in methods.values()]
    for operation in operations:
        if vendor.name in operation.get("tags", ()):
            operation["security"] = [{"bearer": []}, {"key": []}]


def _group_by_path(
    vendor: Vendor, get_path: Callable[[ModelSpec], str]
) -> Iterable[tuple[str, list[ModelSpec]]]:
    """Returns each path of one kind at *vendor*, and the models that are served there."""
    paths: dict[str, list[ModelSpec]] = {}
    for spec in models_of(vendor).values():
        paths.setdefault(get_path(spec), []).append(spec)
    return paths.items()


def _name_schema(spec: ModelSpec) -> str:
    """Returns the name of a schema, in which OpenAPI allows no slash."""
    return spec.id.replace("/", ".")


def _iter_paths(vendor: Vendor, template: str | None) -> Iterator[tuple[str, list[ModelSpec]]]:
    """Yields each path of *template*, if there is one, and the models that are served there."""
    if template is None:
        return
    specs = list(models_of(vendor).values())
    if "{model}" not in template:
        yield template, specs
        return
    for spec in specs:
        yield template.replace("{model}", spec.name), [spec]


def _build_create_operation(vendor: Vendor, specs: list[ModelSpec]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [SCENARIO]
    if vendor.model_header:
        description = "The model, if the body does not name one."
        models = {"type": "string", "enum": [spec.name for spec in specs]}
        parameters.append(
            {
                "name": vendor.model_header,
                "in": "header",
                "description": description,
                "schema": models,
            }
        )
    parameters += [
        {"name": name, "in": "header", "required": True, "schema": {"const": value}}
        for name, value in vendor.create_headers.items()
    ]
    about = "The unwrapped form." if vendor.unwrap and not vendor.platform else ""
    made = build_success_examples(vendor, specs)
    return {
        "operationId": f"create-{_format_endpoint(vendor, specs)}",
        "summary": f"Creates a task: {', '.join(spec.title for spec in specs)}.",
        "tags": [vendor.name],
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "description": about
            and f"{about} The wrapper of the SDKs of {vendor.title} is also accepted.",
            "content": {"application/json": {"schema": _build_body_schema(specs)}},
        },
        "responses": {
            str(vendor.created_status): {
                **describe_response(
                    "The task is accepted.", made.created, FINDINGS_HEADERS, vendor
                ),
                "links": {"poll": _link_to_poll(vendor, specs, made.created[0])},
            },
            **_build_error_responses(
                build_error_examples(vendor, specs[0], create=True), FINDINGS_HEADERS
            ),
        },
    }


def _build_poll_operation(vendor: Vendor, specs: list[ModelSpec]) -> dict[str, Any]:
    made = build_success_examples(vendor, specs)
    errors = dict(build_error_examples(vendor, specs[0], create=False))
    # A vendor may answer a poll of an unknown task with a success.
    status = [*errors.pop(200, ("", []))[1], *made.status]
    return {
        "operationId": f"poll-{format_task_owner(vendor, specs[0])}",
        "summary": "Returns the state of a task.",
        "tags": [vendor.name],
        "parameters": [TASK_ID, SCENARIO],
        "responses": {
            "200": {
                **describe_response("The current state of the task.", status, STEP_HEADERS, vendor),
                "links": {"file": _link_to_file(specs[0])},
            },
            **_build_error_responses(errors, STEP_HEADERS),
        },
    }


def _link_to_poll(vendor: Vendor, specs: list[ModelSpec], created: Wire) -> dict[str, Any]:
    """Links the id in *created*, the body of a create response, to the poll."""
    pointers = {
        "id": "/id",
        "task_info": "/task_info/id",
        "output": "/output/task_id",
        "status_url": "/request_id",
    }
    pointer = next(pointer for name, pointer in pointers.items() if name in created)
    return {
        "operationId": f"poll-{format_task_owner(vendor, specs[0])}",
        "parameters": {"task_id": f"$response.body#{pointer}"},
    }


def _link_to_file(spec: ModelSpec) -> dict[str, Any]:
    """Links the polled task to its first file, which exists once the task is completed.

    The link has the number of the file, which is another name of it: no expression of OpenAPI
    takes the name out of a URL.
    """
    extension = "png" if isinstance(spec.outputs, Images) else "mp4"
    return {
        "operationId": "download",
        "parameters": {"task_id": "$request.path.task_id", "name": f"1.{extension}"},
    }


def _build_body_schema(specs: list[ModelSpec]) -> dict[str, Any]:
    """Builds the schema of the bodies of one path: of one model, or one of several."""
    places = {
        name: f"#/components/schemas/{_name_schema(spec)}" for spec in specs for name in spec.names
    }
    if len(specs) == 1:
        return {"$ref": places[specs[0].name]}
    return {
        "oneOf": [{"$ref": places[spec.name]} for spec in specs],
        "discriminator": {"propertyName": "model", "mapping": places},
    }


def _build_error_responses(
    refused: Mapping[int, tuple[str, list[Any]]], headers: Mapping[str, Any]
) -> dict[str, Any]:
    headers = {**headers, **ERROR_HEADERS}
    every = [body for _, bodies in refused.values() for body in bodies]
    return {
        **{
            str(status): describe_response(description, bodies, headers)
            for status, (description, bodies) in refused.items()
        },
        "default": describe_response("Any other response of a scenario.", every, headers),
    }


def _format_endpoint(vendor: Vendor, specs: list[ModelSpec]) -> str:
    if "{model}" not in vendor.create and specs[0].endpoint:
        return f"{vendor.name}-{specs[0].endpoint.replace('/', '-')}"
    return format_task_owner(vendor, specs[0])
