"""The description of the vendors' routes (OpenAPI 3.1), made from their tables and dialects."""

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

BEARER: Final = {"bearer": {"type": "http", "scheme": "bearer", "description": "Any key will do."}}

SCENARIO: Final = {
    "name": HEADER,
    "in": "header",
    "description": "The mock's own: what is to happen to this request and to the task it makes.",
    "schema": {"type": "string"},
}

STEP_HEADERS: Final = {
    STEP: {"description": "What a scenario did to the request.", "schema": {"type": "string"}}
}


def answer(request: Request) -> Response:
    """The document, to GET and HEAD."""
    if request.method not in ("GET", "HEAD"):
        allowed = "GET, HEAD"
        says = f"{request.method} is not allowed at {request.path}; allowed: {allowed}"
        raise AdminError(says, 405, {"Allow": allowed})
    return Response.json(200, {**_document(), "servers": [{"url": request.base_url}]})


@cache
def _document() -> Mapping[str, Any]:
    paths: dict[str, Any] = {files.PATH: {"get": _download()}}
    schemas: dict[str, Any] = {}
    for vendor in vendors():
        for path, specs in _places(vendor, vendor.create):
            schemas |= {spec.id: build_request_schema(spec) for spec in specs}
            paths[path] = {"post": _create(vendor, specs)}
        for path, specs in _places(vendor, vendor.poll):
            paths[path] = {"get": _poll(vendor, specs)}
    return {
        "openapi": VERSION,
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "wanproof: the vendors' APIs, as the mock server knows them",
            "version": version(),
            "description": "Generated from the tables of documented limits. Rules that JSON "
            "Schema has no words for stand in the descriptions, with their ids.",
        },
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": BEARER},
        "security": [{"bearer": []}],
        "tags": [{"name": vendor.name, "description": vendor.title} for vendor in vendors()],
    }


def _places(vendor: Vendor, template: str) -> Iterator[tuple[str, list[ModelSpec]]]:
    """Each path that *template* stands for, and the models that are served there."""
    specs = list(models_of(vendor).values())
    if "{model}" not in template:
        yield template, specs
        return
    for spec in specs:
        yield template.replace("{model}", spec.id), [spec]


def _create(vendor: Vendor, specs: list[ModelSpec]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [SCENARIO]
    if vendor.model_header:
        says = "The model of a body that names none."
        models = {"type": "string", "enum": [spec.id for spec in specs]}
        parameters.append(
            {"name": vendor.model_header, "in": "header", "description": says, "schema": models}
        )
    about = "The unwrapped form." if vendor.unwrap else ""
    made = build_success_examples(vendor, specs)
    return {
        "operationId": f"create-{_format_vendor_models(vendor, specs)}",
        "summary": f"Makes a task: {', '.join(spec.title for spec in specs)}.",
        "tags": [vendor.name],
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "description": about
            and f"{about} The wrapper that SDKs of {vendor.title} put around it is read, too.",
            "content": {"application/json": {"schema": _payload(specs)}},
        },
        "responses": {
            str(vendor.created_status): {
                **_describe_response("The task is accepted.", made.created, vendor),
                "links": {"poll": _link_to_poll(vendor, specs, made.created[0])},
            },
            **_refusals(vendor, build_error_examples(vendor, specs[0], create=True)),
        },
    }


def _poll(vendor: Vendor, specs: list[ModelSpec]) -> dict[str, Any]:
    task_id = {"name": "task_id", "in": "path", "required": True, "schema": {"type": "string"}}
    made = build_success_examples(vendor, specs)
    return {
        "operationId": f"poll-{_format_vendor_models(vendor, specs)}",
        "summary": "Tells what has become of a task.",
        "tags": [vendor.name],
        "parameters": [task_id, SCENARIO],
        "responses": {
            "200": {
                **_describe_response("The task as it stands.", made.status, vendor),
                "links": {"file": _link_to_file(specs[0])},
            },
            **_refusals(vendor, build_error_examples(vendor, specs[0], create=False)),
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
    """Links the polled task to its first file, which exists once the task is done."""
    extension = "png" if isinstance(spec.outputs, Images) else "mp4"
    return {
        "operationId": "download",
        "parameters": {"task_id": "$request.path.task_id", "name": f"1.{extension}"},
    }


def _download() -> dict[str, Any]:
    said = {
        "200": "The file.",
        "206": "The range of it that was asked for.",
        "400": "There is no scenario of the requested name.",
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
            status: {"description": says, **({"content": content} if status < "300" else {})}
            for status, says in said.items()
        },
    }


def _payload(specs: list[ModelSpec]) -> dict[str, Any]:
    """The schema of the bodies of one path: of one model, or of that which the body names."""
    places = {spec.id: f"#/components/schemas/{spec.id}" for spec in specs}
    if len(places) == 1:
        return {"$ref": places[specs[0].id]}
    return {
        "oneOf": [{"$ref": place} for place in places.values()],
        "discriminator": {"propertyName": "model", "mapping": places},
    }


def _refusals(vendor: Vendor, refused: Mapping[int, tuple[str, list[Any]]]) -> dict[str, Any]:
    every = [body for _, bodies in refused.values() for body in bodies]
    return {
        **{
            str(status): _describe_response(says, bodies)
            for status, (says, bodies) in refused.items()
        },
        "default": _describe_response("Whatever else a scenario calls up.", every),
    }


def _describe_response(
    description: str, bodies: Iterable[Any], vendor: Vendor | None = None
) -> dict[str, Any]:
    """A response with examples of its *bodies*, and the schema that fits them all."""
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
