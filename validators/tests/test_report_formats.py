"""The parts of SARIF, JUnit and Markdown that the reporters of all commands share."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator

from wan_validators.documentation import DOCS_URL, build_docs_url
from wan_validators.reporters import markdown_text, sarif_log
from wan_validators.reporters.junit_xml import CaseProblem, JUnitCase, JUnitSuite, format_junit

ROOT: Final = Path(__file__).parents[2]
SARIF: Final = Draft4Validator(
    json.loads((ROOT / "fixtures/schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))
)


def rule(**members: Any) -> dict[str, Any]:
    texts = {"summary": "A.", "description": "A B.", "help": "C.", "help_markdown": "**C.**"}
    return sarif_log.build_rule(
        "prompt-length",
        name="PromptLength",
        level="error",
        help_uri="https://example.com/rules#prompt-length",
        **{**texts, **members},
    )


def log(*locations: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """Returns a log of one result with *locations*, as a reader parses it."""
    result = {
        "ruleId": "prompt-length",
        "ruleIndex": 0,
        "message": {"text": "Too long."},
        "locations": list(locations),
        "partialFingerprints": {"a/v1": sarif_log.build_fingerprint("x", "\ud800")},
    }
    made = sarif_log.build_log("lint", "a b/ü", [rule()], [result], properties)
    read: dict[str, Any] = json.loads(sarif_log.format_log(made))
    return read


def test_a_log_is_valid_against_the_schema() -> None:
    made = log(sarif_log.build_location("a.json", 3, 7), seed=1)

    assert [*SARIF.iter_errors(made)] == []
    (run,) = made["runs"]
    assert run["tool"]["driver"]["informationUri"] == DOCS_URL
    assert run["tool"]["driver"]["rules"][0]["helpUri"].endswith("rules#prompt-length")
    assert run["automationDetails"]["id"] == "wanproof-lint/a%20b%2F%C3%BC/"
    assert run["properties"] == {"seed": 1}


def test_a_log_without_properties_has_no_such_member() -> None:
    (run,) = log()["runs"]

    assert "properties" not in run


def test_the_schema_finds_a_wrong_log() -> None:
    made = log(sarif_log.build_location("a.json", 0))

    assert [error.message for error in SARIF.iter_errors(made)] == [
        "0 is less than the minimum of 1"
    ]


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ((3, 7), {"startLine": 3, "startColumn": 7}),
        ((3, None), {"startLine": 3}),
        ((None, None), None),
    ],
)
def test_a_location_has_what_is_known(place: tuple[int | None, int | None], region: Any) -> None:
    physical = sarif_log.build_location("a.json", *place)["physicalLocation"]

    assert physical.get("region") == region


def test_a_path_in_the_working_directory_is_a_relative_uri(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert sarif_log.format_uri("out/a b.json") == "out/a%20b.json"
    assert sarif_log.format_uri("c:d.json") == "c%3Ad.json"
    assert sarif_log.format_uri(str(tmp_path / "sub" / "a.json")) == "sub/a.json"
    assert sarif_log.format_uri("/else/a b.json") == "file:///else/a%20b.json"


def test_a_sentence_ends_with_a_mark() -> None:
    assert [*map(sarif_log.format_sentence, ("a", "a.", "a!", "a?"))] == ["a.", "a.", "a!", "a?"]


def test_junit_counts_the_problems_and_has_the_durations() -> None:
    cases = [
        JUnitCase(name="kept", seconds=1.5),
        JUnitCase(name="broken", problem=CaseProblem.FAILURE, message="m", kind="k", details="d"),
        JUnitCase(name="unread", problem=CaseProblem.ERROR),
        JUnitCase(name="left", problem=CaseProblem.SKIPPED),
        JUnitCase(name="warned", output="two\nlines"),
    ]
    suites = [
        JUnitSuite(name="one", cases=cases, seconds=2.0, properties={"seed": "7"}),
        JUnitSuite(name="none", cases=[]),
    ]

    root = ET.fromstring(format_junit("run", suites, 3.25))

    counts = {"tests": "5", "failures": "1", "errors": "1", "skipped": "1"}
    assert root.attrib == {"name": "run", **counts, "time": "3.250"}
    one, none = root
    assert one.attrib == {"name": "one", **counts, "time": "2.000"}
    assert none.attrib["tests"] == "0"
    assert [each.tag for each in one] == ["properties", *["testcase"] * 5]
    assert one[0][0].attrib == {"name": "seed", "value": "7"}
    assert one[1].attrib == {"classname": "one", "name": "kept", "time": "1.500"}
    (failure,) = one[2]
    assert (failure.tag, failure.text) == ("failure", "d")
    assert failure.attrib == {"type": "k", "message": "m"}
    assert [each.tag for case in one[3:] for each in case] == ["error", "skipped", "system-out"]
    assert one[5][0].text == "two\nlines"


def test_junit_escapes_what_xml_forbids() -> None:
    hostile = "\x00\x1b[31m ]]> <a> & \ufffe \ud800 \u202e"
    case = JUnitCase(
        name=hostile, problem=CaseProblem.FAILURE, message=hostile, details=hostile, output=hostile
    )
    text = format_junit(hostile, [JUnitSuite(name=hostile, cases=[case])], 0)

    (suite,) = ET.fromstring(text.encode())
    failure, output = suite[0]
    shown = r"\x00\x1b[31m ]]> <a> & \ufffe \ud800 \u202e"
    assert [failure.text, output.text, failure.get("message")] == [shown] * 3
    assert [suite.get("name"), suite[0].get("name")] == [shown] * 2


def test_markdown_is_shown_as_text() -> None:
    assert markdown_text.escape_text("a|b *c* <d> @e\x1b") == (
        r"a\|b \*c\* &lt;d&gt; @<!-- -->e\\x1b"
    )
    assert markdown_text.escape_html("*c* <d> @e") == "*c* &lt;d&gt; @<!-- -->e"
    assert markdown_text.format_code("a`b``c") == "```a`b``c```"
    assert markdown_text.format_code("`a") == "`` `a ``"
    assert markdown_text.format_code("") == "` `"
    assert markdown_text.format_code_block(["a ```` b"])[0] == "`" * 5
    assert markdown_text.format_code_block(["x"], "json") == ["```json", "x", "```"]


def test_pages_have_addresses() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["urls"]["Documentation"] == DOCS_URL
    assert build_docs_url("reference/rules") == f"{DOCS_URL}reference/rules.html"
    assert build_docs_url("reference/rules", "n") == f"{DOCS_URL}reference/rules.html#n"
