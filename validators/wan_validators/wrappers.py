"""Finds the payload inside the wrappers in which files and SDKs send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .spec import ModelSpec
from .vendor import UnwrappedPayload

__all__ = ["NESTED_OBJECTS", "is_nested", "open_envelope", "unwrap", "unwrap_all"]

NESTED_OBJECTS: Final = ("input", "parameters")
"""The objects of a written payload; their members stand at the top of a flat one."""


def is_nested(payload: Mapping[str, Any]) -> bool:
    """Returns True if *payload* is not flat."""
    return not payload.keys().isdisjoint(NESTED_OBJECTS)


def unwrap_all(spec: ModelSpec, payload: Any) -> tuple[Any, tuple[UnwrappedPayload, ...]]:
    """Returns the payload without its envelope and its vendor's wrapper, and both of them."""
    outer: tuple[UnwrappedPayload, ...] = ()
    for find in (open_envelope, unwrap):
        found = find(spec, payload)
        if found is not None:
            payload, outer = found.payload, (*outer, found)
    return payload, outer


def unwrap(spec: ModelSpec, payload: Any) -> UnwrappedPayload | None:
    """Returns the payload in the wrapper of the model's vendor, or None without a wrapper."""
    open_wrapper = spec.vendor.unwrap
    return open_wrapper(payload) if open_wrapper is not None and type(payload) is dict else None


def open_envelope(spec: ModelSpec, payload: Any) -> UnwrappedPayload | None:
    """Returns the payload in ``{"model": …, "payload": {…}}``, or None if it is not one.

    Members that no parameter of the model has, such as ids and comments, may stand beside.
    """
    if type(payload) is not dict or type(payload.get("payload")) is not dict:
        return None
    parameters = {rule.path[0] for rule in spec.rules if rule.path} - {"model"}
    if payload.keys() & parameters:
        return None
    return UnwrappedPayload(payload["payload"], "/payload", frozenset())
