"""Which model is meant: envelopes, wrappers that name two, and models without a member."""

from __future__ import annotations

from typing import Any

import pytest

from wan_validators import lint
from wan_validators.catalog import find_nearest_model, find_page, model
from wan_validators.linter import find_findings

URL = "https://example.com/a.jpg"
EDIT = {"prompt": "a", "images": [URL], "n": 1}
VTRIX = {"input": {"prompt": "a", "images": [URL]}, "parameters": {"n": 1}}
NAME = "wan25_i2i_preview_intl"


def told(payload: Any, name: str | None = None) -> list[tuple[str, str, str]]:
    return [(str(each.severity), each.rule, each.pointer) for each in lint(payload, name).findings]


def test_an_envelope_is_read_as_its_payload() -> None:
    envelope = {"model": "wan2.5-i2i-preview", "payload": EDIT}
    assert told(envelope) == []
    assert told(envelope, "wan2.5-i2i-preview") == []
    assert told(envelope | {"id": 7, "want": "nothing"}) == []
    assert lint(envelope).model == "wan2.5-i2i-preview"


def test_pointers_and_hints_lead_through_an_envelope() -> None:
    envelope = {"model": "wan2.5-i2i-preview", "payload": EDIT | {"sead": 1}}
    [found] = lint(envelope).findings
    assert found.pointer == "/payload/sead"
    assert [(each.pointer, each.source) for each in found.changes] == [
        ("/payload/seed", "/payload/sead")
    ]


def test_an_envelope_may_hold_a_wrapper() -> None:
    params = {"model": NAME, **VTRIX, "sead": 1}
    envelope = {"model": NAME, "payload": {"input": [{"params": params, "x": 1}]}}
    assert told(envelope) == [
        ("warning", "unknown-member", "/payload/input/0/params/sead"),
        ("warning", "unknown-member", "/payload/input/0/x"),
    ]


def test_a_payload_beside_parameters_is_no_envelope() -> None:
    rules = told({"prompt": "a", "images": [URL], "n": 1, "payload": EDIT}, "wan2.5-i2i-preview")
    assert rules == [("warning", "unknown-member", "/payload")]


@pytest.mark.parametrize("payload", [VTRIX, {"input": [{"params": VTRIX}]}])
def test_a_named_model_that_the_payload_does_not_name_is_a_warning(payload: Any) -> None:
    report = lint(payload, NAME)
    assert report.valid
    assert [each.rule for each in report.warnings] == ["model-value"]
    assert "header" in report.warnings[0].message


def test_a_payload_that_is_sent_without_any_model_is_an_error() -> None:
    [found] = find_findings(model(NAME), VTRIX)
    assert (str(found.severity), found.rule, found.pointer) == ("error", "model-value", "/model")


def test_a_wrapper_with_two_models_is_a_finding() -> None:
    def wrap(inner: str, outer: str) -> dict[str, Any]:
        return {"model": outer, "input": [{"params": {"model": inner, **VTRIX}}]}

    assert told(wrap(NAME, NAME)) == []
    assert told(wrap("wan26_i2i", NAME)) == [("warning", "model-conflict", "/input/0/params/model")]


def test_a_model_within_a_wrapper_is_found() -> None:
    wrapper = {"input": [{"params": {"model": NAME, **VTRIX}}]}
    assert lint(wrapper).model == NAME
    assert told(wrapper) == []


def test_a_payload_without_a_model_is_told_of_the_option() -> None:
    [found] = lint(EDIT).findings
    assert "--model" in found.message


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("WAN26-I2I", "wan26_i2i"),
        ("alibaba/wan2.6-i2i", "wan26_i2i"),
        ("wan26", "wan26_i2i"),
        ("zebra", None),
        ("", None),
    ],
)
def test_the_nearest_model_is_found(name: str, nearest: str | None) -> None:
    found = find_nearest_model(name)
    assert (found and found.id) == nearest


def test_a_page_is_found_by_its_short_name() -> None:
    pages = [find_page(name) for name in ("S0", "s1", "S2", "S3", "S4", "S5")]
    assert [page and page.id for page in pages] == [
        "wan2.5-i2i-preview",
        "wan2.5-i2v-preview",
        "wan25_i2i_preview_intl",
        "wan2.2-i2v-plus",
        "wan26_i2i",
        None,
    ]
