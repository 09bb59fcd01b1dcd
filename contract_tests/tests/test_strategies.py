"""Tests that strategies draw payloads with no finding, or with exactly the requested one."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import reference_linter
from hypothesis_profiles import examples
from representative_models import DISTINCT_ROWS, FEW_PARAMS, FORM_MODELS, FORM_PARAMS, ROW_PARAMS
from wan_contracts.generation.payloads import list_modes
from wan_contracts.generation.strategies import acceptable, single_fault, valid, wrap_payload
from wan_contracts.generation.values import invalid_values, valid_values
from wan_validators.catalog import catalog
from wan_validators.constraints.basic import (
    STRING,
    Absent,
    Anything,
    Constraint,
    Items,
    JsonType,
    KnownMembers,
    MutuallyExclusive,
    ObjectCount,
    Undocumented,
)
from wan_validators.constraints.items import PercentageSum, TypeSets, UrlOnly, VideoUrls
from wan_validators.constraints.relations import Relation
from wan_validators.finding import Finding
from wan_validators.linter import find_findings
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import ANY, MISSING
from wan_validators.spec import ModelSpec, Rule, Severity

MODELS = FORM_PARAMS
ROWS = ROW_PARAMS
REQUIRED = [
    pytest.param(spec, rule, id=f"{spec.id}:{number}:{rule.id}:{rule.pointer}")
    for spec, number, rule in DISTINCT_ROWS
    if rule.required
]
WRAPPING = [pytest.param(spec, id=spec.id) for spec in FORM_MODELS if spec.vendor.unwrap]
NOT_WRAPPING = [pytest.param(spec, id=spec.id) for spec in FORM_MODELS if not spec.vendor.unwrap]
CONTAINERS = (
    *(Items, ObjectCount, MutuallyExclusive, KnownMembers, TypeSets, UrlOnly),
    *(PercentageSum, VideoUrls, Relation),
)
LEAVES = {
    repr(rule.constraint): rule.constraint
    for spec in catalog()
    for rule in spec.all_rules
    if not isinstance(rule.constraint, CONTAINERS)
}


@pytest.mark.parametrize("spec", MODELS)
@examples(4)
@given(data=st.data())
def test_a_valid_payload_has_no_error_and_no_warning(spec: ModelSpec, data: st.DataObject) -> None:
    found = find_findings(spec, data.draw(valid(spec)))
    assert {each.severity for each in found} <= {Severity.INFO}
    assert all(each.value is MISSING for each in found)


@pytest.mark.parametrize(("spec", "rule"), ROWS)
@examples(1, ci=0.25)
@given(data=st.data())
def test_a_single_fault_is_the_only_finding_and_has_the_right_pointer(
    spec: ModelSpec, rule: Rule, data: st.DataObject
) -> None:
    payload = data.draw(single_fault(spec, rule))
    found = find_findings(spec, payload)
    assert [(each.rule, each.pointer) for each in found] == [(rule.id, found[0].pointer)]
    assert found[0].row is rule
    assert _matches(found[0].pointer, rule)
    assert _stands_at(payload, found[0])
    [expected] = reference_linter.findings(spec, payload)
    assert expected.row is rule
    assert expected.pointer == found[0].pointer
    assert expected.value is found[0].value


@pytest.mark.parametrize("spec", MODELS)
@examples(4)
@given(data=st.data())
def test_an_acceptable_payload_has_no_error(spec: ModelSpec, data: st.DataObject) -> None:
    found = find_findings(spec, data.draw(acceptable(spec)))
    assert [each.rule for each in found if each.severity is Severity.ERROR] == []


@pytest.mark.parametrize("spec", FEW_PARAMS)
def test_the_smallest_valid_payload_is_minimal(spec: ModelSpec) -> None:
    # Without the phase that explains a failure, which takes fifty times as long.
    phases = [Phase.generate, Phase.shrink]
    only = settings(database=None, phases=phases)
    smallest = find(valid(spec), lambda payload: True, settings=only)
    for path in _given(spec, smallest):
        for place, value in json_pointer.find(smallest, path):
            if isinstance(place[-1], str) and value is not MISSING:
                found = find_findings(spec, json_pointer.put(smallest, place, MISSING))
                assert [each for each in found if each.severity is not Severity.INFO], place


@pytest.mark.parametrize("spec", MODELS)
def test_every_mode_is_drawn(spec: ModelSpec) -> None:
    paths = list(list_modes(spec)[0])
    drawn = [[json_pointer.value(payload, path) for path in paths] for payload in _sample(spec)]
    modes = list_modes(spec, notices=False)
    assert {*map(repr, drawn)} == {repr(list(mode.values())) for mode in modes}


@pytest.mark.parametrize("spec", MODELS)
def test_each_optional_member_is_often_absent(spec: ModelSpec) -> None:
    mandatory = {rule.path for rule in spec.rules if rule.is_mandatory}
    places = {rule.path for rule in spec.rules if rule.path} - _undocumented(spec) - mandatory
    for path in (path for path in places if {*path}.isdisjoint({ANY, 0})):
        absent = [json_pointer.value(each, path) is MISSING for each in _sample(spec)]
        # A member that only one mode allows is rarer.
        assert 0.15 < sum(absent) / len(absent) < 1, path


@pytest.mark.parametrize("spec", MODELS)
def test_valid_payloads_have_texts_and_urls_that_clients_may_change(spec: ModelSpec) -> None:
    texts = "\n".join(json.dumps(payload) for payload in _sample(spec))
    ids = {rule.id for rule in spec.rules}
    of_urls = ["&Signature="] if ids & {"image-source", "audio-source"} else []
    of_urls += [".PNG"] if "image-source" in ids else []
    signs = (r"\r\n", r"\u201c", r"e\u0301", r"\ud83c", r"\u00a0", *of_urls)
    for sign in (*signs, r"\n" + '"'):
        assert sign in texts, sign


@pytest.mark.parametrize("spec", MODELS)
def test_every_member_is_present_sometimes_and_every_optional_one_absent(spec: ModelSpec) -> None:
    places = {rule.path for rule in spec.rules if rule.path} - _undocumented(spec)
    required = {rule.path for rule in spec.rules if rule.is_mandatory}
    optional = {path for path in places - required if {*path}.isdisjoint({ANY, 0})}
    filled = [_given(spec, payload) for payload in _sample(spec)]
    assert set().union(*filled) == places
    assert set().union(*(places - each for each in filled)) >= optional


def _undocumented(spec: ModelSpec) -> set[json_pointer.Path]:
    return {rule.path for rule in spec.rules if isinstance(rule.constraint, Undocumented)}


@pytest.mark.parametrize("spec", MODELS)
def test_null_is_drawn_exactly_where_it_is_allowed(spec: ModelSpec) -> None:
    places = {rule.path for rule in spec.rules}
    nullable = {rule.path for rule in spec.rules if rule.nullable}
    nulls = {
        path
        for payload in _sample(spec)
        for path in places
        if json_pointer.value(payload, path) is None
    }
    assert nulls == nullable


@pytest.mark.parametrize(("spec", "rule"), REQUIRED)
def test_a_required_member_is_omitted_sometimes(spec: ModelSpec, rule: Rule) -> None:
    found = [find_findings(spec, payload)[0] for payload in _drawn(single_fault(spec, rule), 15)]
    assert any(each.value is MISSING for each in found)


@pytest.mark.parametrize("check", LEAVES.values(), ids=LEAVES)
def test_valid_values_satisfy_and_invalid_values_only_apply(check: Constraint) -> None:
    accepted = [check.view.extract(value) for value in valid_values(check)]
    assert all(check.applies_to(seen) and check.is_satisfied(seen) for seen in accepted)
    assert accepted or isinstance(check, Absent)
    refused = [check.view.extract(value) for value in invalid_values(check, "a")]
    applies = not isinstance(check, Undocumented)
    assert all(check.applies_to(seen) is applies for seen in refused)
    assert not any(check.is_satisfied(seen) for seen in refused)
    assert refused or isinstance(check, JsonType | Anything)


@pytest.mark.parametrize("spec", WRAPPING)
@given(data=st.data())
def test_a_wrapped_payload_is_unwrapped_to_itself(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw(valid(spec))
    assert spec.vendor.unwrap is not None
    assert spec.vendor.unwrap(payload) is None
    inner = spec.vendor.unwrap(wrap_payload(spec, payload))
    assert inner is not None
    assert inner.payload == payload


@pytest.mark.parametrize("spec", NOT_WRAPPING)
def test_wrap_payload_raises_if_the_vendor_has_no_wrapper(spec: ModelSpec) -> None:
    with pytest.raises(ValueError, match=f"{spec.vendor.title} does not accept"):
        wrap_payload(spec, {"prompt": "a"})


def test_a_row_that_cannot_be_broken_alone_is_named() -> None:
    spec = catalog()[0]
    again = Rule("prompt-again", "/prompt", STRING)
    doubled = replace(spec, rules=(*spec.rules, again))
    with pytest.raises(ValueError, match="every value that breaks prompt-again at '/prompt'"):
        find(single_fault(doubled, again), lambda payload: True)


def test_a_row_that_never_applies_is_named() -> None:
    stranger = Rule("stranger", "/stranger", STRING)
    with pytest.raises(ValueError, match="no mode in which stranger at '/stranger' can break"):
        single_fault(catalog()[0], stranger)


def _matches(found: str, rule: Rule) -> bool:
    """Returns True if *rule* has the pointer *found*, or it is that of an unknown member."""
    wanted = [*rule.path, ANY] if isinstance(rule.constraint, KnownMembers) else rule.path
    parts = found.split("/")[1:]
    return len(parts) == len(wanted) and all(
        want in (ANY, part) or str(want) == part for part, want in zip(parts, wanted, strict=True)
    )


def _stands_at(payload: Any, finding: Finding) -> bool:
    """Returns True if the pointer of *finding* resolves, or its parent does for a missing value."""
    for part in finding.pointer.split("/")[1:]:
        if isinstance(payload, list):
            payload = payload[int(part)]
        else:
            payload = payload.get(part.replace("~1", "/").replace("~0", "~"), MISSING)
    return payload is finding.value


def _sample(spec: ModelSpec) -> list[Any]:
    return _drawn(valid(spec), 200)


@cache
def _drawn(payloads: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Draws this many payloads, the same in every run."""
    drawn: list[Any] = []

    @settings(max_examples=count, derandomize=True, database=None, deadline=None)
    @given(payloads)
    def run(payload: Any) -> None:
        drawn.append(payload)

    run()
    return drawn


def _given(spec: ModelSpec, payload: Any) -> set[json_pointer.Path]:
    """Returns the paths of *spec*, except the root, that are present in *payload*."""
    paths = {rule.path for rule in spec.rules if rule.path}
    return {
        path
        for path in paths
        if any(value is not MISSING for _, value in json_pointer.find(payload, path))
    }
