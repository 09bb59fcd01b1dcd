"""Builds a payload that keeps all rules of a model, and one that breaks a rule.

Each payload is checked with the linter before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ..constraints.basic import Absent, Items, KnownMembers, OneOf
from ..constraints.relations import LimitWithItem, Relation
from ..linter import find_findings
from ..source.json_pointer import ANY, MISSING, Path, find, parse, put, value
from ..spec import ModelSpec, Rule, Severity
from . import item_values  # noqa: F401  (it registers the examples of items)
from .values import list_broken, list_valid

__all__ = ["Example", "build_example", "build_valid_payload"]

_MAX_STEPS: Final = 20


class Example(NamedTuple):
    """Two payloads that differ in what one rule checks."""

    failing: Any
    passing: Any


def build_valid_payload(spec: ModelSpec, start: Any = None) -> Any:
    """Completes *start*, by default an empty payload, until it has no findings."""
    payload = {} if start is None else start
    for _ in range(_MAX_STEPS):
        found = find_findings(spec, payload)
        payload = _repair(spec, payload, found[0]) if found else payload
    return payload


def build_example(spec: ModelSpec, rule: Rule) -> Example:
    """Builds a payload that breaks *rule*, and if possible no other, and one that keeps it."""
    same = [each.when for each in spec.rules if each.pointer == rule.pointer and each.when]
    examples: list[tuple[int, int, Example]] = []
    for when in [rule.when] if rule.when else [None, *same]:
        passing = build_valid_payload(spec, put({}, when.path, when.value) if when else None)
        passing = build_valid_payload(spec, _fill_array(spec, rule, passing))
        passing = next(_iter_passing(spec, rule, passing), passing)
        for failing in (*_iter_broken(rule, passing), *_iter_related(spec, rule, passing)):
            others = _list_others(spec, rule, failing)
            if others is not None:
                examples.append((len(others), len(examples), Example(failing, passing)))
    return min(examples)[2]


def _fill_array(spec: ModelSpec, rule: Rule, payload: Any) -> Any:
    """Returns *payload* with items in the array that *rule* is about, if it has none."""
    if ANY not in rule.path or find(payload, rule.path):
        return payload
    array = rule.path[: rule.path.index(ANY)]
    limits = [each.constraint for each in spec.rules if each.path == array]
    counts = [limit.low for limit in limits if isinstance(limit, Items)]
    return put(payload, array, [{} for _ in range(max([1, *counts]))])


def _repair(spec: ModelSpec, payload: Any, finding: Any) -> Any:
    """Returns *payload* with the member of *finding* replaced by the best valid value."""
    path = parse(finding.pointer)
    before = {each.row.id for each in find_findings(spec, payload)}
    repaired = []
    for index, new in enumerate(_list_repairs(spec, payload, finding)):
        candidate = put(payload, path, new)
        found = find_findings(spec, candidate)
        is_left = any((each.row, each.pointer) == (finding.row, finding.pointer) for each in found)
        new_ids = {each.row.id for each in found} - before
        repaired.append((is_left, len(new_ids), index, candidate))
    return min(repaired, key=lambda each: each[:3])[3]


def _list_repairs(spec: ModelSpec, payload: Any, finding: Any) -> list[Any]:
    rules = [rule for rule in spec.rules if rule.pointer == finding.row.pointer]
    return [new for rule in rules for new in list_valid(rule.constraint)]


def _iter_passing(spec: ModelSpec, rule: Rule, payload: Any) -> Iterator[Any]:
    """Yields payloads with a valid value where *rule* checks one."""
    path = _locate(rule, payload)[0]
    if value(payload, path) is MISSING:
        for each in (each for each in spec.rules if each.pointer == rule.pointer):
            for new in list_valid(each.constraint):
                candidate = put(payload, path, new)
                if not find_findings(spec, candidate):
                    yield candidate


def _iter_broken(rule: Rule, payload: Any) -> Iterator[Any]:
    """Yields payloads with a value at a place of *rule* that may break it."""
    constraint = rule.constraint
    for path in _locate(rule, payload):
        if isinstance(constraint, KnownMembers):
            yield put(payload, (*path, "style"), "watercolour")
        if isinstance(constraint, Items | OneOf) and rule.required:
            yield put(payload, path, MISSING)
        for broken in list_broken(constraint):
            yield put(payload, path, broken)
        if rule.required:
            yield put(payload, path, MISSING)


def _iter_related(spec: ModelSpec, rule: Rule, payload: Any) -> Iterator[Any]:
    """Yields payloads with a member that *rule* forbids, or forbids beside an item."""
    constraint = rule.constraint
    rows = [each.constraint for each in spec.rules if each.pointer == rule.pointer]
    values = [new for row in rows for new in list_valid(row)]
    if isinstance(constraint, LimitWithItem):
        values = [*list_broken(constraint.inner), *values]
    if isinstance(constraint, Relation | Absent):
        for new in values:
            yield put(payload, rule.path, new)


def _locate(rule: Rule, payload: Any) -> list[Path]:
    """Returns the paths of the values in *payload* that *rule* checks, or could check."""
    found = find(payload, rule.path)
    present = [path for path, item in found if item is not MISSING]
    first = tuple(0 if part == ANY else part for part in rule.path)
    return present or [path for path, _ in found] or [first]


def _list_others(spec: ModelSpec, rule: Rule, payload: Any) -> list[Any] | None:
    """Returns the findings of other rules, errors twice, or None if *rule* is not broken."""
    found = find_findings(spec, payload)
    if not any(each.row is rule for each in found):
        return None
    others = [each for each in found if each.row is not rule]
    return others + [each for each in others if each.severity is Severity.ERROR]
