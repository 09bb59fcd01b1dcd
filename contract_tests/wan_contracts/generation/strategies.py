"""Payloads drawn from a spec: valid ones, and ones that break exactly one rule."""

from __future__ import annotations

from collections.abc import Iterable
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
    modes,
)
from .values import JUNK_VALUES, ValueStrategy, invalid_values, lookalike_values

with explain_missing_extra():
    from hypothesis import strategies as st

__all__ = ["acceptable", "single_fault", "valid", "wrap_payload"]


@cache
def valid(spec: ModelSpec) -> ValueStrategy:
    """Payloads in which nothing at all is found, in every mode of the model.

    They shrink to the one that has the required members and no others.
    """

    @st.composite
    def payloads(draw: st.DrawFn) -> Any:
        mode = draw(st.sampled_from(modes(spec)))
        return PayloadBuilder(draw, find_active_rules(spec, mode), mode).value()

    return payloads()


@cache
def acceptable(spec: ModelSpec) -> ValueStrategy:
    """Payloads without an error; of warnings and infos, at most one."""
    mild = [rule for rule in spec.all_rules if rule.severity is not Severity.ERROR]
    return st.one_of(valid(spec), *(single_fault(spec, rule) for rule in mild))


@cache
def single_fault(spec: ModelSpec, rule: Rule) -> ValueStrategy:
    """Payloads in which *rule*, a row of *spec*, is found broken once, and nothing else is.

    Raises ValueError if there are none; where every fault of *rule* breaks another row with
    it, that shows when the strategy is drawn from.
    """
    possible = [
        mode for mode in modes(spec) if _can_break_alone(rule, find_active_rules(spec, mode))
    ]
    if not possible:
        raise ValueError(
            f"{spec.id} has no mode in which {rule.id} at {rule.pointer!r} can break alone"
        )

    @st.composite
    def payloads(draw: st.DrawFn) -> Any:
        mode = draw(st.sampled_from(possible))
        fault = _draw_fault(draw, rule, find_active_rules(spec, mode), mode)
        after = {path: _find_value_after(rule, fault, path, value) for path, value in mode.items()}
        builder = PayloadBuilder(
            draw, _relax_rules(rule, find_active_rules(spec, after)), after, [rule.path]
        )
        return _insert_fault(draw, builder, rule, fault)

    return payloads()


def wrap_payload(spec: ModelSpec, payload: Json) -> Json:
    """*payload* in the wrapper ``{"model", "input": [{"params": {…}}]}`` of *spec*'s vendor.

    Raises ValueError if the vendor has no wrapper, or another one.
    """
    outer = {"model": payload["model"]} if "model" in payload else {}
    params = {name: value for name, value in payload.items() if name not in outer}
    wrapper = {**outer, "input": [{"params": params}]}
    inner = spec.vendor.unwrap(wrapper) if spec.vendor.unwrap else None
    if inner is None or inner.payload != payload:
        raise ValueError(f"{spec.vendor.title} does not take {wrapper!r} for a wrapped payload")
    return wrapper


def _can_break_alone(rule: Rule, rules: list[Rule]) -> bool:
    """Whether *rule* is among *rules*, and none of the others bans what it speaks of."""
    bans = [row.path for row in rules if type(row.constraint) is Absent and row is not rule]
    return rule in rules and not any(rule.path[: len(ban)] == ban for ban in bans)


def _relax_rules(rule: Rule, rules: list[Rule]) -> list[Rule]:
    """*rules*, changed so that what is to be broken can be built: a value where there must be
    none (null would pass), or an object of members that exclude each other."""
    notices = [row for row in rules if type(row.constraint) is Undocumented and row is not rule]
    rules = [row for row in rules if row not in notices or row.path != rule.path]
    if not isinstance(rule.constraint, Absent | MutuallyExclusive):
        return rules
    others = [row for row in rules if row is not rule]
    return [replace(row, nullable=False) if row.path == rule.path else row for row in others]


def _draw_fault(draw: st.DrawFn, rule: Rule, rules: list[Rule], mode: Mode) -> Json:
    """What breaks *rule*, and no other row, where it stands."""
    elsewhere = {path: value for path, value in mode.items() if path != rule.path}
    value = PayloadBuilder(draw, _relax_rules(rule, rules), elsewhere, _list_parts(rule)).value(
        rule.path
    )
    rows = find_rules_at(rule.path, rules)
    limits = invalid_values(rule.constraint, value)
    choices = [
        [fault for fault in faults if find_broken_rules(rows, fault) == [rule]]
        for faults in ([MISSING], limits, (*lookalike_values(value), *JUNK_VALUES))
    ]
    if not any(choices):
        raise ValueError(
            f"whatever breaks {rule.id} at {rule.pointer!r} breaks another row as well"
        )
    return draw(st.sampled_from(draw(st.sampled_from([each for each in choices if each]))))


def _list_parts(rule: Rule) -> Iterable[json_pointer.Path]:
    """The parts that must be there for *rule* to be broken by too many of them."""
    return (
        [(*rule.path, ANY, rule.constraint.key)] if isinstance(rule.constraint, ObjectCount) else []
    )


def _find_value_after(rule: Rule, fault: Json, path: json_pointer.Path, value: Json) -> Json:
    """What stands at *path* once *fault* stands where *rule* does; *value* did before."""
    depth = len(rule.path)
    return json_pointer.value(fault, path[depth:]) if path[:depth] == rule.path else value


def _insert_fault(draw: st.DrawFn, builder: PayloadBuilder, rule: Rule, fault: Json) -> Json:
    """A payload with *fault* at one of the places of *rule*."""
    payload = builder.value()
    if rule.path[-1:] == (ANY,):
        array = rule.path[:-1]
        path, items = draw(st.sampled_from(json_pointer.find(payload, array)))
        fitting = [
            each
            for each in _iter_insertions(items, fault)
            if not find_broken_rules(builder.rows[array], each)
        ]
        return json_pointer.put(payload, path, draw(st.sampled_from(fitting)))
    found = json_pointer.find(payload, rule.path)
    places = [path for path, value in found if value is not MISSING or ANY not in rule.path]
    return json_pointer.put(payload, draw(st.sampled_from(places)), fault)


def _iter_insertions(items: list[Json], fault: Json) -> Iterable[list[Json]]:
    """*items* with *fault* put between them, or in the place of one or two of them."""
    for start in range(len(items) + 1):
        for end in range(start, min(start + 2, len(items)) + 1):
            yield [*items[:start], fault, *items[end:]]
