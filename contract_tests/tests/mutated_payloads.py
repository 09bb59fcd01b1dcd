"""Payloads with many faults at once, and JSON that was never a payload.

What is found in them is not known beforehand: they are for holding two linters against each
other, and for laws that must hold whatever the input is.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from wan_contracts.generation.payloads import find_rules_at, is_leaf
from wan_contracts.generation.strategies import valid
from wan_contracts.generation.values import (
    JUNK_VALUES,
    UNKNOWN_NAMES,
    JsonValues,
    ValueStrategy,
    invalid_values,
    lookalike_values,
    valid_values,
)
from wan_contracts.runner.minimize import iter_values
from wan_validators.constraints.basic import Json
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import ANY, MISSING, Path
from wan_validators.spec import ModelSpec, Rule

AWKWARD: Final[JsonValues] = (
    *(float("nan"), float("inf"), -0.0, 4.0, 5.0, -(2**31), 10**4000),
    *("\ud800", "\x00", "NaN", "a" * 5000, "*" * 5000, "1*1*1", "data:,", "data:;base64,"),
    *([[]], [{}], [None], {"": None}, {"text": None}, [[[[]]]], [None] * 100, [{}] * 40),
)
"""Values that linters stumble over."""


@cache
def battered(spec: ModelSpec) -> ValueStrategy:
    """Payloads that were valid before up to eight things were done to them.

    Most keep their shape, since a member that is torn out takes the faults in it along.
    """
    gentle = [_at_a_leaf, _at_a_leaf, _at_a_leaf, _with_a_stranger]
    rough = [_at_a_leaf, _at_a_rule, _anywhere, _with_a_stranger, _moved]

    @st.composite
    def payloads(draw: st.DrawFn) -> Any:
        payload = draw(valid(spec))
        changes = draw(st.sampled_from([gentle, gentle, rough]))
        for _ in range(draw(st.integers(1, 8))):
            payload = draw(st.sampled_from(changes))(draw, spec, payload)
        return payload

    return payloads()


@cache
def arbitrary(spec: ModelSpec) -> ValueStrategy:
    """JSON values of any shape, in which documented names and values come up at random."""
    return st.recursive(
        st.sampled_from(JUNK_VALUES + AWKWARD + _all_values(spec)) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=6) | st.dictionaries(_names(spec), inner),
        max_leaves=20,
    )


def _at_a_leaf(draw: st.DrawFn, spec: ModelSpec, payload: Json) -> Json:
    """Where neither object nor array should stand: a value at or just past some limit."""
    row = draw(st.sampled_from([row for row in spec.rules if is_leaf(spec, row.path)]))
    places = json_pointer.find(payload, row.path)
    if not places:
        return payload
    place, _ = draw(st.sampled_from(places))
    limits = _one_of(
        _light(invalid_values(row.constraint, "a")),
        _light(invalid_values(row.constraint, "a")),
        valid_values(row.constraint),
    )
    return json_pointer.put(payload, place, draw(limits | st.sampled_from(JUNK_VALUES)))


def _at_a_rule(draw: st.DrawFn, spec: ModelSpec, payload: Json) -> Json:
    """At a place that a row speaks of: nothing, or something past its limits, or junk."""
    path = draw(st.sampled_from(_paths(spec)))
    places = json_pointer.find(payload, path)
    if not places:
        return payload
    place, value = draw(st.sampled_from(places))
    limits = [
        invalid_values(row.constraint, value)
        for row in find_rules_at(path, spec.all_rules)
        if _fits(row, value)
    ]
    return json_pointer.put(
        payload, place, draw(_one_of((MISSING,), JUNK_VALUES, lookalike_values(value), *limits))
    )


def _anywhere(draw: st.DrawFn, spec: ModelSpec, payload: Json) -> Json:
    """At any place: nothing, junk, a near miss, or a whole tree."""
    place, value = draw(st.sampled_from(list(iter_values(payload))))
    several = _one_of((MISSING,) if place else (), JUNK_VALUES, AWKWARD, lookalike_values(value))
    return json_pointer.put(payload, place, draw(several | arbitrary(spec)))


def _with_a_stranger(draw: st.DrawFn, spec: ModelSpec, payload: Json) -> Json:
    """One more member in some object, or more items in some array."""
    place, value = draw(st.sampled_from(list(iter_values(payload))))
    if type(value) is dict:
        more = draw(_one_of(JUNK_VALUES, AWKWARD, _all_values(spec)))
        return json_pointer.put(payload, (*place, draw(_names(spec))), more)
    if type(value) is list:
        several = ([item] * count for item in JUNK_VALUES for count in (1, 2, 5, 30))
        more = draw(_one_of(tuple(several), tuple([item] for item in (*value, *AWKWARD))))
        start = draw(st.integers(0, len(value)))
        return json_pointer.put(payload, place, [*value[:start], *more, *value[start:]])
    return payload


def _moved(draw: st.DrawFn, spec: ModelSpec, payload: Json) -> Json:
    """What stands at one place put at another, where something else belongs."""
    several = list(iter_values(payload))
    place, _ = draw(st.sampled_from(several))
    _, value = draw(st.sampled_from(several))
    return json_pointer.put(payload, place, value)


def _one_of(*several: JsonValues) -> ValueStrategy:
    return st.one_of([st.sampled_from(each) for each in several if each])


def _fits(rule: Rule, value: Json) -> bool:
    return value is not MISSING and rule.constraint.applies_to(rule.constraint.view.extract(value))


@cache
def _all_values(spec: ModelSpec) -> JsonValues:
    """What is good for the leaves, and what is not."""
    checks = [row.constraint for row in spec.rules if is_leaf(spec, row.path)]
    return _light(
        v for check in checks for v in (*valid_values(check), *invalid_values(check, "a"))
    )


def _light(values: Iterable[Json]) -> JsonValues:
    """*values* but for whole files over a limit of megabytes."""
    return tuple(value for value in values if type(value) is not str or len(value) < 100_000)


@cache
def _paths(spec: ModelSpec) -> tuple[Path, ...]:
    """Every place but the root that a row speaks of."""
    return tuple(dict.fromkeys(row.path for row in spec.rules if row.path))


@cache
def _names(spec: ModelSpec) -> st.SearchStrategy[str]:
    parts = [part for row in spec.rules for part in row.path]
    documented = dict.fromkeys(part for part in parts if isinstance(part, str) and part != ANY)
    return st.sampled_from([*documented, *UNKNOWN_NAMES])
