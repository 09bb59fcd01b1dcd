"""Builds specs of models: the address of a create, and its parameters as a public CLI reads them.

Values of ``enum`` are strings there, also those of integers: the CLI cannot decode others.
"""

from __future__ import annotations

from typing import Any, Final

from wan_validators.outputs import Images
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec

from .contracts import OBJECTS
from .members import Member, list_members
from .texts import build_text

__all__ = ["PROVIDER", "build_spec"]

PROVIDER: Final = "aliyun"
"""What the vendor calls the provider of these models."""

CONSTRAINTS: Final = {
    "minimum": "min",
    "maximum": "max",
    "minLength": "min_length",
    "maxLength": "max_length",
    "maxItems": "max_items",
}
"""The names of limits in a spec, by the keywords of JSON Schema."""


def build_spec(spec: ModelSpec, base_url: str) -> dict[str, Any]:
    """Builds the spec of *spec* for a client that calls this server by *base_url*."""
    members = [member for member in list_members(spec) if member.name in OBJECTS]
    return {
        "model_id": spec.name,
        "name": spec.title,
        "vendor": PROVIDER,
        "type": "image" if isinstance(spec.outputs, Images) else "video",
        "api": {"endpoint": f"{base_url}{spec.create_path}", "method": "POST", "headers": {}},
        "parameters": [_build_parameter(member) for member in members],
        "agent_prompt": build_text(spec),
    }


def _build_parameter(member: Member) -> dict[str, Any]:
    constraints = _build_constraints(member)
    children = [_build_parameter(each) for each in member.members]
    return {
        "name": member.name,
        "path": ".".join(("$", *map(str, member.path))),
        "type": member.type,
        "required": member.required,
        "description": member.description,
        **({"constraints": constraints} if constraints else {}),
        **({"children": children} if children else {}),
    }


def _build_constraints(member: Member) -> dict[str, Any]:
    known = member.keywords
    found = {other: known[name] for name, other in CONSTRAINTS.items() if name in known}
    if "enum" in known:
        found["enum"] = [str(value) for value in known["enum"]]
    return found if member.default is MISSING else {**found, "default": member.default}
