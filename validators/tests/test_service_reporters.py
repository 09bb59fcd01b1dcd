"""What is written for services: GitHub, GitLab, JUnit, SARIF, Markdown and JSON lines."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft4Validator
from junitparser import JUnitXml

from wan_validators import lint
from wan_validators.reporters import LintResult, Summary
from wan_validators.reporters.factory import FORMATS, create_reporter
from wan_validators.source.files import Record, Unreadable
from wan_validators.spec import Severity

ROOT: Final = Path(__file__).parents[2]
SARIF: Final = Draft4Validator(
    json.loads((ROOT / "fixtures/schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))
)
PAYLOAD: Final = """{"model": "wan26_i2i", "input": {"messages": [{"role": "user", "content": [
  {"text": "a"}, {"image": "https://example.com/a.png"}]}]},
  "a,b: 100%\\n|`": 1, "parameters": {"n": 9}}
"""
SOURCE: Final = "pay loads/50%,a:b.json"
PLACE: Final = "file=pay loads/50%25%2Ca%3Ab.json"
ALLOWED: Final = "dash_scope, id, input, metadata, model, moderation, options, parameters"
ESCAPED: Final = ALLOWED.replace("_", "\\_")
HINT: Final = "remove it; the API probably ignores it"


def render(
    format: str,
    *results: LintResult,
    failing: tuple[Severity, ...] = (Severity.ERROR,),
    environ: Mapping[str, str] = {},
    **more: Any,
) -> str:
    out = io.StringIO()
    reporter = create_reporter(format, out, environ, failing)
    summary = Summary(**more)
    for result in results:
        summary.add(result)
        reporter.result(result)
    reporter.end(summary)
    text = out.getvalue()
    text.encode()  # no lone surrogate
    return text


def result(data: str = PAYLOAD, source: str = SOURCE) -> LintResult:
    return LintResult.from_report(Record(source, 1, data.encode()), lint(data))


UNREADABLE: Final = [Unreadable("b\udcff.json", "gone,\n100%")]


def test_github_gets_a_command_for_each_finding() -> None:
    text = render("github", result(), unreadable=UNREADABLE, hidden=2, unlisted=2)
    assert text.splitlines() == [
        (
            f"::warning {PLACE},line=3,col=3,title=unknown-member::a,b: 100%25\\n|` is not a "
            f"documented member%0Aallowed: {ALLOWED}%0Agot: 1%0Ahint: {HINT}"
        ),
        (
            f"::error {PLACE},line=3,col=43,title=n-range [001021011]::n must be an integer "
            "between 1 and 4%0Aallowed: 1 to 4%0Agot: 9"
        ),
        "::error file=b\\udcff.json,title=unreadable::cannot read this file: gone,\\n100%25",
        "::notice::and 2 more findings",
        "1 payload, 0 valid, 1 error, 1 warning, 1 unreadable",
    ]


def test_gitlab_gets_an_issue_for_each_finding() -> None:
    first, second, last = json.loads(render("gitlab", result(), unreadable=UNREADABLE))
    assert {**second, "fingerprint": "f"} == {
        "description": "n-range [001021011]: n must be an integer between 1 and 4; "
        "allowed: 1 to 4; got: 9",
        "check_name": "n-range",
        "fingerprint": "f",
        "severity": "major",
        "location": {"path": SOURCE, "lines": {"begin": 3}},
    }
    assert (first["severity"], last["severity"]) == ("minor", "blocker")
    assert last["description"] == "cannot read this file: gone,\\n100%"
    assert json.loads(render("gitlab")) == []


def prints(text: str, format: str = "gitlab") -> list[str]:
    document = json.loads(render(format, result(text)))
    if format == "gitlab":
        return [each["fingerprint"] for each in document]
    results = document["runs"][0]["results"]
    return [each["partialFingerprints"]["fileAndValue/v1"] for each in results]


@pytest.mark.parametrize("format", ["gitlab", "sarif"])
def test_fingerprints_are_stable_under_edits_elsewhere(format: str) -> None:
    before = prints(PAYLOAD, format)
    assert len({*before}) == 2
    assert prints("\n\n" + PAYLOAD.replace('"text": "a"', '"text": "another"'), format) == before
    assert prints(PAYLOAD.replace(": 9", ": 8"), format)[1] != before[1]
    twice = json.loads(render("gitlab", result(), result()))
    assert len({each["fingerprint"] for each in twice}) == 4


def test_junit_has_a_case_for_each_payload() -> None:
    text = render("junit", result(), result('{"model": "x"}', "b.json"), unreadable=UNREADABLE)
    document = JUnitXml.fromstring(text.encode())
    assert (document.tests, document.failures, document.errors) == (3, 2, 1)
    assert [suite.name for suite in document] == [SOURCE, "b.json", "b\\udcff.json"]
    assert (
        '<testcase classname="pay loads/50%,a:b.json" name="wan26_i2i, record 1" time="0.000">\n'
        '      <failure type="n-range" message="n-range [001021011]: n must be an integer between 1'
        ' and 4">pay loads/50%,a:b.json:3:3: warning unknown-member: a,b: 100%\\n|` is not a '
        "documented member\n"
    ) in text


def test_a_junit_case_fails_as_the_run_does() -> None:
    failing = (Severity.ERROR, Severity.WARNING)
    text = render("junit", result(), failing=failing)
    assert (
        'message="unknown-member: a,b: 100%\\n|` is not a documented member (and 1 more finding'
        in (text)
    )
    passed = render("junit", result(PAYLOAD.replace('"n": 9', '"n": 1')))
    assert "<failure" not in passed
    assert "<system-out>pay loads/50%,a:b.json:3:3: warning unknown-member" in passed


def test_sarif_is_valid_and_has_places_and_rules() -> None:
    log = json.loads(render("sarif", result(), result(source="b.json"), unreadable=UNREADABLE))
    assert [*SARIF.iter_errors(log)] == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["unknown-member", "n-range"]
    assert all(rule["helpUri"].startswith("https://") for rule in rules)
    second = run["results"][1]
    del second["partialFingerprints"]
    assert second == {
        "ruleId": "n-range",
        "ruleIndex": 1,
        "level": "error",
        "message": {
            "text": "n must be an integer between 1 and 4 [001021011]; allowed: 1 to 4; got: 9."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "pay%20loads/50%25%2Ca%3Ab.json"},
                    "region": {"startLine": 3, "startColumn": 43},
                }
            }
        ],
        "properties": {"pointer": "/parameters/n"},
    }
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "Cannot read this file: gone,\\n100%."


def test_sarif_of_nothing_is_valid() -> None:
    log = json.loads(render("sarif"))
    assert [*SARIF.iter_errors(log)] == []
    assert log["runs"][0]["invocations"] == [{"executionSuccessful": True}]


def test_paths_are_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for source, wanted in ((f"{tmp_path}/x/a.json", "x/a.json"), ("./a.json", "a.json")):
        log = json.loads(render("sarif", result(source=source)))
        place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == wanted
        assert json.loads(render("gitlab", result(source=source)))[0]["location"]["path"] == wanted
    assert "file=/elsewhere/a.json," in render("github", result(source="/elsewhere/a.json"))


def test_paths_are_relative_to_the_repository_of_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")

    def first(format: str, source: str, **environ: str) -> str:
        out = io.StringIO()
        create_reporter(format, out, environ, ()).result(result(source=source))
        return out.getvalue()

    root = str(tmp_path)
    assert "file=sub/a.json," in first("github", "a.json", GITHUB_WORKSPACE=root)
    assert '"path": "sub/a.json"' in first("gitlab", "a.json", CI_PROJECT_DIR=root)
    assert "file=a.json," in first("github", "a.json", GITHUB_WORKSPACE="/elsewhere")
    log = json.loads(render("sarif", result(source="a.json"), environ={"GITHUB_WORKSPACE": root}))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sub/a.json"


def test_a_junit_case_fails_even_if_its_errors_are_not_listed() -> None:
    unlisted = result()._replace(findings=[])
    assert '<failure type="not-listed" message="there are errors' in render("junit", unlisted)


def test_markdown_is_a_table_that_no_value_breaks() -> None:
    text = render("md", result(source="a|b.json"), unreadable=UNREADABLE, hidden=1, unlisted=1)
    assert text.splitlines() == [
        "### wanproof lint",
        "",
        "1 payload, 0 valid, 1 error, 1 warning, 1 unreadable",
        "",
        "| severity | place | rule | finding |",
        "| --- | --- | --- | --- |",
        (
            "| warning | `a\\|b.json:3:3` | `unknown-member` | a,b: 100%\\\\n\\|\\` is not a "
            f"documented member<br>allowed: {ESCAPED}<br>got: 1<br>hint: {HINT} |"
        ),
        (
            "| error | `a\\|b.json:3:43` | `n-range` `001021011` | n must be an integer between "
            "1 and 4<br>allowed: 1 to 4<br>got: 9 |"
        ),
        "",
        "And 1 more finding.",
        "",
        "Unreadable:",
        "",
        "* `b\\udcff.json`: gone,\\\\n100%",
    ]
    assert render("md") == "### wanproof lint\n\n0 payloads, 0 valid, 0 errors, 0 warnings\n"


def test_json_lines_have_a_finding_each() -> None:
    lines = render("jsonl", result(), unreadable=[Unreadable("b.json", "gone")]).splitlines()
    first, second, last = map(json.loads, lines)
    assert first["rule"] == "unknown-member"
    assert second == {
        "source": SOURCE,
        "record": 1,
        "model": "wan26_i2i",
        "rule": "n-range",
        "code": "001021011",
        "severity": "error",
        "pointer": "/parameters/n",
        "message": "n must be an integer between 1 and 4",
        "allowed": "1 to 4",
        "got": 9,
        "hint": None,
        "line": 3,
        "column": 43,
    }
    assert last == {"source": "b.json", "reason": "gone"}


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_from_a_payload_is_written_raw(format: str) -> None:
    hostile = "\x1b[31m\u202e\ud800\x00\x9b\u2028\n::error::"
    data = json.dumps({"model": hostile, hostile: hostile, "input": hostile})
    bare = lint({hostile: 1}, "wan26_i2i")
    texts = [
        render(format, result(data, f"{hostile}.json")),
        render(format, result(data.replace("model", "x"), hostile)),
        render(format, LintResult.from_report(Record("a", 1, b"{}"), bare)),
    ]
    for text in texts:
        assert all(line.isprintable() for line in text.split("\n"))
        assert "\n::error::" not in text
