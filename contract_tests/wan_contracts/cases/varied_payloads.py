"""Builds a payload with every member of a model, with values that clients may wrongly change."""

from __future__ import annotations

from functools import cache
from typing import Any

from wan_validators import lint
from wan_validators.constraints.basic import Absent, Items, Json, ObjectCount, Undocumented
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import ModelSpec, Rule, Severity

from ..generation.item_values import fit_items
from ..generation.payloads import TELLING_VALUES, find_broken_rules, find_rules_at, is_leaf
from ..generation.relations import repair_relations
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
    payload = _add_arrays(spec, _add_parts(spec, plain))
    for path in dict.fromkeys(rule.path for rule in spec.rules if _is_array(rule)):
        found = json_pointer.find(payload, path)
        for place, items in [each for each in found if type(each[1]) is list]:
            payload = _put_if_clean(spec, payload, place, [*items, *items[-1:]])
    for rule in _list_rules(spec):
        used: list[Json] = []
        for place in _list_places(payload, rule):
            payload = _vary_member(payload, place, rule, spec, used)
            used.append(json_pointer.value(payload, place))
    return payload


def _add_parts(spec: ModelSpec, payload: Json) -> Json:
    """Adds an object with each member that distinguishes the parts of an array."""
    for rule in spec.rules:
        if isinstance(rule.constraint, ObjectCount):
            key = rule.constraint.key
            part = {key: _build_value(spec, (*rule.path, ANY, key))}
            for place, items in json_pointer.find(payload, rule.path):
                if type(items) is list and not any(key in item for item in items):
                    payload = _put_if_clean(spec, payload, place, [*items, part])
    return payload


def _add_arrays(spec: ModelSpec, payload: Json) -> Json:
    """Adds arrays that may be absent, with as few items as they may have, but at least one."""
    for path in dict.fromkeys(rule.path for rule in spec.rules if _is_array(rule)):
        if ANY in path or json_pointer.value(payload, path) is not MISSING:
            continue
        checks = [rule.constraint for rule in find_rules_at(path, spec.rules)]
        low = max([1, *(check.low for check in checks if isinstance(check, Items))])
        items = [_build_value(spec, (*path, ANY)) for _ in range(low)]
        payload = _put_if_clean(spec, payload, path, fit_items(items, checks))
    return payload


def _build_value(spec: ModelSpec, path: json_pointer.Path) -> Json:
    """Builds the first value that the rules at *path* accept, with all members if an object."""
    names = [rule.path[len(path)] for rule in spec.rules if rule.path[:-1] == path and rule.path]
    if names:
        return {name: _build_value(spec, (*path, name)) for name in dict.fromkeys(names)}
    rows = find_rules_at(path, spec.rules)
    values = (value for row in rows for value in valid_values(row.constraint))
    return next(value for value in values if not find_broken_rules(rows, value))


def _put_if_clean(spec: ModelSpec, payload: Json, place: json_pointer.Path, value: Json) -> Json:
    """Returns *payload* with *value* at *place*, or as it is if that breaks a rule."""
    changed = repair_relations(json_pointer.put(payload, place, value), spec.rules)
    return changed if _is_clean(changed, spec) else payload


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
