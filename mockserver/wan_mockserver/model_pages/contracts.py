"""Builds contracts of models: the paths of the queue, and a schema of its flat payload.

The form is that of ``model-contract.v1``, as two public clients read it. One of them fills the
defaults into the payload, and refuses members that the schema does not have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from wan_validators import flat_form
from wan_validators.catalog import find_flat_form
from wan_validators.outputs import Images
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec

from .members import Member, list_members

__all__ = ["OBJECTS", "build_contract"]

OBJECTS: Final = tuple(pointer.removeprefix("/") for pointer in flat_form.OBJECTS)
"""The objects whose members stand at the top of a flat payload."""

FAMILY: Final = "qwen"
"""The family under which the vendor's pages list these models."""

REVISION: Final = "1"

KEYWORDS: Final = (
    *("enum", "minimum", "maximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "pattern"),
)
"""The keywords of limits that the clients know and that rules have."""


def build_contract(spec: ModelSpec) -> dict[str, Any]:
    """Builds the contract of *spec*, whose vendor takes flat payloads at a queue."""
    flat = find_flat_form(spec)
    assert flat
    queue = flat.vendor
    return {
        "schema_version": "model-contract.v1",
        "revision": REVISION,
        "model_id": spec.name,
        "display_name": spec.title,
        "family": FAMILY,
        "kind": "image" if isinstance(spec.outputs, Images) else "video",
        "protocol": "queue",
        "body_mode": "raw_json",
        "endpoints": {
            "submit": _build_endpoint(spec, "POST", queue.create),
            "status": _build_endpoint(spec, "GET", queue.poll),
            "result": _build_endpoint(spec, "GET", queue.result),
            "cancel": _build_endpoint(spec, "PUT", queue.cancel),
        },
        "input_schema": _build_object(_flatten(list_members(spec))),
    }


def _build_endpoint(spec: ModelSpec, method: str, template: str | None) -> dict[str, str]:
    assert template
    path = template.replace("{model}", spec.name).replace("{task_id}", "{request_id}")
    return {"method": method, "path": path}


def _flatten(members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(below for member in members if member.name in OBJECTS for below in member.members)


def _build_object(members: Iterable[Member]) -> dict[str, Any]:
    members = tuple(members)
    required = [member.name for member in members if member.required]
    return {
        "type": "object",
        **({"required": required} if required else {}),
        "additionalProperties": False,
        "properties": {member.name: _build_schema(member) for member in members},
    }


def _build_schema(member: Member) -> dict[str, Any]:
    if member.type == "object":
        return _build_object(member.members)
    known = {name: value for name, value in member.keywords.items() if name in KEYWORDS}
    return {
        "type": member.type,
        **known,
        **({} if member.default is MISSING else {"default": member.default}),
        **({"items": _build_schema(member.item)} if member.item else {}),
    }
