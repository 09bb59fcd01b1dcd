"""Reports for people: HTML, Markdown, the badge and the terminal."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from report_examples import (
    every_status,
    failure,
    law,
    passing,
    report,
    stuck,
)
from reporter_helpers import IDS, hostile_report
from wan_contracts.reporters import FORMATS, badge, descriptions, markdown, render, terminal
from wan_contracts.results.report import ContractReport, LawResult, Status
from wan_validators.reporters import markdown_text

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


@pytest.mark.parametrize("example", [report(), hostile_report(), passing()])
def test_html_loads_nothing_and_runs_nothing(example: ContractReport) -> None:
    text = render("html", example)
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"src", "onclick", "onerror", "action"} & names
    assert all(value and value.startswith("#") for name, value in page.attributes if name == "href")
    assert "url(" not in text
    assert "@import" not in text


def test_html_shows_texts_as_they_are() -> None:
    page = Page(render("html", hostile_report()))
    assert "<script>alert(1)</script>" in page.text
    assert "\\x1b[31mred" in page.text


def test_html_has_every_failure_and_marks_its_exchanges() -> None:
    page = Page(render("html", report()))
    for expected in ("two tasks were made for one call", "polls 40 and 41 came 10 s apart"):
        assert expected in page.text
    assert page.text.count("(shows the failure)") == 5
    assert "wanproof replay 'out/a b.json'" in page.text
    assert "Remove its entry from the file" in page.text
    assert "150 of 152" in page.text
    assert page.tags.count("details") == 4 + 2
    targets = {value for name, value in page.attributes if name == "id"}
    links = {value[1:] for name, value in page.attributes if name == "href" and value}
    assert links <= targets
    scopes = [value for name, value in page.attributes if name == "scope"]
    assert scopes.count("row") == len(IDS)


def test_html_of_a_passed_run_has_no_problems() -> None:
    page = Page(render("html", passing()))
    assert "Problems" not in page.text
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


def test_markdown_escapes_hostile_texts() -> None:
    text = remove_code_blocks(render("md", hostile_report()))
    assert "<script>" not in re.sub(r"(`+).*?\1", "", text)
    assert not re.search(r"(?<![`\w])@everyone", re.sub(r"(`+).*?\1", "", text))


def remove_code_blocks(text: str) -> str:
    """Returns *text* without code blocks. A fence ends at one that is at least as long."""
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


def test_a_fence_is_longer_than_the_fences_inside() -> None:
    assert markdown_text.format_code_block(["a ```` b"])[0] == "`" * 5
    assert markdown_text.format_code_block(["x"], "json") == ["```json", "x", "```"]
    assert markdown_text.format_code("a`b``c") == "```a`b``c```"
    assert markdown_text.format_code("`a") == "`` `a ``"


def test_markdown_stays_short_enough_for_a_comment() -> None:
    broken = [
        LawResult(law=law(f"law-{n}"), judged=1, broken=1, failure=failure(stuck(), "slow", n))
        for n in range(1, 60)
    ]
    text = render("md", report(*broken))
    assert len(text) <= markdown.MAX_DOCUMENT_CHARS
    assert text.count("<details>") > 1
    for result in broken:
        assert f"❌ `{result.law.id}`" in text or f"<code>{result.law.id}</code>" in text


# Badge


def messages(example: ContractReport) -> tuple[str, str]:
    shown = badge.build_badge(example)
    assert shown["schemaVersion"] == 1
    assert shown["label"] == "wanproof"
    assert json.loads(badge.render_report(example)) == shown
    return shown["message"], shown["color"]


def test_a_badge_is_green_only_if_laws_were_judged_and_kept() -> None:
    assert messages(passing()) == ("2 laws kept", "brightgreen")
    assert messages(passing(profile="money-safe")) == ("money-safe", "brightgreen")
    assert messages(report()) == ("4 of 6 laws broken", "red")
    assert messages(report(LawResult(law=law("x")))) == ("nothing judged", "lightgrey")
    lone = {each.status: each for each in every_status()}
    for profile in ("default", "money-safe"):
        unexpected = messages(report(lone[Status.UNEXPECTED], profile=profile))
        assert unexpected == ("a known failure passes", "orange")
        known = messages(report(lone[Status.KNOWN], profile=profile))
        assert known == ("1 of 1 law known broken", "yellow")
    warned = report(lone[Status.PASS], lone[Status.WARN])
    assert messages(warned) == ("1 law kept", "green")


# Terminal


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(example: ContractReport, out: io.StringIO, width: int = 80, **environ: str) -> str:
    terminal.write(example, out, environ, width)
    return out.getvalue()


def test_a_pipe_gets_plain_text_without_trailing_spaces() -> None:
    text = shown(hostile_report(), io.StringIO())
    assert "\x1b" not in text
    assert all(line == line.rstrip() and line.isprintable() for line in text.split("\n"))


def test_colour_is_for_terminals_that_allow_it() -> None:
    assert "\x1b[" in shown(report(), Tty())
    assert "\x1b" not in shown(report(), Tty(), NO_COLOR="1")
    assert "\x1b" not in shown(report(), Tty(), TERM="dumb")
    assert "\x1b[" in shown(report(), io.StringIO(), FORCE_COLOR="1")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown(report(), Tty()))
    assert [line.rstrip() for line in plain.split("\n")] == shown(report(), io.StringIO()).split(
        "\n"
    )


def test_texts_from_outside_have_no_effect_on_the_terminal() -> None:
    text = shown(hostile_report(), Tty())
    assert set(re.findall(r"\x1b.{0,2}", text)) <= {f"\x1b[{digit}" for digit in "01239"}
    for evil in ("\x00", "\x9b", "\u202e", "\ud800"):
        assert evil not in text
    assert "[bold]markup[/bold]" in re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("width", [80, 100, 160])
def test_lines_fit_the_width_except_lines_for_copying(width: int) -> None:
    text = shown(report(), io.StringIO(), width)
    table = text.split("\n\n")[0].split("\n")
    assert max(map(len, table)) <= width
    for result in every_status():
        assert any(line.split()[:1] == [result.law.id] for line in table)
        assert any(f" {result.status.value} " in line for line in table)
    copied = re.compile(r"^ +(curl|-H|--data-raw|=>|lint|task|scenario:)|seed 7$")
    for line in text.split("\n"):
        assert len(line) <= width or copied.search(line)


def test_the_terminal_report_has_all_details_of_a_failure() -> None:
    text = shown(report(), io.StringIO(), 100)
    for expected in (
        "FAIL one-charge",
        "WARN poll-rate",
        "UNEXPECTED-PASS price-told",
        "two tasks were made for one call",
        "accept-lost (Create makes the task",
        '"outcome": "completed"',
        "The client crashed",
        "on standard error:",
        "> #1 +0s create",
        "replay    wanproof replay 'out/a b.json' --trust",
        "connections-reused: curl is started anew for every | request",
        "rules 150 of 152; missed: n-range, seed",
        "codes 1 of 10; missed: 3000, 3001, 3002, 3003, 3004 and 4 more",
        "the search ended after 3 s",
    ):
        assert expected in text
    assert text.endswith(
        "\n8 laws: 1 pass, 2 fail, 1 warn, 1 known, 1 unexpected-pass, 2 skipped; "
        "412 cases in 3.1 s (133/s); seed 7\n"
    )
    assert text.index("FAIL one-charge") < text.index("WARN poll-rate")


def test_the_report_of_a_passed_run_is_short() -> None:
    text = shown(passing(), io.StringIO())
    assert len(text.split("\n")) < 20
    assert "FAIL" not in text
    assert text.endswith("2 laws: 2 pass; 412 cases in 3.1 s (133/s); seed 7\n")


def test_the_summary_works_without_time_and_laws() -> None:
    empty = replace(report(), results=(), seconds=0.0, cases=0)
    assert descriptions.format_summary(empty) == "0 laws: none judged; 0 cases in 0.0 s; seed 7"
    assert descriptions.format_verdict(empty) == "no law was judged"
    assert messages(empty)[1] == "lightgrey"
    assert shown(empty, io.StringIO())
    for name in FORMATS:
        assert render(name, empty)
