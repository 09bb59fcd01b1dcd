"""Explained rules: two payloads that show each, why it exists, and what a mistake costs."""

from __future__ import annotations

import json

import pytest

from representative_models import ROWS_BY_MODEL
from wan_validators import lint
from wan_validators.catalog import catalog, model
from wan_validators.error_codes import TEXTS
from wan_validators.examples.payloads import build_example, build_valid_payload
from wan_validators.examples.texts import GENERAL_RULES, NOW, build_text_example
from wan_validators.explanation import (
    explain,
    explain_general,
    explain_lifecycle_code,
    list_rule_names,
)
from wan_validators.spec import ModelSpec

SPECS = pytest.mark.parametrize("spec", catalog(), ids=lambda spec: spec.id)
ROWS = pytest.mark.parametrize("spec", ROWS_BY_MODEL, ids=lambda spec: spec.id)


def find_ids(spec: ModelSpec, payload: object) -> list[str]:
    return [finding.rule for finding in lint(payload, spec.id).findings]


@SPECS
def test_a_model_has_an_example_without_findings(spec: ModelSpec) -> None:
    assert find_ids(spec, build_valid_payload(spec)) == []


@ROWS
def test_each_rule_has_a_payload_that_breaks_only_it_and_one_that_keeps_all(
    spec: ModelSpec,
) -> None:
    for rule in ROWS_BY_MODEL[spec]:
        example = build_example(spec, rule)
        # A part is one of the two.
        also = {"text-count"} if rule.id == "content-part-type" else set()

        assert find_ids(spec, example.passing) == [], rule
        assert {*find_ids(spec, example.failing)} - also == {rule.id}, rule


@ROWS
def test_each_rule_is_explained(spec: ModelSpec) -> None:
    for rule in {rule.id for rule in ROWS_BY_MODEL[spec]}:
        [explained] = explain(rule, [spec])
        facts = explained.as_dict()

        assert facts["rule"] == rule
        assert facts["why"].endswith("."), rule
        assert facts["allowed"], rule
        assert facts["message"], rule
        assert facts["cost"].endswith("."), rule
        assert len(json.dumps(facts)) < 5000, rule


def test_every_code_is_explained() -> None:
    for code in TEXTS:
        assert code in list_rule_names()
        assert list(explain(code, catalog())) or explain_lifecycle_code(code)


FAILS = "A task that fails has no result."
UNKNOWN = "Whether it is billed is not documented."
SUCCESSES = "The page says that only images that were generated successfully are billed."
DEARER = "Up to 0.09 USD for the payload below that breaks it"
RUNS = "The documents do not forbid it, so the task runs and is billed"


@pytest.mark.parametrize(
    ("name", "rule", "cost"),
    [
        ("wan26_i2i", "n-range", f"{FAILS} {SUCCESSES}"),
        ("wan2.5-i2v-preview", "duration-choice", f"A refused request has no result. {UNKNOWN}"),
        ("wan25_i2i_preview_intl", "size-format", f"{FAILS} {UNKNOWN}"),
        (
            "wan2.5-i2i-preview",
            "n-default",
            f"{DEARER}: 4 images: 0.12 USD instead of 1 image: 0.03 USD.",
        ),
        ("wan26_i2i", "prompt-extend-mode", "Nothing: the member has no effect."),
        ("wan26_i2i", "unknown-member", f"{RUNS}, and its result may be useless."),
    ],
)
def test_the_cost_of_a_mistake_is_what_is_documented(name: str, rule: str, cost: str) -> None:
    [explained] = explain(rule, [model(name)])
    assert explained.consequence == cost


@pytest.mark.parametrize("name", GENERAL_RULES)
def test_rules_without_a_table_are_explained(name: str) -> None:
    failing, passing, chosen = build_text_example(name)
    facts = explain_general(name)

    assert [finding.rule for finding in lint(failing, chosen, now=NOW).findings][:1] == [name]
    assert lint(passing, chosen, now=NOW).findings == []
    assert facts is not None
    assert facts["message"]
    assert len(json.dumps(facts)) < 2000
    assert name in list_rule_names()


def test_a_rule_of_a_table_is_not_general() -> None:
    assert explain_general("n-range") is None
