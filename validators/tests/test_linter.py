"""The front door: which model is meant, what a report says, and how the engine behaves."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from wan_validators import Severity, UnknownModel, engine, lint, model

URL = "https://example.com/in.png"


def chat(**parameters: Any) -> dict[str, Any]:
    message = {"role": "user", "content": [{"text": "make it night"}, {"image": URL}]}
    return {"model": "wan26_i2i", "input": {"messages": [message]}, "parameters": parameters}


def rules(payload: Any, name: str | None = None) -> list[str]:
    return [finding.rule for finding in lint(payload, name).findings]


def test_the_model_is_found_in_the_payload_or_named_by_name_or_path() -> None:
    assert lint(chat()).model == "wan26_i2i"
    assert lint({}, "wan2.5-i2i-preview").model == "wan2.5-i2i-preview"
    path = "/vendors/alibaba/v1/wan2.2-i2v-plus/generation"
    assert lint({}, path).model == "wan2.2-i2v-plus"


def test_the_model_that_is_named_decides() -> None:
    assert "model-value" in rules(chat(), "wan25_i2i_preview_intl")


def test_a_model_that_is_named_and_is_none_raises() -> None:
    with pytest.raises(UnknownModel, match="did you mean wan26_i2i"):
        lint({}, "wan26-i2i")


@pytest.mark.parametrize("name", ["wan26-i2i", None, 5, ["wan26_i2i"], {}, ""])
def test_a_payload_whose_model_is_none_is_a_finding(name: Any) -> None:
    report = lint({"model": name})

    assert (report.model, report.valid) == (None, False)
    assert [(found.rule, found.pointer) for found in report.findings] == [("model-known", "/model")]


def test_a_model_that_only_a_vendor_knows_is_named_with_it() -> None:
    (found,) = lint({"model": "wan2.2-t2i-flash", "input": {"prompt": "a"}}).findings

    assert "Alibaba Model Studio has the model wan2.2-t2i-flash, but" in found.message


def test_a_payload_without_a_model_gets_the_known_models() -> None:
    (found,) = lint({"prompt": "a"}).findings

    assert "no model was given; known models: wan2.2-i2v-plus" in found.message


@pytest.mark.parametrize("payload", [None, [], 5, True, [chat()]])
def test_a_payload_that_is_no_object_is_one_finding(payload: Any) -> None:
    assert rules(payload) == ["payload-type"]
    assert rules(payload, "wan26_i2i") == ["payload-type"]


def test_a_report_counts_errors_and_warnings_apart() -> None:
    report = lint(chat(n=9, sed=1))

    assert [finding.rule for finding in report.errors] == ["n-range"]
    assert [finding.rule for finding in report.warnings] == ["unknown-member"]
    assert not report.valid
    assert repr(report) == (
        "Report(model='wan26_i2i', valid=False, findings=['n-range', 'unknown-member'])"
    )


def test_reports_are_equal_if_they_say_the_same_of_equal_payloads() -> None:
    assert lint(chat(n=9)) == lint(chat(n=9))
    assert lint(chat(n=9)) != lint(chat(n=8))
    assert lint(chat(n=9)) != lint(json.dumps(chat(n=9)))  # has lines and columns
    assert lint(chat(n=9)) != lint(chat(n=9), max_findings=0)
    assert lint(chat()) == lint(json.dumps(chat()))
    assert lint(chat()) != "valid"


def test_warnings_leave_a_payload_valid() -> None:
    report = lint(chat(sed=1))

    assert report.valid
    assert [finding.severity for finding in report.findings] == [Severity.WARNING]


def test_wrong_sizes_are_reported_every_time_however_many_there_are() -> None:
    """The engine remembers good sizes, short ones and up to a number of them."""
    sizes = [f"{width}x720" for width in range(300)] + ["9" * 32 + "*1"]

    for _ in range(2):
        found = [rules(chat(size=size)) for size in sizes]
        assert found == [["size-format"]] * 300 + [["size-pixels", "size-ratio"]]
        assert rules(chat(size="1280*720")) == []


def test_the_fast_engine_counts_the_members_of_a_payload_without_findings() -> None:
    check = engine.compile_spec(model("wan26_i2i"))

    assert [check(chat()), check(chat(n=1, size="1280*720"))] == [8, 10]
    assert [each.rule for each in check(chat(n=9))] == ["n-range"]  # type: ignore[union-attr]


def test_the_engine_can_be_read() -> None:
    tree = ast.parse(engine.build_source(model("wan26_i2i")))

    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [name for name in names if not name[-1].isdecimal()] == ["find_fast", "find_all"]


def test_each_fault_in_the_content_of_a_message_is_reported_with_its_index() -> None:
    payload = chat()
    payload["input"]["messages"][0]["content"] = [{"image": URL}, {"text": ""}, {"image": "x.png"}]

    found = lint(payload).findings

    assert [(each.rule, each.pointer) for each in found] == [
        ("prompt-length", "/input/messages/0/content/1/text"),
        ("image-source", "/input/messages/0/content/2/image"),
    ]


def test_a_finding_shows_its_rule_its_place_and_its_value() -> None:
    """Not the payload, which may have megabytes."""
    [finding] = lint({"prompt": "a", "images": [URL], "n": 9}, "wan2.5-i2i-preview").findings

    assert repr(finding) == f"Finding({finding.row!r}, '/n', 9)"
