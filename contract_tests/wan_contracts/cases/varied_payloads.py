"""Builds a payload with every member of a model, with values that clients may wrongly change."""

from __future__ import annotations

from functools import cache
from typing import Any

from wan_validators import lint
from wan_validators.constraints.basic import Absent, Items, Json, ObjectCount, Undocumented
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import ModelSpec, Rule, Severity

from ..generation.payloads import TELLING_VALUES, is_leaf
from ..generation.values import valid_values

__all__ = ["build_varied_payload"]


@cache
def _list_rules(spec: ModelSpec) -> tuple[Rule, ...]:
    """Returns the first rule of each member that a payload may have and that has no parts.

    Those that may be forbidden come first, so that no other member forbids them.
    """
    first = {rule.path: rule for rule in reversed(spec.rules)}
    conditional = [rule.path for rule in spec.rules if isinstance(rule.constraint, Absent)]
    return tuple(
        first[path]
        for path in dict.fromkeys([*conditional, *(rule.path for rule in spec.rules)])
        if path and is_leaf(spec, path) and not isinstance(first[path].constraint, Undocumented)
    )


def build_varied_payload(spec: ModelSpec, plain: Json) -> Any:
    """Adds the missing members to *plain*, and changes all others, without any warning.

    A member gets a value of :data:`TELLING_VALUES` if it accepts one, or else a value that is
    not its default, or else its default. Arrays get a second item.
    """
    payload = plain
    for path in dict.fromkeys(rule.path for rule in spec.rules if _is_array(rule)):
        found = json_pointer.find(payload, path)
        for place, items in [each for each in found if type(each[1]) is list]:
            longer = json_pointer.put(payload, place, [*items, *items[-1:]])
            payload = longer if _is_clean(longer, spec) else payload
    for rule in _list_rules(spec):
        used: list[Json] = []
        for place in _list_places(payload, rule):
            payload = _vary_member(payload, place, rule, spec, used)
            used.append(json_pointer.value(payload, place))
    return payload


def _is_array(rule: Rule) -> bool:
    return isinstance(rule.constraint, Items | ObjectCount)


def _list_places(payload: Json, rule: Rule) -> list[json_pointer.Path]:
    """Returns where a value of *rule* can be; in arrays, where one is now."""
    if ANY not in rule.path:
        return [rule.path]
    return [path for path, now in json_pointer.find(payload, rule.path) if now is not MISSING]


def _vary_member(
    payload: Json, place: json_pointer.Path, rule: Rule, spec: ModelSpec, used: list[Json]
) -> Json:
    """Returns *payload* with another value at *place*, if one is accepted that is not *used*."""
    values = [
        value
        for other in spec.rules
        if other.path == rule.path
        for value in reversed(valid_values(other.constraint))
    ]
    default = [] if rule.default is MISSING else [rule.default]
    telling = [each for each in TELLING_VALUES if each in values]
    for value in (*telling, *(each for each in values if each not in default), *default):
        changed = json_pointer.put(payload, place, value)
        if value not in used and changed != payload and _is_clean(changed, spec):
            return changed
    return payload


def _is_clean(payload: Json, spec: ModelSpec) -> bool:
    findings = lint(payload, spec.qualified_name).findings
    return all(each.severity is Severity.INFO for each in findings)
