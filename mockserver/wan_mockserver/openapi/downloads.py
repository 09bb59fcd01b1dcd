"""Documents the download of a file that a task made."""

from __future__ import annotations

from typing import Any

from .headers import ERROR_HEADERS, FILE_HEADERS, RANGE_HEADERS, SCENARIO, STEP_HEADERS
from .schema_from_types import infer_schema

__all__ = ["build_download_operation"]


def build_download_operation() -> dict[str, Any]:
    # Without a schema: a file is bytes, and an object store writes its errors in XML.
    file: dict[str, Any] = {"image/png": {}, "video/mp4": {}, "application/octet-stream": {}}
    page: dict[str, Any] = {"application/xml": {}}
    message = {"application/json": {"schema": infer_schema([{"message": ""}])}}
    either = {**message, **page}
    errors = {**STEP_HEADERS, **ERROR_HEADERS}
    responses = {
        "200": ("The file.", FILE_HEADERS, file),
        "206": ("The requested range of the file.", RANGE_HEADERS, file),
        "400": ("The query or the name of a scenario is not valid.", STEP_HEADERS, either),
        "403": ("The URL has expired.", STEP_HEADERS, either),
        "404": ("There is no such file.", STEP_HEADERS, either),
        "405": ("The method is neither GET nor HEAD.", errors, message),
        "416": ("There is no such range.", RANGE_HEADERS, file),
        "default": ("Any other response of a scenario.", errors, {**either, **file}),
    }
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
            status: {"description": description, "headers": headers, "content": content}
            for status, (description, headers, content) in responses.items()
        },
    }
