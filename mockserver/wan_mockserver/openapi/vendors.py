"""Builds the OpenAPI document of the vendors' routes from their tables and formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from wan_validators.catalog import models_of, vendors
from wan_validators.outputs import Images
from wan_validators.spec import ModelSpec
from wan_validators.vendor import Vendor, Wire

from ..artefacts import files
from ..http.errors import AdminError
from ..http.messages import Request, Response
from ..simulator.scenario_selection import HEADER, STEP
from .example_responses import build_error_examples, build_success_examples
from .request_schema import build_request_schema
from .schema_from_types import infer_schema
from .schemas import DIALECT, VERSION, version

__all__ = ["BEARER", "SCENARIO", "STEP_HEADERS", "answer"]

BEARER: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Any key is accepted."}
}

SCENARIO: Final = {
    "name": HEADER,
    "in": "header",
    "description": "Only in the mock: the scenario of this request and of the task it creates.",
    "schema": {"type": "string"},
}

STEP_HEADERS: Final = {
    STEP: {
        "description": "The step of a scenario that was applied to the request.",
        "schema": {"type": "string"},
    }
}


def answer(request: Request) -> Response:
    """Returns the document. Raises AdminError unless the method is GET or HEAD."""
    if request.method not in ("GET", "HEAD"):
        allowed = "GET, HEAD"
        message = f"{request.method} is not allowed at {request.path}; allowed: {allowed}"
        raise AdminError(message, 405, {"Allow": allowed})
    return Response.json(200, {**_build_document(), "servers": [{"url": request.base_url}]})


@cache
def _build_document() -> Mapping[str, Any]:
    paths: dict[str, Any] = {files.PATH: {"get": _build_download_operation()}}
    schemas: dict[str, Any] = {}
    for vendor in vendors():
        for path, specs in _iter_paths(vendor, vendor.create):
            schemas |= {spec.id: build_request_schema(spec) for spec in specs}
            paths[path] = {"post": _build_create_operation(vendor, specs)}
        for path, specs in _iter_paths(vendor, vendor.poll):
            paths[path] = {"get": _build_poll_operation(vendor, specs)}
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
        "components": {"schemas": schemas, "securitySchemes": BEARER},
        "security": [{"bearer": []}],
        "tags": [{"name": vendor.name, "description": vendor.title} for vendor in vendors()],
    }


def _iter_paths(vendor: Vendor, template: str) -> Iterator[tuple[str, list[ModelSpec]]]:
    """Yields each path of *template*, and the models that are served there."""
    specs = list(models_of(vendor).values())
    if "{model}" not in template:
        yield template, specs
        return
    for spec in specs:
        yield template.replace("{model}", spec.id), [spec]


def _build_create_operation(vendor: Vendor, specs: list[ModelSpec]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [SCENARIO]
    if vendor.model_header:
        description = "The model, if the body does not name one."
        models = {"type": "string", "enum": [spec.id for spec in specs]}
        parameters.append(
            {
                "name": vendor.model_header,
                "in": "header",
                "description": description,
                "schema": models,
            }
        )
    about = "The unwrapped form." if vendor.unwrap else ""
    made = build_success_examples(vendor, specs)
    return {
        "operationId": f"create-{_format_vendor_models(vendor, specs)}",
        "summary": f"Creates a task: {', '.join(spec.title for spec in specs)}.",
        "tags": [vendor.name],
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "description": about
            and f"{about} The wrapper of the SDKs of {vendor.title} is also accepted.",
            "content": {"application/json": {"schema": _build_payload_schema(specs)}},
        },
        "responses": {
            str(vendor.created_status): {
                **_describe_response("The task is accepted.", made.created, vendor),
                "links": {"poll": _link_to_poll(vendor, specs, made.created[0])},
            },
            **_build_error_responses(vendor, build_error_examples(vendor, specs[0], create=True)),
        },
    }


def _build_poll_operation(vendor: Vendor, specs: list[ModelSpec]) -> dict[str, Any]:
    task_id = {"name": "task_id", "in": "path", "required": True, "schema": {"type": "string"}}
    made = build_success_examples(vendor, specs)
    return {
        "operationId": f"poll-{_format_vendor_models(vendor, specs)}",
        "summary": "Returns the state of a task.",
        "tags": [vendor.name],
        "parameters": [task_id, SCENARIO],
        "responses": {
            "200": {
                **_describe_response("The current state of the task.", made.status, vendor),
                "links": {"file": _link_to_file(specs[0])},
            },
            **_build_error_responses(vendor, build_error_examples(vendor, specs[0], create=False)),
        },
    }


def _link_to_poll(vendor: Vendor, specs: list[ModelSpec], created: Wire) -> dict[str, Any]:
    """Links the id in *created*, the body of a create response, to the poll."""
    pointer = "/id" if "id" in created else "/task_info/id"
    return {
        "operationId": f"poll-{_format_vendor_models(vendor, specs)}",
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


def _build_download_operation() -> dict[str, Any]:
    descriptions = {
        "200": "The file.",
        "206": "The requested range of the file.",
        "400": "There is no scenario with the requested name.",
        "403": "The URL has expired.",
        "404": "There is no such file.",
        "416": "There is no such range.",
    }
    content: dict[str, Any] = {"application/octet-stream": {}}
    return {
        "operationId": "download",
        "summary": "A file that a task made.",
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in ("task_id", "name")
            ),
            {"name": "Range", "in": "header", "schema": {"type": "string"}},
            SCENARIO,
        ],
        "security": [],
        "responses": {
            status: {"description": description, **({"content": content} if status < "300" else {})}
            for status, description in descriptions.items()
        },
    }


def _build_payload_schema(specs: list[ModelSpec]) -> dict[str, Any]:
    """Builds the schema of the bodies of one path: of one model, or one of several."""
    places = {spec.id: f"#/components/schemas/{spec.id}" for spec in specs}
    if len(places) == 1:
        return {"$ref": places[specs[0].id]}
    return {
        "oneOf": [{"$ref": place} for place in places.values()],
        "discriminator": {"propertyName": "model", "mapping": places},
    }


def _build_error_responses(
    vendor: Vendor, refused: Mapping[int, tuple[str, list[Any]]]
) -> dict[str, Any]:
    every = [body for _, bodies in refused.values() for body in bodies]
    return {
        **{
            str(status): _describe_response(description, bodies)
            for status, (description, bodies) in refused.items()
        },
        "default": _describe_response("Any other response of a scenario.", every),
    }


def _describe_response(
    description: str, bodies: Iterable[Any], vendor: Vendor | None = None
) -> dict[str, Any]:
    """Builds a response with an example and the schema of its *bodies*."""
    bodies = list(bodies)
    words = tuple(vendor.words.values()) if vendor else ()
    content = {"schema": infer_schema(bodies, words), "example": bodies[-1]}
    return {
        "description": description,
        "headers": STEP_HEADERS,
        "content": {"application/json": content},
    }


def _format_vendor_models(vendor: Vendor, specs: list[ModelSpec]) -> str:
    return specs[0].id if len(specs) == 1 else vendor.name
