"""A drawn payload matches its model's JSON Schema if and only if the linter accepts it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mutated_payloads import battered
from representative_models import FORM_PARAMS
from wan_contracts.generation.strategies import acceptable
from wan_validators import lint
from wan_validators.constraints.media import MediaConstraint
from wan_validators.constraints.size import Pixels, Ratio
from wan_validators.json_schema import build_document
from wan_validators.spec import ModelSpec

INEXPRESSIBLE = (MediaConstraint, Pixels, Ratio)
"""The constraints that have no keywords in JSON Schema."""


@pytest.mark.parametrize("spec", FORM_PARAMS)
@given(data=st.data())
def test_schema_and_linter_agree(spec: ModelSpec, data: st.DataObject) -> None:
    payload = data.draw(acceptable(spec) | battered(spec))
    report = lint(payload, spec.qualified_name)
    rules = {rule.id: rule for rule in spec.all_rules}
    expressed = [
        finding
        for finding in report.errors
        if finding.rule not in rules
        or not isinstance(rules[finding.rule].constraint, INEXPRESSIBLE)
    ]
    if _has_whole_float(payload):
        return  # JSON Schema counts 3.0 as an integer, the linter does not

    accepted = _validator(spec).is_valid(payload)

    if report.valid:
        assert accepted
    if expressed:
        assert not accepted


@cache
def _validator(spec: ModelSpec) -> Draft202012Validator:
    return Draft202012Validator(build_document(spec, "2020-12"))


def _has_whole_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_whole_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_whole_float, value))
    return type(value) is float and value.is_integer()
