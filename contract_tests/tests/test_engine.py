"""The compiled engine against the reference linter, and laws of linting whatever the input is.

Single faults are compared in ``test_strategies.py``, where they are drawn.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

import reference_linter
from hypothesis_profiles import examples
from mutated_payloads import arbitrary, battered
from representative_models import FORM_MODELS, FORM_PARAMS
from wan_contracts.generation.strategies import valid, wrap_payload
from wan_validators import lint
from wan_validators.finding import Finding
from wan_validators.linter import find_findings
from wan_validators.spec import ModelSpec, Severity

MODELS = FORM_PARAMS
WRAPPING = [pytest.param(spec, id=spec.id) for spec in FORM_MODELS if spec.vendor.unwrap]
ALL = 10**9
"""More findings than a payload here has."""


@pytest.mark.parametrize("spec", MODELS)
@examples(10, ci=3)
@given(data=st.data())
def test_both_find_only_infos_in_valid_payloads(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw(valid(spec))
    found = find_findings(spec, payload, ALL)
    _same(reference_linter.findings(spec, payload), found)
    assert {each.severity for each in found} <= {Severity.INFO}


@pytest.mark.parametrize("spec", MODELS)
@examples(40, ci=5)
@given(data=st.data())
def test_both_find_the_same_in_battered_payloads(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw(battered(spec))
    assume(not _is_wrapper(spec, payload))
    _same(reference_linter.findings(spec, payload), find_findings(spec, payload, ALL))


@pytest.mark.parametrize("spec", MODELS)
@examples(20, ci=3)
@given(data=st.data())
def test_both_find_the_same_in_any_json(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw(arbitrary(spec))
    assume(not _is_wrapper(spec, payload))
    _same(reference_linter.findings(spec, payload), find_findings(spec, payload, ALL))


@pytest.mark.parametrize("spec", WRAPPING)
@examples(20, ci=5)
@given(data=st.data())
def test_the_same_is_found_in_a_wrapper_with_pointers_through_it(
    spec: ModelSpec, data: st.DataObject
) -> None:
    payload = data.draw((valid(spec) | battered(spec)).filter(lambda p: type(p) is dict))
    outside = ("", "/model")
    placed = [
        each if each.pointer in outside else each._replace(pointer="/input/0/params" + each.pointer)
        for each in reference_linter.findings(spec, payload)
    ]
    _same(placed, find_findings(spec, wrap_payload(spec, payload)))


@pytest.mark.parametrize("spec", MODELS)
@examples(10, ci=3)
@given(data=st.data())
def test_the_payload_is_not_modified(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw(valid(spec) | battered(spec))
    before = deepcopy(payload)
    [each.as_dict() for each in lint(payload, spec.qualified_name).findings]
    assert repr(payload) == repr(before)


@pytest.mark.parametrize("spec", MODELS)
@examples(10, ci=3)
@given(data=st.data())
def test_text_and_its_value_have_the_same_findings(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw((valid(spec) | battered(spec)).filter(lambda p: type(p) is not str))
    text = _as_text(payload)
    of_text, of_value = (
        lint(text, spec.qualified_name).findings,
        lint(payload, spec.qualified_name).findings,
    )
    assert [_told(each) for each in of_text] == [_told(each) for each in of_value]
    assert all(each.line and each.column for each in of_text)


@pytest.mark.parametrize("spec", MODELS)
@examples(10, ci=3)
@given(data=st.data())
def test_every_finding_can_be_written_as_json(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw(battered(spec) | arbitrary(spec))
    for each in find_findings(spec, payload, ALL):
        told = json.loads(json.dumps(each.as_dict()))
        assert told["message"]
        assert told["rule"] == each.row.id


def _same(expected: Sequence[Finding], found: Sequence[Finding]) -> None:
    """Both have the same rows at the same places with the same values, in whatever order."""
    wanted, given = sorted(expected, key=_order), sorted(found, key=_order)
    assert [_told(each) for each in given] == [_told(each) for each in wanted]
    for one, other in zip(wanted, given, strict=True):
        assert one.row is other.row
        assert one.value is other.value


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.pointer, finding.row.id, repr(finding.row.when)


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.pointer, finding.row.id, finding.row.pointer


def _is_wrapper(spec: ModelSpec, payload: Any) -> bool:
    unwrap = spec.vendor.unwrap
    return unwrap is not None and type(payload) is dict and unwrap(payload) is not None


def _as_text(payload: Any) -> str:
    try:
        return json.dumps(payload, allow_nan=False)
    except ValueError:  # NaN and infinities
        reject()
