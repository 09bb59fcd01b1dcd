"""Draws payloads of a model: valid ones, and ones that break exactly one rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from wan_validators.constraints.basic import (
    Absent,
    Json,
    MutuallyExclusive,
    ObjectCount,
    Undocumented,
)
from wan_validators.constraints.relations import EntryPerItem, Relation
from wan_validators.linter import find_findings
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import ModelSpec, Rule, Severity

from .payloads import (
    Mode,
    PayloadBuilder,
    find_active_rules,
    find_broken_rules,
    find_rules_at,
    is_notice,
    list_modes,
)
from .relations import break_relation, repair_relations
from .values import JUNK_VALUES, ValueStrategy, invalid_values, lookalike_values

with explain_missing_extra():
    from hypothesis import assume
    from hypothesis import strategies as st

__all__ = ["acceptable", "single_fault", "valid", "wrap_payload"]


@cache
def valid(spec: ModelSpec) -> ValueStrategy:
    """Draws payloads without an error or a warning, in every mode of the model.

    Each optional member is absent half of the time, also one whose default costs money, which
    the linter mentions as an info. The payloads shrink to the one that has only the required
    members.
    """
    modes = list_modes(spec, notices=False)

    @st.composite
    def payloads(draw: st.DrawFn) -> Any:
        mode = _draw_mode(draw, modes)
        rules = [rule for rule in find_active_rules(spec, mode) if not is_notice(rule)]
        return repair_relations(PayloadBuilder(draw, rules, mode).build_value(), rules)

    return payloads()


@cache
def acceptable(spec: ModelSpec) -> ValueStrategy:
    """Draws payloads without an error and with at most one warning."""
    mild = [rule for rule in spec.all_rules if rule.severity is not Severity.ERROR]
    return st.one_of(valid(spec), *(single_fault(spec, rule) for rule in mild))


@cache
def single_fault(spec: ModelSpec, rule: Rule) -> ValueStrategy:
    """Draws payloads with exactly one finding, which is of *rule*, a rule of *spec*.

    Raises ValueError if there are none. If every value that breaks *rule* also breaks another
    rule, the error is raised when a payload is drawn.
    """
    possible = [
        mode for mode in list_modes(spec) if _can_break_alone(rule, find_active_rules(spec, mode))
    ]
    if not possible:
        raise ValueError(
            f"{spec.id} has no mode in which {rule.id} at {rule.pointer!r} can break alone"
        )

    return _draw_faulty_payload(_Fault(spec, rule, possible))


class _Fault:
    """What to draw: a payload of *spec* in one of *modes*, with a finding of *rule*.

    Hypothesis writes the arguments of strategies often, and warns if they are long.
    """

    __slots__ = ("modes", "rule", "spec")

    def __init__(self, spec: ModelSpec, rule: Rule, modes: Sequence[Mode]) -> None:
        self.spec, self.rule, self.modes = spec, rule, modes

    def __repr__(self) -> str:
        return f"<{self.spec.id}: {self.rule.id} at {self.rule.pointer!r}>"


@st.composite
def _draw_faulty_payload(draw: st.DrawFn, wanted: _Fault) -> Any:
    """Draws a payload with exactly one finding.

    It is defined once: Hypothesis reads the source of each new function, which takes long.
    """
    spec, rule = wanted.spec, wanted.rule
    mode = draw(st.sampled_from(wanted.modes))
    if isinstance(rule.constraint, Relation):
        return _draw_broken_relation(draw, spec, rule, mode)
    fault = _draw_fault(draw, rule, find_active_rules(spec, mode), mode)
    after = {path: _find_value_after(rule, fault, path, value) for path, value in mode.items()}
    builder = PayloadBuilder(
        draw, _relax_rules(rule, find_active_rules(spec, after)), after, [rule.path]
    )
    payload = _insert_fault(draw, builder, rule, fault)
    relations = [row for row in spec.rules if isinstance(row.constraint, Relation)]
    if not relations:
        return payload
    payload = repair_relations(payload, relations)
    assume([each.row for each in find_findings(spec, payload)] == [rule])
    return payload


def _draw_broken_relation(draw: st.DrawFn, spec: ModelSpec, rule: Rule, mode: Mode) -> Json:
    """Draws a payload in *mode* with a member that does not suit an array elsewhere."""
    rules = find_active_rules(spec, mode)
    kept = repair_relations(
        PayloadBuilder(draw, rules, mode, [rule.path]).build_value(),
        [row for row in rules if isinstance(row.constraint, EntryPerItem) or row is not rule],
    )
    assume(json_pointer.value(kept, rule.path) is not MISSING)
    payload = break_relation(draw, kept, rule, find_rules_at(rule.path, rules))
    assume([each.row for each in find_findings(spec, payload)] == [rule])
    return payload


def wrap_payload(spec: ModelSpec, payload: Json) -> Json:
    """Returns *payload* in the vendor's wrapper ``{"model", "input": [{"params": {…}}]}``.

    Raises ValueError if the vendor of *spec* has no wrapper, or another one.
    """
    outer = {"model": payload["model"]} if "model" in payload else {}
    params = {name: value for name, value in payload.items() if name not in outer}
    wrapper = {**outer, "input": [{"params": params}]}
    inner = spec.vendor.unwrap(wrapper) if spec.vendor.unwrap else None
    if inner is None or inner.payload != payload:
        raise ValueError(f"{spec.vendor.title} does not accept {wrapper!r} as a wrapped payload")
    return wrapper


def _draw_mode(draw: st.DrawFn, modes: Sequence[Mode]) -> Mode:
    """Draws one of *modes*, in which each member is absent half of the time if it may be."""
    for path in modes[0]:
        absent = [mode for mode in modes if mode[path] is MISSING]
        present = [mode for mode in modes if mode[path] is not MISSING]
        chosen = draw(st.sampled_from([each for each in (absent, present) if each]))
        value = draw(st.sampled_from([*{repr(mode[path]): mode[path] for mode in chosen}.values()]))
        modes = [mode for mode in chosen if repr(mode[path]) == repr(value)]
    return modes[0]


def _can_break_alone(rule: Rule, rules: list[Rule]) -> bool:
    """Returns True if *rule* is in *rules* and no other rule forbids a member at its path."""
    bans = [row.path for row in rules if type(row.constraint) is Absent and row is not rule]
    return rule in rules and not any(rule.path[: len(ban)] == ban for ban in bans)


def _relax_rules(rule: Rule, rules: list[Rule]) -> list[Rule]:
    """Returns *rules* without the limit of *rule*, so that a value that breaks it can be built.

    For Absent that is a value other than null, which passes. For MutuallyExclusive it is an
    object with several of the members.
    """
    notices = [row for row in rules if type(row.constraint) is Undocumented and row is not rule]
    rules = [row for row in rules if row not in notices or row.path != rule.path]
    if not isinstance(rule.constraint, Absent | MutuallyExclusive):
        return rules
    others = [row for row in rules if row is not rule]
    return [replace(row, nullable=False) if row.path == rule.path else row for row in others]


def _draw_fault(draw: st.DrawFn, rule: Rule, rules: list[Rule], mode: Mode) -> Json:
    """Draws a value that breaks *rule* and no other rule with the same path."""
    elsewhere = {path: value for path, value in mode.items() if path != rule.path}
    value = PayloadBuilder(
        draw, _relax_rules(rule, rules), elsewhere, _list_parts(rule)
    ).build_value(rule.path)
    rows = find_rules_at(rule.path, rules)
    limits = invalid_values(rule.constraint, value)
    choices = [
        [fault for fault in faults if find_broken_rules(rows, fault) == [rule]]
        for faults in ([MISSING], limits, (*lookalike_values(value), *JUNK_VALUES))
    ]
    if not any(choices):
        raise ValueError(
            f"every value that breaks {rule.id} at {rule.pointer!r} also breaks another rule"
        )
    return draw(st.sampled_from(draw(st.sampled_from([each for each in choices if each]))))


def _list_parts(rule: Rule) -> Iterable[json_pointer.Path]:
    """Returns the paths of parts that must be present to exceed the limit of *rule*."""
    return (
        [(*rule.path, ANY, rule.constraint.key)] if isinstance(rule.constraint, ObjectCount) else []
    )


def _find_value_after(rule: Rule, fault: Json, path: json_pointer.Path, value: Json) -> Json:
    """Returns the value at *path*, now *value*, after *fault* is put at the path of *rule*."""
    depth = len(rule.path)
    return json_pointer.value(fault, path[depth:]) if path[:depth] == rule.path else value


def _insert_fault(draw: st.DrawFn, builder: PayloadBuilder, rule: Rule, fault: Json) -> Json:
    """Builds a payload with *fault* at one of the paths of *rule*."""
    payload = builder.build_value()
    if rule.path[-1:] == (ANY,):
        array = rule.path[:-1]
        path, items = draw(st.sampled_from(json_pointer.find(payload, array)))
        accepted = [
            each
            for each in _iter_insertions(items, fault)
            if not find_broken_rules(builder.rows[array], each)
        ]
        assume(accepted)
        return json_pointer.put(payload, path, draw(st.sampled_from(accepted)))
    found = json_pointer.find(payload, rule.path)
    paths = [path for path, value in found if value is not MISSING or ANY not in rule.path]
    faulty = [json_pointer.put(payload, path, fault) for path in paths]
    if ANY in rule.path:
        faulty = [each for each in faulty if not _breaks_item(builder, rule, each)]
        assume(faulty)
    return draw(st.sampled_from(faulty))


def _breaks_item(builder: PayloadBuilder, rule: Rule, payload: Json) -> bool:
    """Returns True if an array of *payload* on the path of *rule*, or an item, is not valid."""
    places = [
        rule.path[: depth + end]
        for depth, part in enumerate(rule.path)
        if part == ANY
        for end in (0, 1)
    ]
    return any(
        find_broken_rules(builder.rows.get(place, ()), value)
        for place in places
        if place != rule.path
        for _, value in json_pointer.find(payload, place)
    )


def _iter_insertions(items: list[Json], fault: Json) -> Iterable[list[Json]]:
    """Yields *items* with *fault* inserted, or in place of one or two items."""
    for start in range(len(items) + 1):
        for end in range(start, min(start + 2, len(items)) + 1):
            yield [*items[:start], fault, *items[end:]]
