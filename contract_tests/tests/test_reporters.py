"""Every format: what it must tell, and that no text from outside takes it over."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from junitparser import Failure as JunitFailure
from junitparser import JUnitXml, Skipped

from report_examples import (
    HOSTILE,
    KEY,
    MODEL,
    PAYLOAD,
    every_standing,
    failure,
    hostile,
    law,
    passing,
    report,
    stuck,
)
from wan_contracts.report import Report, Result, Standing
from wan_contracts.reporters import FORMATS, badge, markdown, render, terminal, wording
from wan_contracts.reporters import json as json_format

IDS = [result.law.id for result in every_standing()]


def tampered() -> Report:
    """A report in which every text that can be chosen from outside is hostile."""
    results = [
        replace(result, known=result.known and HOSTILE, reason=result.reason and HOSTILE)
        for result in every_standing()
    ]
    return report(*results, client=HOSTILE, profile=HOSTILE, notes=(HOSTILE,), models=(HOSTILE,))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("made", [report(), tampered(), passing(), report(Result(law=law("x")))])
def test_every_format_takes_every_report(format: str, made: Report) -> None:
    text = render(format, made)
    assert text.encode()
    assert text.endswith("\n")
    assert KEY not in text
    assert all(character.isprintable() or character == "\n" for character in text)
    for result in made.results:
        assert result.law.id in text


def test_an_unknown_format_is_refused_with_all_that_are_known() -> None:
    with pytest.raises(ValueError, match="'pdf'; allowed: json, junit, sarif, html, md"):
        render("pdf", report())


# JSON


def test_json_has_all_members_that_its_docstring_names() -> None:
    document = json.loads(render("json", report()))
    named = set(re.findall(r'"([a-z]+)"', json_format.__doc__ or ""))
    laws = {each["id"]: each for each in document["laws"]}
    smallest = laws["one-charge"]["failure"]
    trouble = laws["poll-rate"]["failure"]["trouble"]
    have = {*document, *laws["answers"], *smallest, *smallest["case"], *trouble, "trouble"}
    have |= {*document["coverage"]["rules"]}
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
    }
    assert laws["answers"]["failure"] is None
    assert laws["local-limits"]["reason"] == "the client declines this"
    assert smallest["case"] == {"model": MODEL, "payload": PAYLOAD, "scenario": "accept-lost"}
    assert smallest["entries"] == [1, 2]
    assert smallest["replay"] == "out/a b.json"
    assert smallest["outcome"]["outcome"] == "completed"
    assert trouble["kind"] == "crashed"
    assert "[the API key]" in trouble["stderr"]


def test_json_copes_with_numbers_that_json_has_not() -> None:
    case = replace(
        hostile().case, payload={"n": float("nan"), "seed": 10**5000, "x": -float("inf")}
    )
    broken = failure(replace(hostile(), case=case), "odd")
    made = report(Result(law=law("one-charge"), judged=1, broken=1, failure=broken))
    for name in FORMATS:
        assert "NaN" not in render(name, made)
    payload = json.loads(render("json", made))["laws"][0]["failure"]["case"]["payload"]
    assert payload == {"n": "nan", "seed": "an integer of 4,300 or more digits", "x": "-inf"}


# JUnit


def junit(made: Report) -> dict[str, Any]:
    root = JUnitXml.fromstring(render("junit", made).encode())
    return {case.name: case for suite in root for case in suite}


def test_junit_has_a_case_for_each_law_and_fails_what_fails_the_run() -> None:
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


def test_junit_survives_characters_that_xml_has_not() -> None:
    cases = junit(tampered())
    assert "\\x1b[31m" in one(cases["payload-intact"]).message
    assert "\\ufffe" in one(cases["payload-intact"]).text


def one(case: Any) -> Any:
    return case.result[0] if case.result else None


# SARIF


def sarif(made: Report) -> dict[str, Any]:
    document = json.loads(render("sarif", made))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_has_rules_for_laws_and_results_for_what_is_broken() -> None:
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
    assert results["one-charge"]["properties"]["scenario"] == "accept-lost"
    assert results["one-charge"]["properties"]["outcome"]["outcome"] == "completed"


def test_sarif_suppresses_what_is_known_and_nothing_else() -> None:
    suppressed = {
        result["ruleId"]: result["suppressions"]
        for result in sarif(report())["results"]
        if "suppressions" in result
    }
    reason = "curl is started anew for every | request"
    assert suppressed == {"connections-reused": [{"kind": "external", "justification": reason}]}


def test_sarif_fingerprints_outlive_the_smallest_call_and_differ_by_client() -> None:
    def fingerprint(made: Report) -> str:
        (result,) = sarif(made)["results"]
        return str(result["partialFingerprints"])

    first, other = (
        Result(law=law("one-charge"), judged=2, broken=1, failure=failure(run, "so"))
        for run in (stuck(), hostile())
    )
    assert fingerprint(report(first)) == fingerprint(report(other))
    assert fingerprint(report(first)) != fingerprint(report(first, client="node client.js"))


# HTML


class Page(HTMLParser):
    """The tags, attributes and visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "link", "img", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data


@pytest.mark.parametrize("made", [report(), tampered(), passing()])
def test_html_loads_nothing_and_runs_nothing(made: Report) -> None:
    text = render("html", made)
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"src", "onclick", "onerror", "action"} & names
    assert all(value and value.startswith("#") for name, value in page.attributes if name == "href")
    assert "url(" not in text
    assert "@import" not in text


def test_html_shows_texts_as_they_are() -> None:
    page = Page(render("html", tampered()))
    assert "<script>alert(1)</script>" in page.text
    assert "\\x1b[31mred" in page.text


def test_html_tells_of_every_failure_and_marks_what_shows_it() -> None:
    page = Page(render("html", report()))
    for says in ("two tasks were made for one call", "polls 40 and 41 came 10 s apart"):
        assert says in page.text
    assert page.text.count("(shows the failure)") == 5
    assert "wanproof replay 'out/a b.json'" in page.text
    assert "Take its entry out of the file" in page.text
    assert "150 of 152" in page.text
    assert page.tags.count("details") == 4 + 2
    targets = {value for name, value in page.attributes if name == "id"}
    links = {value[1:] for name, value in page.attributes if name == "href" and value}
    assert links <= targets
    scopes = [value for name, value in page.attributes if name == "scope"]
    assert scopes.count("row") == len(IDS)


def test_html_of_a_run_that_passed_has_nothing_to_look_at() -> None:
    page = Page(render("html", passing()))
    assert "What to look at" not in page.text
    assert "passed" in page.text


# Markdown


def test_markdown_has_a_row_for_each_law_and_details_for_each_failure() -> None:
    text = render("md", report())
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    columns = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert columns == {7}
    assert text.count("<details>") == text.count("</details>") == 4
    assert "every \\| request" in text
    assert "</code>: Every call keeps one-charge, whatever" in text
    assert text.startswith("## ❌ wanproof: 2 laws broken")
    assert render("md", passing()).startswith("## ✅ wanproof: passed")


def test_markdown_cannot_be_taken_over() -> None:
    text = outside_of_fences(render("md", tampered()))
    assert "<script>" not in re.sub(r"(`+).*?\1", "", text)
    assert not re.search(r"(?<![`\w])@everyone", re.sub(r"(`+).*?\1", "", text))


def outside_of_fences(text: str) -> str:
    """*text* without its blocks of code; a fence ends at one that is at least as long."""
    kept, fence = [], ""
    for line in text.split("\n"):
        ticks = re.match("`{3,}", line)
        if fence:
            closing = line.rstrip() == "`" * len(line.rstrip()) and len(line.rstrip()) >= len(fence)
            fence = "" if closing else fence
        elif ticks:
            fence = ticks[0]
        else:
            kept.append(line)
    assert fence == ""
    return "\n".join(kept)


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    assert markdown.fenced(["a ```` b"])[0] == "`" * 5
    assert markdown.fenced(["x"], "json") == ["```json", "x", "```"]
    assert markdown.code("a`b``c") == "```a`b``c```"
    assert markdown.code("`a") == "`` `a ``"


def test_markdown_stays_short_enough_for_a_comment() -> None:
    broken = [
        Result(law=law(f"law-{n}"), judged=1, broken=1, failure=failure(stuck(), "slow", n))
        for n in range(1, 60)
    ]
    text = render("md", report(*broken))
    assert len(text) <= markdown.LONGEST
    assert text.count("<details>") > 1
    for result in broken:
        assert f"❌ `{result.law.id}`" in text or f"<code>{result.law.id}</code>" in text


# Badge


def messages(made: Report) -> tuple[str, str]:
    shown = badge.badge(made)
    assert shown["schemaVersion"] == 1
    assert shown["label"] == "wanproof"
    assert json.loads(badge.rendered(made)) == shown
    return shown["message"], shown["color"]


def test_a_badge_is_green_only_where_laws_were_judged_and_kept() -> None:
    assert messages(passing()) == ("2 laws kept", "brightgreen")
    assert messages(passing(profile="money-safe")) == ("money-safe", "brightgreen")
    assert messages(report()) == ("4 of 6 laws broken", "red")
    assert messages(report(Result(law=law("x")))) == ("nothing judged", "lightgrey")
    lone = {each.standing: each for each in every_standing()}
    for profile in ("default", "money-safe"):
        unexpected = messages(report(lone[Standing.UNEXPECTED], profile=profile))
        assert unexpected == ("a known failure passes", "orange")
        known = messages(report(lone[Standing.KNOWN], profile=profile))
        assert known == ("1 of 1 law known broken", "yellow")
    warned = report(lone[Standing.PASS], lone[Standing.WARN])
    assert messages(warned) == ("1 law kept", "green")


# Terminal


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(made: Report, out: io.StringIO, width: int = 80, **environ: str) -> str:
    terminal.write(made, out, environ, width)
    return out.getvalue()


def test_a_pipe_gets_plain_text_without_trailing_spaces() -> None:
    text = shown(tampered(), io.StringIO())
    assert "\x1b" not in text
    assert all(line == line.rstrip() and line.isprintable() for line in text.split("\n"))


def test_colour_is_for_terminals_that_do_not_speak_against_it() -> None:
    assert "\x1b[" in shown(report(), Tty())
    assert "\x1b" not in shown(report(), Tty(), NO_COLOR="1")
    assert "\x1b" not in shown(report(), Tty(), TERM="dumb")
    assert "\x1b[" in shown(report(), io.StringIO(), FORCE_COLOR="1")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown(report(), Tty()))
    assert [line.rstrip() for line in plain.split("\n")] == shown(report(), io.StringIO()).split(
        "\n"
    )


def test_no_text_from_outside_is_obeyed() -> None:
    text = shown(tampered(), Tty())
    assert set(re.findall(r"\x1b.{0,2}", text)) <= {f"\x1b[{digit}" for digit in "01239"}
    for evil in ("\x00", "\x9b", "\u202e", "\ud800"):
        assert evil not in text
    assert "[bold]markup[/bold]" in re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("width", [80, 100, 160])
def test_all_that_is_not_to_be_copied_fits_the_width(width: int) -> None:
    text = shown(report(), io.StringIO(), width)
    table = text.split("\n\n")[0].split("\n")
    assert max(map(len, table)) <= width
    for result in every_standing():
        assert any(line.split()[:1] == [result.law.id] for line in table)
        assert any(f" {result.standing.value} " in line for line in table)
    copied = re.compile(r"^ +(curl|-H|--data-raw|=>|lint|task|scenario:)|seed 7$")
    for line in text.split("\n"):
        assert len(line) <= width or copied.search(line)


def test_it_tells_of_every_failure_what_one_needs() -> None:
    text = shown(report(), io.StringIO(), 100)
    for says in (
        "FAIL one-charge",
        "WARN poll-rate",
        "UNEXPECTED-PASS price-told",
        "two tasks were made for one call",
        "accept-lost (Create makes the task",
        '"outcome": "completed"',
        "The client crashed",
        "on standard error:",
        "> #1 +0s create",
        "replay    wanproof replay 'out/a b.json'",
        "connections-reused: curl is started anew for every | request",
        "rules 150 of 152; missed: n-range, seed",
        "codes 1 of 10; missed: 3000, 3001, 3002, 3003, 3004 and 4 more",
        "the search ended after 3 s",
    ):
        assert says in text
    assert text.endswith(
        "\n8 laws: 1 pass, 2 fail, 1 warn, 1 known, 1 unexpected-pass, 2 skipped; "
        "412 cases in 3.1 s (133/s); seed 7\n"
    )
    assert text.index("FAIL one-charge") < text.index("WARN poll-rate")


def test_a_run_that_passed_is_short() -> None:
    text = shown(passing(), io.StringIO())
    assert len(text.split("\n")) < 20
    assert "FAIL" not in text
    assert text.endswith("2 laws: 2 pass; 412 cases in 3.1 s (133/s); seed 7\n")


def test_the_summary_copes_with_no_time_and_no_laws() -> None:
    empty = replace(report(), results=(), seconds=0.0, cases=0)
    assert wording.summary(empty) == "0 laws: none judged; 0 cases in 0.0 s; seed 7"
    assert wording.verdict(empty) == "no law was judged"
    assert messages(empty)[1] == "lightgrey"
    assert shown(empty, io.StringIO())
    for name in FORMATS:
        assert render(name, empty)
