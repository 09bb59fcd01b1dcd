"""Derives the tables of a protocol with flat payloads from those of its platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, Final

from .ambiguity import Ambiguity
from .outputs import Outputs
from .source.json_pointer import parse, text
from .spec import Equals, ModelSpec, Rule, Severity
from .vendor import Vendor
from .wrappers import NESTED_OBJECTS, is_nested, open_envelope

__all__ = ["OBJECTS", "build_flat_spec", "has_flat_form"]

OBJECTS: Final = tuple(f"/{name}" for name in NESTED_OBJECTS)

NESTED_ONLY: Final = ("/model", *OBJECTS)
"""Pointers without a place in a flat payload."""

READ_ON: Final = "2026-11"
"""The month in which the pages about the flat form were read."""

NO_PAGE: Final = (
    "the payload at the queue: no page shows it, so messages may stand at the top or in input, "
    "and the limits of the other protocol are warnings"
)


def build_flat_spec(spec: ModelSpec, protocol: Vendor) -> ModelSpec:
    """Builds the table of *spec* for *protocol*, whose payloads are flat and name no model.

    The rules and their limits are those of *spec*. If no page shows the flat payload, every
    error is a warning. Codes are left out: the protocol has none.
    """
    is_documented = protocol.flat_models[spec.name]
    rules = tuple(
        _flatten_rule(rule, is_documented=is_documented)
        for rule in spec.rules
        if rule.pointer not in NESTED_ONLY
    )
    kept = {rule.id for rule in rules}
    return ModelSpec(
        id=f"{protocol.name}/{spec.name}",
        vendor=protocol,
        title=f"{spec.title}, queue",
        source=f"{spec.source}; the queue pages of {spec.vendor.title}",
        rules=rules,
        outputs=_flatten_outputs(spec.outputs),
        ambiguities=tuple(_iter_ambiguities(spec, kept)),
        on=max(spec.on, READ_ON),
        confidence=spec.confidence if is_documented else "low",
        gaps=(*spec.gaps, *(() if is_documented else (NO_PAGE,))),
        derived_from=spec.id,
    )


def has_flat_form(flat: ModelSpec, payload: Any, *, is_named: bool) -> bool:
    """Returns whether *payload*, of the platform of *flat*, has the form of *flat*.

    A flat payload does not name its model, so *is_named* must be true, or an envelope names it.
    """
    if type(payload) is not dict or is_nested(payload):
        return False
    envelope = open_envelope(flat, payload)
    inner = envelope.payload if envelope else payload
    known = {rule.path[0] for rule in flat.rules if rule.path}
    is_flat = bool(known & inner.keys()) and not is_nested(inner)
    return is_flat and (is_named or envelope is not None)


def _flatten_pointer(pointer: str) -> str:
    path = parse(pointer)
    is_nested = len(path) > 1 and text(path[:1]) in OBJECTS
    return text(path[1:]) if is_nested else pointer


def _flatten_rule(rule: Rule, *, is_documented: bool) -> Rule:
    is_error = rule.severity is Severity.ERROR and rule.pointer
    when = rule.when
    return replace(
        rule,
        pointer=_flatten_pointer(rule.pointer),
        code=None,
        severity=Severity.WARNING if is_error and not is_documented else rule.severity,
        when=when and Equals(_flatten_pointer(when.pointer), when.value, when.default),
    )


def _flatten_outputs(outputs: Outputs) -> Outputs:
    """Returns *outputs* with its pointers flattened: all values that are one."""
    values = {each.name: getattr(outputs, each.name) for each in fields(outputs)}
    pointers: dict[str, Any] = {
        name: _flatten_pointer(value)
        for name, value in values.items()
        if type(value) is str and value.startswith("/")
    }
    return replace(outputs, **pointers)


def _iter_ambiguities(spec: ModelSpec, kept: set[str]) -> Iterator[Ambiguity]:
    """Yields the ambiguities of *spec* but those about rules that are not *kept*."""
    for ambiguity in spec.ambiguities:
        rules = tuple(each for each in ambiguity.rules if each in kept)
        if rules or not ambiguity.rules:
            yield replace(ambiguity, rules=rules)
