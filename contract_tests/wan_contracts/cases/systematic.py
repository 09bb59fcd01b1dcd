"""The cases that every run goes through, in a fixed order: each rule and each scenario once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from random import Random
from typing import Any, Final

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.simulator.scenario_selection import find_inapplicability
from wan_validators import lint
from wan_validators.constraints.basic import Items, Json, Text
from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.outputs import Images
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import ModelSpec, Rule, Severity

from ..generation.payloads import is_leaf
from ..generation.strategies import single_fault, valid
from ..generation.values import ValueStrategy, valid_values
from .case import Case
from .time_profiles import TimeProfile

with explain_missing_extra():
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import HypothesisException

MAX_SAFE_INTEGER: Final = 2**53
"""Integers beyond it are not the same number to every client."""

MAX_PAYLOAD_CHARS: Final = 100_000
"""Characters of a payload that can be sent many times without wearing out anybody's patience."""

AWKWARD_TEXTS: Final = ("e\u0301", " a\t\n", '"\\/', "\u2028\u200d", "<&%20'>")
"""Texts that clients are tempted to normalise, to strip, or to escape once too often."""

SIMPLEST_SETTINGS: Final = settings(
    max_examples=1,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class UnprintedValue:
    """A value that Hypothesis does not write down, since it may hold megabytes."""

    def __init__(self, value: Json) -> None:
        self.value = value


def systematic_cases(
    specs: Sequence[ModelSpec], time_profile: TimeProfile, *, everywhere: bool, edges: bool
) -> Iterator[Case]:
    """Plain calls first, then every scenario, then limits from within, then broken rules.

    A scenario comes up once at each vendor if *everywhere*, else once; where it can happen at
    several models they take turns. With *edges*, values at the limits of every rule are sent.
    """
    for spec in specs:
        yield Case(spec.id, find_plain_payload(spec))
    yield from _iter_scenario_cases(specs, time_profile, everywhere=everywhere)
    for spec in specs:
        if edges:
            yield from (Case(spec.id, payload) for payload in _find_edge_payloads(spec))
        yield from (Case(spec.id, payload) for payload in find_fault_payloads(spec))


@cache
def find_plain_payload(spec: ModelSpec) -> Any:
    """The simplest valid payload, for two images where images are made."""
    payload = _find_simplest(valid(spec))
    if not isinstance(spec.outputs, Images):
        return payload
    return json_pointer.put(payload, json_pointer.parse(spec.outputs.count), 2)


def is_possible(scenario: str, time_profile: TimeProfile, spec: ModelSpec) -> bool:
    """Whether *scenario* can happen to a task of that model."""
    try:
        named = _find_scenarios(time_profile).find(scenario)
    except ValueError:
        return False
    return find_inapplicability(named, spec.vendor, spec) is None


def is_portable(payload: Json) -> bool:
    """Whether every client can be told of *payload* in JSON, and send it on unchanged.

    Not so for lone surrogates, for numbers that only Python tells apart, and for what is no
    object.
    """
    return type(payload) is dict and _is_portable_value(payload)


@cache
def find_fault_payloads(spec: ModelSpec) -> tuple[Any, ...]:
    """For each rule of *spec*, the simplest payload that breaks it and no other."""
    found = (
        _find_simplest(single_fault(spec, rule)) for rule in spec.all_rules if is_breakable(rule)
    )
    return tuple(payload for payload in found if payload is not MISSING)


@cache
def _find_edge_payloads(spec: ModelSpec) -> tuple[Any, ...]:
    """Valid payloads, each with one value at an edge of what its rules accept."""
    made: dict[str, Any] = {}
    for rule in spec.rules:
        for payload in _iter_edge_payloads(_build_base_payload(spec, rule), rule, spec):
            made.setdefault(json.dumps(payload, sort_keys=True), payload)
    return tuple(made.values())


def _build_base_payload(spec: ModelSpec, rule: Rule) -> Any:
    """A plain payload for which *rule* holds, whatever condition it has."""
    base = find_plain_payload(spec)
    if rule.when is None:
        return base
    switched = json_pointer.put(base, rule.when.path, rule.when.value)
    if lint(switched, spec.id).valid or not isinstance(spec.outputs, Images):
        return switched
    return json_pointer.put(switched, json_pointer.parse(spec.outputs.count), MISSING)


def _iter_edge_payloads(base: Json, rule: Rule, spec: ModelSpec) -> Iterator[Json]:
    """*base* with each of the values at the edges of *rule*, where that is valid."""
    values = valid_values(rule.constraint) if is_leaf(spec, rule.path) else ()
    if isinstance(rule.constraint, Text):
        values += AWKWARD_TEXTS
    if isinstance(rule.constraint, Items):
        values = tuple(items * 2 for _, items in json_pointer.find(base, rule.path))
    for value in filter(_is_small, values):
        for path in _find_paths(base, rule):
            payload = json_pointer.put(base, path, value)
            if is_portable(payload) and lint(payload, spec.id).valid:
                yield payload


def _iter_scenario_cases(
    specs: Sequence[ModelSpec], time_profile: TimeProfile, *, everywhere: bool
) -> Iterator[Case]:
    vendors = list(dict.fromkeys(spec.vendor for spec in specs))
    for nth, name in enumerate(time_profile.scenarios):
        places = [
            [
                spec
                for spec in specs
                if spec.vendor is vendor and is_possible(name, time_profile, spec)
            ]
            for vendor in vendors
        ]
        places = [each for each in places if each]
        if not everywhere:
            places = places[nth % len(places) :][:1] if places else []
        for candidates in places:
            spec = candidates[nth % len(candidates)]
            yield Case(spec.id, find_plain_payload(spec), name)


def _find_paths(payload: Json, rule: Rule) -> Iterable[json_pointer.Path]:
    """Where a value of *rule* may be put into *payload*, one place at most."""
    if ANY not in rule.path:
        return [rule.path]
    return [path for path, _ in json_pointer.find(payload, rule.path)[:1]]


def _is_small(value: Json) -> bool:
    return type(value) is not str or len(value) <= MAX_PAYLOAD_CHARS


def _find_simplest(strategy: ValueStrategy) -> Any:
    """The simplest value that *strategy* draws and that can be sent; MISSING if it has none."""
    held = strategy.filter(is_portable).map(UnprintedValue)
    try:
        return find(held, lambda _: True, settings=SIMPLEST_SETTINGS, random=Random(0)).value
    except (HypothesisException, ValueError):
        return MISSING


def is_breakable(rule: Rule) -> bool:
    """Whether a client can be asked to break *rule*: an error that the payload itself has.

    Payloads are objects, and the model is named apart from them.
    """
    return rule.severity is Severity.ERROR and rule.path not in ((), ("model",))


def _is_portable_value(value: Json) -> bool:
    match value:
        case dict():
            return all(
                _is_portable_value(name) and _is_portable_value(each)
                for name, each in value.items()
            )
        case list():
            return all(map(_is_portable_value, value))
        case str():
            return _is_encodable(value)
        case bool():
            return True
        case int():
            return abs(value) <= MAX_SAFE_INTEGER
        case float():
            return math.isfinite(value) and not value.is_integer()
    return value is None


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def _find_scenarios(time_profile: TimeProfile) -> Scenarios:
    return Scenarios(time_profile.scenarios)
