"""The rules, walked one by one: slow, short, and what the compiled engine is held to.

A value of the wrong kind is reported once, by the first row that meets it; a limit that is
broken hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wan_validators.constraints.basic import KnownMembers
from wan_validators.constraints.relations import Relation
from wan_validators.finding import Finding
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import MISSING, Path
from wan_validators.spec import ModelSpec, Rule


def findings(spec: ModelSpec, payload: Any) -> list[Finding]:
    """All findings about an unwrapped *payload*, in the order of the rows of *spec*."""
    found: list[Finding] = []
    nullable = {rule.path for rule in spec.rules if rule.nullable}
    for rule in spec.rules:
        if rule.when and not rule.when.is_satisfied_by(json_pointer.value(payload, rule.when.path)):
            continue
        for path, value in json_pointer.find(payload, rule.path):
            if value is None and rule.path in nullable:
                continue
            if _broken(rule, path, value, found, payload):
                found.append(Finding(rule, json_pointer.text(path), value))
    return found + [
        finding for rule in spec.unknown_member_rules for finding in _strangers(rule, payload)
    ]


def _broken(rule: Rule, path: Path, value: Any, found: list[Finding], payload: Any) -> bool:
    if value is MISSING:
        return rule.required
    if isinstance(rule.constraint, Relation):
        return not rule.constraint.is_satisfied_in(payload, value)
    seen = rule.constraint.view.extract(value)
    if rule.constraint.applies_to(seen):
        return not rule.constraint.is_satisfied(seen)
    return all(finding.pointer != json_pointer.text(path) for finding in found)


def _strangers(rule: Rule, payload: Any) -> Iterator[Finding]:
    assert isinstance(rule.constraint, KnownMembers)
    for path, value in json_pointer.find(payload, rule.path):
        if type(value) is dict:
            for name in value:
                if name not in rule.constraint.known:
                    yield Finding(rule, json_pointer.text((*path, name)), value[name])
