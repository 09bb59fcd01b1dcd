"""The limit of the findings in one payload: what is listed, and what is counted."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from wan_validators import Severity, lint, model
from wan_validators.finding import Report
from wan_validators.finding_limit import DEFAULT_MAX_FINDINGS
from wan_validators.linter import find_findings
from wan_validators.reporters import LintResult, Summary
from wan_validators.reporters.factory import FORMATS, create_reporter
from wan_validators.selection import Selection
from wan_validators.source.files import Record

URL = "https://example.com/in.png"
MANY = 5000


def edit(content: list[Any], **parameters: Any) -> dict[str, Any]:
    message = {"role": "user", "content": content}
    return {"model": "wan26_i2i", "input": {"messages": [message]}, "parameters": parameters}


def strays(count: int) -> dict[str, int]:
    return {f"stray{number}": number for number in range(count)}


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


VALID = edit([{"text": "make it night"}, {"image": URL}])


def test_the_rest_of_the_unknown_members_is_counted_exactly() -> None:
    report = lint(VALID | {"parameters": strays(MANY)})

    assert [finding.pointer for finding in report.findings] == [
        f"/parameters/stray{number}" for number in range(DEFAULT_MAX_FINDINGS)
    ]
    assert (report.valid, report.omitted.total) == (True, MANY - DEFAULT_MAX_FINDINGS)
    assert str(report.omitted) == "4,900 more findings"
    assert repr(report).endswith(", omitted='4,900 more findings')")


def test_an_error_behind_many_warnings_is_listed() -> None:
    content = [*VALID["input"]["messages"][0]["content"], *[{"image": URL, "x": 1}] * MANY, 5]
    found = lint(edit(content, n=9)).findings

    assert f"/input/messages/0/content/{MANY + 2}" in {finding.pointer for finding in found}
    assert {"n-range", "unknown-member"} <= {finding.rule for finding in found}
    assert len(found) == DEFAULT_MAX_FINDINGS


def test_each_broken_rule_is_listed_before_one_is_listed_twice() -> None:
    payload = edit([{"text": ""}, {"image": "x.png"}] * MANY, n=9, seed=-1, size="1x1")
    everything = lint(payload, max_findings=10**9)

    for limit in (len(rules(everything)), DEFAULT_MAX_FINDINGS):
        report = lint(payload, max_findings=limit)
        assert rules(report) == rules(everything)
        assert len(report.findings) == limit
        rest = iter(everything.findings)
        assert all(each in rest for each in report.findings), "they are in another order"


def test_items_after_many_errors_are_not_counted() -> None:
    report = lint(edit([1] * 1_000_000, n=9))

    assert len(report.findings) == DEFAULT_MAX_FINDINGS
    assert "n-range" in rules(report)
    assert not report.omitted.is_exact
    assert str(report.omitted).startswith("at least 1,")


@pytest.mark.parametrize("limit", [0, 1, 99, 101])
def test_the_limit_can_be_given(limit: int) -> None:
    payload = edit([{"text": ""}] * 200)
    report = lint(json.dumps(payload), max_findings=limit)

    assert len(report.findings) == limit
    assert not report.valid
    assert report.omitted.total == len(lint(payload, max_findings=10**9).findings) - limit
    assert all(finding.line == 1 for finding in report.findings)


def test_a_payload_within_the_limit_omits_nothing() -> None:
    report = lint(edit([], n=9))

    assert not report.omitted
    assert report.omitted.total == 0


@pytest.mark.parametrize("wrap", ["payload", "input"])
def test_findings_in_a_wrapper_are_limited_too(wrap: str) -> None:
    wrapped: dict[str, Any] = {
        "model": "wan26_i2i",
        "payload": VALID | {"parameters": strays(MANY)},
    }
    if wrap == "input":
        inner = VALID | {"parameters": strays(MANY)}
        wrapped = {"model": "wan26_i2i", "input": [{"params": inner}]}
    report = lint(wrapped)

    assert len(report.findings) == DEFAULT_MAX_FINDINGS
    assert report.omitted.total == MANY - DEFAULT_MAX_FINDINGS
    found = find_findings(model("wan26_i2i"), wrapped["payload"] if wrap == "payload" else wrapped)
    assert len(found) == DEFAULT_MAX_FINDINGS


def test_a_correction_in_a_payload_with_too_many_findings_is_not_offered() -> None:
    """To check one, all of the payload would have to be linted again."""
    few, many = (lint(edit([1] * count, n="4")) for count in (3, MANY))

    assert [each.hint for each in few.findings if each.rule == "n-range"] == [
        "write 4, without quotes"
    ]
    assert [each.hint for each in many.findings if each.rule == "n-range"] == [None]


def test_findings_that_are_not_wanted_are_not_counted() -> None:
    report = lint(VALID | {"parameters": strays(MANY)})
    ignoring = Selection(ignored=frozenset({"unknown-member"}))

    assert not ignoring.apply("a.json", report).omitted
    assert Selection(selected=frozenset({"n-range"})).apply("a.json", report).omitted.total == 0
    selecting = Selection(selected=frozenset({"unknown-member"}))
    assert selecting.apply("a.json", report).omitted == report.omitted


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_says_how_many_more_there_are(format: str) -> None:
    out, summary = io.StringIO(), Summary()
    reporter = create_reporter(format, out, {}, [Severity.ERROR])
    for number, payload in enumerate([edit([1] * MANY), VALID | {"parameters": strays(MANY)}], 1):
        data = json.dumps(payload).encode()
        result = LintResult.from_report(Record("a.jsonl", number, data), lint(data))
        summary.add(result)
        reporter.result(result)
    reporter.end(summary)

    written = out.getvalue()
    if format in ("json", "jsonl"):
        assert '"omitted":{"count":4900,"exact":true,"rules":[{"rule":"unknown-member",' in written
        assert '"exact":false,"rules":' in written
    else:
        assert "and 4,900 more findings; " in written.replace("\\", "")
        assert "at least 1," in written
    assert (summary.warnings, summary.is_exact) == (MANY, False)
    assert summary.hidden == 4900 + lint(edit([1] * MANY)).omitted.total


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_counts_what_the_run_does_not_list(format: str) -> None:
    out, summary = io.StringIO(), Summary(unlisted=3, hidden=3)
    create_reporter(format, out, {}, [Severity.ERROR]).end(summary)

    expected = {"json": '"hidden":3', "jsonl": '{"omitted":{"count":3,"exact":true}}'}
    assert expected.get(format, "nd 3 more findings") in out.getvalue()
