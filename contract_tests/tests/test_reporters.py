"""Reports for programs (JSON, JUnit, SARIF), and tests of all formats."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from junitparser import Failure as JunitFailure
from junitparser import JUnitXml, Skipped

from report_examples import (
    KEY,
    MODEL,
    PAYLOAD,
    failure,
    hostile,
    law,
    paid_twice,
    passing,
    report,
    stuck,
)
from reporter_helpers import IDS, hostile_report
from wan_contracts.reporters import FORMATS, render, terminal
from wan_contracts.reporters import json as json_format
from wan_contracts.results.report import ContractReport, LawResult, SourceLocation
from wan_validators.documentation import DOCS_URL


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "example", [report(), hostile_report(), passing(), report(LawResult(law=law("x")))]
)
def test_every_format_renders_every_report(format: str, example: ContractReport) -> None:
    text = render(format, example)
    assert text.encode()
    assert text.endswith("\n")
    assert KEY not in text
    assert all(character.isprintable() or character == "\n" for character in text)
    for result in example.results:
        assert result.law.id in text


@pytest.mark.parametrize(
    ("format", "line"),
    [
        ("junit", "\n  no request\n"),
        ("md", "\n  no request\n"),
        ("html", "The server received no request."),
        ("text", "\n    no request\n"),
    ],
)
def test_a_call_without_requests_is_told(format: str, line: str) -> None:
    silent = replace(paid_twice(), exchanges=())
    example = report(LawResult(law=law("x"), judged=1, broken=1, failure=failure(silent, "no")))
    out = io.StringIO()
    terminal.write(example, out, {}, 80)
    assert line in (out.getvalue() if format == "text" else render(format, example))


def test_an_unknown_format_is_an_error_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'pdf'; allowed: json, junit, sarif, html, md"):
        render("pdf", report())


# JSON


def test_json_has_all_members_of_the_docstring() -> None:
    document = json.loads(render("json", report()))
    named = set(re.findall(r'"([a-z]+)"', json_format.__doc__ or ""))
    laws = {each["id"]: each for each in document["laws"]}
    smallest = laws["one-charge"]["failure"]
    trouble = laws["poll-rate"]["failure"]["trouble"]
    have = {*document, *laws["answers"], *smallest, *smallest["case"], *trouble, "trouble"}
    have |= {*document["coverage"]["rules"], *document["exercised"]}
    assert named == have
    assert document["version"] == 1
    assert document["passed"] is False
    assert list(laws) == IDS
    assert document["summary"] == {
        "pass": 1,
        "fail": 2,
        "warn": 1,
        "known": 1,
        "unexpected-pass": 1,
        "skipped": 2,
        "not-reproduced": 0,
    }
    assert laws["answers"]["failure"] is None
    assert laws["local-limits"]["reason"] == "the client declines this"
    assert smallest["case"] == {"model": MODEL, "payload": PAYLOAD, "scenario": "accept-lost"}
    assert smallest["entries"] == [1, 2]
    assert smallest["replay"] == "out/a b.json"
    assert smallest["outcome"]["outcome"] == "completed"
    assert trouble["kind"] == "crashed"
    assert "[the API key]" in trouble["stderr"]


def test_json_replaces_numbers_that_json_lacks() -> None:
    case = replace(
        hostile().case, payload={"n": float("nan"), "seed": 10**5000, "x": -float("inf")}
    )
    broken = failure(replace(hostile(), case=case), "odd")
    example = report(LawResult(law=law("one-charge"), judged=1, broken=1, failure=broken))
    for name in FORMATS:
        assert "NaN" not in render(name, example)
    payload = json.loads(render("json", example))["laws"][0]["failure"]["case"]["payload"]
    assert payload == {"n": "nan", "seed": "an integer of 4,300 or more digits", "x": "-inf"}


# JUnit


def junit(example: ContractReport) -> dict[str, Any]:
    root = JUnitXml.fromstring(render("junit", example).encode())
    return {case.name: case for suite in root for case in suite}


def test_junit_has_a_case_for_each_law() -> None:
    cases = junit(report())
    assert list(cases) == IDS
    failed = {name for name, case in cases.items() if isinstance(one(case), JunitFailure)}
    skipped = {name for name, case in cases.items() if isinstance(one(case), Skipped)}
    assert failed == {"payload-intact", "one-charge", "price-told"}
    assert skipped == {"local-limits", "text-kept", "connections-reused"}
    assert cases["poll-rate"].is_passed
    assert "polls 40 and 41 came 10 s apart" in cases["poll-rate"].system_out
    assert one(cases["one-charge"]).message == "two tasks were made for one call"
    text = one(cases["one-charge"]).text
    assert "curl -X POST" in text
    assert "> #1 +0s create" in text
    assert "wanproof replay 'out/a b.json'" in text
    assert one(cases["connections-reused"]).message == "curl is started anew for every | request"
    assert cases["one-charge"].classname == "wanproof.money"


def test_junit_counts_and_groups() -> None:
    root: Any = JUnitXml.fromstring(render("junit", report()).encode())
    assert [suite.name for suite in root] == [
        f"wanproof.{group}" for group in ("protocol", "sending", "lifecycle", "money", "manners")
    ]
    assert (root.tests, root.failures, root.skipped) == (8, 3, 3)
    assert root.time == 3.1


def test_junit_has_the_durations() -> None:
    results = [
        LawResult(law=law(name), judged=1, seconds=seconds)
        for name, seconds in (("one-charge", 1.25), ("price-told", 0.5))
    ]
    root: Any = JUnitXml.fromstring(render("junit", report(*results)).encode())
    (suite,) = root
    assert [case.time for case in suite] == [1.25, 0.5]
    assert (suite.time, root.time) == (1.75, 3.1)


def test_junit_escapes_characters_that_xml_forbids() -> None:
    cases = junit(hostile_report())
    assert "\\x1b[31m" in one(cases["payload-intact"]).message
    assert "\\ufffe" in one(cases["payload-intact"]).text


def one(case: Any) -> Any:
    return case.result[0] if case.result else None


# SARIF


SARIF = Draft4Validator(
    json.loads((Path(__file__).parents[2] / "fixtures/schemas/sarif-2.1.0.json").read_text("utf-8"))
)


def sarif(example: ContractReport) -> dict[str, Any]:
    document = json.loads(render("sarif", example))
    assert [*SARIF.iter_errors(document)] == []
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_has_rules_for_laws_and_results_for_broken_ones() -> None:
    run = sarif(report())
    driver = run["tool"]["driver"]
    assert driver["name"] == "wanproof"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", driver["version"])
    assert [rule["id"] for rule in driver["rules"]] == IDS
    for rule in driver["rules"]:
        assert rule["name"].casefold() != rule["id"].casefold()
        assert rule["shortDescription"]["text"].endswith(".")
        assert {"text", "markdown"} == set(rule["help"])
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in driver["rules"]}
    assert levels["one-charge"] == "error"
    assert levels["poll-rate"] == "warning"
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["logicalLocations"][0]["name"] == result["ruleId"]
    assert {result["ruleId"]: result["level"] for result in run["results"]} == {
        "payload-intact": "error",
        "one-charge": "error",
        "price-told": "error",
        "poll-rate": "warning",
        "connections-reused": "warning",
    }


def test_sarif_points_to_the_replay_file_if_there_is_one() -> None:
    results = {result["ruleId"]: result for result in sarif(report())["results"]}
    physical = results["one-charge"]["locations"][0]["physicalLocation"]
    assert physical == {
        "artifactLocation": {"uri": "out/a%20b.json"},
        "region": {"startLine": 1},
    }
    assert "physicalLocation" not in results["poll-rate"]["locations"][0]
    assert not any("relatedLocations" in result for result in results.values())
    assert results["one-charge"]["properties"]["scenario"] == "accept-lost"
    assert results["one-charge"]["properties"]["outcome"]["outcome"] == "completed"


def test_sarif_points_to_the_client_and_relates_the_replay_file() -> None:
    source = SourceLocation(path=str(Path.cwd() / "src" / "my client.py"), line=12)
    results = {each["ruleId"]: each for each in sarif(report(source=source))["results"]}
    for result in results.values():
        assert result["locations"][0]["physicalLocation"] == {
            "artifactLocation": {"uri": "src/my%20client.py"},
            "region": {"startLine": 12},
        }
    (related,) = results["one-charge"]["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"] == {"uri": "out/a%20b.json"}
    assert "wanproof replay 'out/a b.json' --trust" in related["message"]["text"]
    assert "relatedLocations" not in results["poll-rate"]
    assert "relatedLocations" not in results["price-told"]


def test_sarif_links_to_the_page_of_each_law() -> None:
    driver = sarif(report())["tool"]["driver"]
    assert driver["informationUri"] == DOCS_URL
    assert [rule["helpUri"] for rule in driver["rules"]] == [
        f"{DOCS_URL}reference/laws/{name}.html" for name in IDS
    ]


def test_sarif_of_hostile_texts_and_of_a_passed_run_is_valid() -> None:
    assert sarif(hostile_report())["results"]
    assert sarif(passing())["results"] == []


def test_sarif_suppresses_only_known_failures() -> None:
    suppressed = {
        result["ruleId"]: result["suppressions"]
        for result in sarif(report())["results"]
        if "suppressions" in result
    }
    reason = "curl is started anew for every | request"
    assert suppressed == {"connections-reused": [{"kind": "external", "justification": reason}]}


def test_sarif_fingerprints_depend_on_law_and_client_only() -> None:
    def fingerprint(example: ContractReport) -> str:
        (result,) = sarif(example)["results"]
        return str(result["partialFingerprints"])

    first, other = (
        LawResult(law=law("one-charge"), judged=2, broken=1, failure=failure(run, "so"))
        for run in (stuck(), hostile())
    )
    assert fingerprint(report(first)) == fingerprint(report(other))
    assert fingerprint(report(first)) != fingerprint(report(first, client="node client.js"))
