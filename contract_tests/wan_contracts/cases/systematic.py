"""Builds the systematic cases of each run: every rule and every scenario once, in fixed order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final

from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.simulator.applicability import find_inapplicability
from wan_validators import lint
from wan_validators.catalog import find_representatives
from wan_validators.constraints.basic import Between, Items, Json, ObjectCount, OneOf
from wan_validators.outputs import Images
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import ModelSpec, Rule, Severity

from ..generation.payloads import is_leaf
from ..generation.strategies import single_fault, valid
from ..generation.values import valid_values
from .case import Case
from .simplest_values import find_simplest_values, is_portable
from .time_profiles import TimeProfile
from .varied_payloads import build_varied_payload

__all__ = [
    "find_fault_payloads",
    "find_plain_payload",
    "find_supported_case",
    "is_breakable",
    "is_possible",
    "iter_systematic_cases",
]

MAX_PAYLOAD_CHARS: Final = 100_000
"""Maximum characters of a payload, so that many calls with it stay fast."""

LONG_FAULTS: Final = ("poll-500:3", "poll-reset-midway:3", "poll-html-page:3")
"""Polls that go wrong three times in a row: some clients give a task up at the third."""


def iter_systematic_cases(
    specs: Sequence[ModelSpec],
    time_profile: TimeProfile,
    *,
    everywhere: bool,
    edges: bool,
    combinations: Sequence[str] = (),
) -> Iterator[Case]:
    """Yields usual calls, then all scenarios, then values at limits, then broken rules.

    The usual payloads of a model are a plain one, one with every member, and one with no
    optional member. With *everywhere*, each scenario is used once for each vendor, otherwise
    once. The models that support a scenario take turns. With *edges*, all values at the limits
    of each rule are sent, otherwise only choices, zeros and repeated items. *combinations*
    are used like scenarios; each names several, or one with a count.

    Scenarios and values at limits are for one model of each shape. The others have only usual
    payloads and broken rules.
    """
    representatives = find_representatives(specs)
    for spec in specs:
        yield from (Case(spec.id, payload) for payload in _find_usual_payloads(spec))
    names = [*time_profile.scenarios, *filter(time_profile.uses, LONG_FAULTS), *combinations]
    yield from _iter_scenario_cases(representatives, time_profile, names, everywhere=everywhere)
    for spec in specs:
        valid_payloads = (
            _find_edge_payloads(spec, brief=not edges) if spec in representatives else ()
        )
        for payload in (*valid_payloads, *find_fault_payloads(spec)):
            yield Case(spec.id, payload)


def _find_usual_payloads(spec: ModelSpec) -> list[Any]:
    plain = find_plain_payload(spec)
    payloads = (plain, build_varied_payload(spec, plain), _find_shortest_payload(spec))
    return list({json.dumps(payload, sort_keys=True): payload for payload in payloads}.values())


@cache
def find_plain_payload(spec: ModelSpec) -> Any:
    """Returns the simplest valid payload; it requests two images if the model makes images."""
    payload = _find_shortest_payload(spec)
    if not isinstance(spec.outputs, Images):
        return payload
    return json_pointer.put(payload, json_pointer.parse(spec.outputs.count), 2)


@cache
def _find_shortest_payload(spec: ModelSpec) -> Any:
    """Returns the simplest valid payload, which has no optional member."""
    return find_simplest_values([valid(spec)])[0]


def is_possible(scenario: str, time_profile: TimeProfile, spec: ModelSpec) -> bool:
    """Returns True if *scenario* applies to the model *spec*."""
    try:
        selected = _build_registry(time_profile).find(scenario)
    except ValueError:
        return False
    return find_inapplicability(selected, spec.vendor, spec) is None


def find_supported_case(
    case: Case, specs: Iterable[ModelSpec], declined: Collection[str], time_profile: TimeProfile
) -> Case | None:
    """Returns *case* if the client did not decline its model, or its scenario with another one.

    *declined* are the models that the client does not support. The other model is of the same
    vendor. Returns None if there is none.
    """
    if case.model_id not in declined:
        return case
    left = [
        spec
        for spec in specs
        if case.scenario != "ok"
        and spec.id not in declined
        and spec.vendor is case.spec.vendor
        and is_possible(case.scenario, time_profile, spec)
    ]
    return _build_scenario_case(left, case.scenario, time_profile) if left else None


@cache
def find_fault_payloads(spec: ModelSpec) -> tuple[Any, ...]:
    """Returns, for each rule of *spec*, the simplest payload that breaks only this rule."""
    found = find_simplest_values(
        [single_fault(spec, rule) for rule in spec.all_rules if is_breakable(rule)]
    )
    return tuple(payload for payload in found if payload is not MISSING)


@cache
def _find_edge_payloads(spec: ModelSpec, *, brief: bool) -> tuple[Any, ...]:
    """Returns valid payloads, each with one value at a limit of its rules.

    If *brief*, only with the values that find the most mistakes: choices, zeros, and repeated
    items.
    """
    made: dict[str, Any] = {}
    for rule in spec.rules:
        base = _build_base_payload(spec, rule)
        values = _list_brief_values(base, rule) if brief else _list_edge_values(base, rule, spec)
        for payload in _iter_edge_payloads(base, values, rule, spec):
            made.setdefault(json.dumps(payload, sort_keys=True), payload)
    return tuple(made.values())


def _build_base_payload(spec: ModelSpec, rule: Rule) -> Any:
    """Returns a plain payload that meets the condition of *rule*."""
    base = find_plain_payload(spec)
    if rule.when is None:
        return base
    switched = json_pointer.put(base, rule.when.path, rule.when.value)
    if lint(switched, spec.qualified_name).valid or not isinstance(spec.outputs, Images):
        return switched
    return json_pointer.put(switched, json_pointer.parse(spec.outputs.count), MISSING)


def _list_edge_values(base: Json, rule: Rule, spec: ModelSpec) -> Iterable[Json]:
    """Returns the values at the limits of *rule*, and repeated items for an array."""
    values = valid_values(rule.constraint) if is_leaf(spec, rule.path) else ()
    return filter(_is_small, _repeat_items(base, rule) or values)


def _list_brief_values(base: Json, rule: Rule) -> Iterable[Json]:
    """Returns only choices, zeros and repeated items, which find the most mistakes."""
    if isinstance(rule.constraint, OneOf):
        return rule.constraint.values
    if isinstance(rule.constraint, Between) and rule.constraint.low == 0:
        return (0,)
    return _repeat_items(base, rule)


def _repeat_items(base: Json, rule: Rule) -> Sequence[Json]:
    if not isinstance(rule.constraint, Items | ObjectCount):
        return ()
    found = [items for _, items in json_pointer.find(base, rule.path)]
    return [[*items, items[-1]] for items in found if type(items) is list and items]


def _iter_edge_payloads(
    base: Json, values: Iterable[Json], rule: Rule, spec: ModelSpec
) -> Iterator[Json]:
    """Yields *base* with each of *values* at the path of *rule*, if the payload is valid."""
    for value in values:
        for path in _find_paths(base, rule):
            payload = json_pointer.put(base, path, value)
            if is_portable(payload) and lint(payload, spec.qualified_name).valid:
                yield payload


def _iter_scenario_cases(
    specs: Sequence[ModelSpec],
    time_profile: TimeProfile,
    names: Iterable[str],
    *,
    everywhere: bool,
) -> Iterator[Case]:
    vendors = list(dict.fromkeys(spec.vendor for spec in specs))
    for nth, name in enumerate(names):
        possible = [spec for spec in specs if is_possible(name, time_profile, spec)]
        groups = [[spec for spec in possible if spec.vendor is vendor] for vendor in vendors]
        groups = [each for each in groups if each]
        if groups and not everywhere:
            groups = [groups[nth % len(groups)]]
        for candidates in groups:
            yield _build_scenario_case(candidates, name, time_profile, nth)


def _build_scenario_case(
    candidates: Sequence[ModelSpec], name: str, time_profile: TimeProfile, nth: int = 0
) -> Case:
    """Returns the case of one of *candidates*: the *nth* one that can show the scenario *name*.

    The order of results shows only where a task has several.
    """
    scenario = _build_registry(time_profile).find(name)
    is_about_order = scenario.poll.split_output or scenario.download.unsorted_names
    several = [spec for spec in candidates if is_about_order and isinstance(spec.outputs, Images)]
    chosen = several or candidates
    spec = chosen[nth % len(chosen)]
    return Case(spec.id, find_plain_payload(spec), name)


def _find_paths(payload: Json, rule: Rule) -> Iterable[json_pointer.Path]:
    """Returns the path at which a value of *rule* can be put into *payload*, if there is one."""
    if ANY not in rule.path:
        return [rule.path]
    return [path for path, _ in json_pointer.find(payload, rule.path)[:1]]


def _is_small(value: Json) -> bool:
    return type(value) is not str or len(value) <= MAX_PAYLOAD_CHARS


def is_breakable(rule: Rule) -> bool:
    """Returns True if a case can break *rule*: the rule is an error inside the payload.

    Cases have objects as payloads and name the model separately, so neither can be wrong.
    """
    return rule.severity is Severity.ERROR and rule.path not in ((), ("model",))


@cache
def _build_registry(time_profile: TimeProfile) -> Scenarios:
    return Scenarios(time_profile.every_scenario)
