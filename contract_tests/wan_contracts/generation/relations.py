"""Makes payloads keep, or break, rules about a member that depends on an array elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wan_validators.constraints.basic import Json
from wan_validators.constraints.relations import (
    EntryPerItem,
    LimitWithItem,
    Relation,
    count_items,
)
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import Rule

from .values import FILE_URL, invalid_values, valid_values

with explain_missing_extra():
    from hypothesis import strategies as st

__all__ = ["break_relation", "repair_relations"]


def repair_relations(payload: Json, rules: Iterable[Rule]) -> Json:
    """Returns *payload* without the members that break a relation among *rules*.

    An array with an entry for each item is not removed, but gets the right length.
    """
    for rule in rules:
        if isinstance(rule.constraint, Relation):
            value = json_pointer.value(payload, rule.path)
            if value is not MISSING and not rule.constraint.is_satisfied_in(payload, value):
                repaired = _repair(rule.constraint, payload, value)
                payload = json_pointer.put(payload, rule.path, repaired)
    return payload


def _repair(check: Relation, payload: Json, value: Json) -> Any:
    if not isinstance(check, EntryPerItem):
        return MISSING
    count = count_items(payload, check.array, check.member)
    repaired = [*value, *[[]] * count][:count]
    return repaired if check.items.is_satisfied(repaired) else MISSING


def break_relation(draw: st.DrawFn, payload: Json, rule: Rule, rows: Iterable[Rule]) -> Json:
    """Returns *payload* with an item and a value that break *rule*; *rows* have its path."""
    check = rule.constraint
    assert isinstance(check, Relation)
    path = json_pointer.parse(check.array)
    items = json_pointer.value(payload, path)
    if not isinstance(check, LimitWithItem):
        count = len(json_pointer.value(payload, rule.path))
        return json_pointer.put(payload, rule.path, [[]] * (count - 1 if count else 1))
    if not count_items(payload, check.array, check.member, check.name):
        new = {"type": check.name, "url": FILE_URL} if check.name else {check.member: FILE_URL}
        items = [*items[:4], new]
    accepted = [value for row in rows for value in valid_values(row.constraint)]
    values = [*invalid_values(check.inner, accepted[0]), *accepted]
    payload = json_pointer.put(payload, path, items)
    wrong = [value for value in values if not check.is_satisfied_in(payload, value)]
    return json_pointer.put(payload, rule.path, draw(st.sampled_from(wrong)))
