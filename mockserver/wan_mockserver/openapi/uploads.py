"""Describes uploads of files for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from wan_validators.upload_api import UploadApi, UploadPolicy
from wan_validators.vendor import Vendor

from .schema_from_types import infer_schema

__all__ = ["build_upload_paths"]

_POLICY: Final = UploadPolicy(
    host="https://example.com/uploads",
    folder="folder",
    access_key_id="key",
    policy="e30=",
    signature="c2lnbmVk",
    forbid_overwrite="false",
    lifetime=300,
    max_file_megabytes=64,
    capacity_megabytes=128,
)

_FIELDS: Final = (
    *("OSSAccessKeyId", "Signature", "policy", "key", "x-oss-object-acl"),
    *("x-oss-forbid-overwrite", "success_action_status", "x-oss-content-type", "file"),
)
"""The fields of the form in the order of the official SDK; the file must be the last."""


def build_upload_paths(
    vendor: Vendor, api: UploadApi, errors: dict[str, Any], headers: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the paths of uploads with their operations; *errors* are those of the policy."""
    body = api.build_policy_body(_POLICY, "00000000-0000-4000-8000-000000000000")
    example = {"schema": infer_schema([body]), "example": body}
    query = (("action", {"const": "getPolicy"}), ("model", {"type": "string"}))
    yield (
        api.path,
        {
            "get": {
                "operationId": f"upload-policy-{vendor.name}",
                "summary": "Returns the permission to upload files for a model.",
                "tags": [vendor.name],
                "parameters": [
                    {"name": name, "in": "query", "required": True, "schema": schema}
                    for name, schema in query
                ],
                "responses": {
                    "200": {
                        "description": "The permission.",
                        "headers": headers,
                        "content": {"application/json": example},
                    },
                    **errors,
                },
            }
        },
    )
    yield api.store, {"post": _build_upload(vendor, headers)}


def _build_upload(vendor: Vendor, headers: dict[str, Any]) -> dict[str, Any]:
    form = {
        "type": "object",
        "properties": {
            name: {"type": "string"} if name != "file" else {"type": "string", "format": "binary"}
            for name in _FIELDS
        },
        "required": [*_FIELDS[:4], "file"],
    }
    return {
        "operationId": f"upload-{vendor.name}",
        "summary": "Stores a file; the form has the fields of a policy, and the file last.",
        "tags": [vendor.name],
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": form}},
        },
        "responses": {
            "200": {"description": "The file is stored.", "headers": headers},
            "default": {
                "description": "The form is not valid, in the format of object stores.",
                "headers": headers,
                "content": {"application/xml": {}},
            },
        },
    }
