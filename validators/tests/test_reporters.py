"""What is written of a run, as text and as JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_validators import lint
from wan_validators.constraints.basic import IDENTITY_VIEW, Anything
from wan_validators.finding import Finding, Report
from wan_validators.reporters import LintResult, Reporter, Summary
from wan_validators.reporters.excerpt import WIDTH, _cells, escape_controls, format_excerpt
from wan_validators.reporters.json import JsonLinesReporter, JsonReporter
from wan_validators.reporters.text import TextReporter, wants_colour
from wan_validators.source.files import Record, Unreadable
from wan_validators.spec import Rule

VALID = (
    b'{"model": "wan26_i2i", "input": {"messages": [{"role": "user", "content": '
    b'[{"text": "a"}, {"image": "https://example.com/a.png"}]}]}}'
)


def result(data: bytes, number: int = 1, source: str = "a.json") -> LintResult:
    return LintResult.from_report(Record(source, number, data), lint(data))


def told(reporter: Reporter, out: io.StringIO, *results: LintResult) -> str:
    counts = Summary()
    for each in results:
        counts.add(each)
        reporter.result(each)
    reporter.end(counts)
    return out.getvalue()


def as_text(*results: LintResult, colour: bool = False) -> str:
    out = io.StringIO()
    return told(TextReporter(out, colour=colour), out, *results)


def summary(**counts: int) -> dict[str, Any]:
    zeros = dict.fromkeys(("payloads", "valid", "errors", "warnings", "infos", "hidden"), 0)
    return {**zeros, **counts, "skipped": {"files": 0, "requests": 0}}


def as_json(*results: LintResult) -> Any:
    out = io.StringIO()
    text = told(JsonReporter(out), out, *results)
    assert text.isascii()
    return json.loads(text)


def test_findings_are_in_the_order_of_the_text_with_lines_of_the_file() -> None:
    data = b'{"parameters": {"n": 9}, "stray": 1, "model": "wan26_i2i", "input": {}}'
    found = result(data, number=7).findings
    assert [(each.rule, each.line, each.column) for each in found] == [
        ("n-range", 7, 22),
        ("unknown-member", 7, 26),
        ("messages-count", 7, 69),
    ]


def test_text_shows_the_place_the_line_and_what_is_allowed() -> None:
    data = VALID[:-1] + b',\n "parameters": {"size": "1280x720",\r\n "sed": null}}\n'
    assert (
        as_text(result(data))
        == """\
a.json:2:25: error size-format [001021015] size format must be \u2018width*height\u2019
  |  "parameters": {"size": "1280x720",
  |                         ^
  allowed: width*height in pixels, such as 1280*720
  got: "1280x720"
  hint: write "1280*720"
a.json:3:2: warning unknown-member sed is not a documented member
  |  "sed": null}}
  |  ^
  allowed: enable_interleave, max_images, n, negative_prompt, prompt_extend, seed, size, watermark
  got: null
  hint: did you mean seed? it must be an integer from 0 to 2147483647
1 payload, 0 valid, 1 error, 1 warning
"""
    )


def test_text_describes_what_was_got_without_quotes() -> None:
    data = VALID.replace(b'"a"', b'"%s"' % (b"a" * 2001))
    assert "\n  got: 2001 characters\n" in as_text(result(data))


def test_text_says_nothing_of_got_where_nothing_was() -> None:
    text = as_text(result(b'{"model": "wan26_i2i"}'))
    assert "a.json:1:1: error input-object" in text
    assert "got:" not in text


def test_text_is_silent_about_flawless_payloads() -> None:
    assert as_text(result(VALID)) == "1 payload, 1 valid, 0 errors, 0 warnings\n"


def test_infos_are_shown_but_not_counted() -> None:
    data = b'{"model": "wan25_i2i_preview_intl", "input": {"prompt": "a", "images": []}}'
    data = data.replace(b"[]", b'["https://example.com/a.png"]')
    text = as_text(result(data))
    assert ": info n-default " in text
    assert text.endswith("\n1 payload, 1 valid, 0 errors, 0 warnings\n")


def test_an_empty_text_has_no_line_to_show() -> None:
    text = as_text(result(b""))
    assert text.startswith("a.json:1:1: error json-syntax the text is empty\n")
    assert "|" not in text


def test_a_finding_without_a_place_is_shown_without_a_line() -> None:
    finding = Finding(Rule("some-rule", "", Anything(), message="so it is"), "/a", 1)
    unplaced = LintResult.from_report(Record("a.json", 4, b"{}"), Report(None, [finding]))
    assert as_text(unplaced).startswith("a.json:4: error some-rule so it is\n")


class Unspoken:
    """A check that no words exist for."""

    view = IDENTITY_VIEW

    def applies_to(self, seen: Any) -> bool:
        return True

    def is_satisfied(self, seen: Any) -> bool:
        return False


def test_text_says_nothing_of_allowed_where_there_are_no_words() -> None:
    finding = Finding(Rule("some-rule", "", Unspoken(), message="so it is"), "/a", 1, 1, 7)
    spoken = LintResult.from_report(Record("a.json", 1, b'{"a": 1}'), Report(None, [finding]))
    assert as_text(spoken).splitlines()[1:4] == ['  | {"a": 1}', "  |       ^", "  got: 1"]


def test_unreadable_input_is_counted() -> None:
    out = io.StringIO()
    TextReporter(out).end(Summary(unreadable=[Unreadable("b.json", "gone")]))
    assert out.getvalue() == "0 payloads, 0 valid, 0 errors, 0 warnings, 1 unreadable\n"


HOSTILE = "\x1b[31m\u202e\ud800\x00\x9b\u2028"


def test_nothing_from_a_payload_reaches_the_terminal_raw() -> None:
    payload = {"model": HOSTILE, HOSTILE: HOSTILE, "input": HOSTILE}
    texts = [
        as_text(result(json.dumps(payload).encode(), source=f"{HOSTILE}.json")),
        as_text(result(f'{{"model": "wan26_i2i", "{HOSTILE}'.encode("utf-8", "surrogatepass"))),
        as_text(LintResult.from_report(Record("a", 1, b'{"a":1}'), lint(payload, "wan26_i2i"))),
    ]
    for text in texts:
        assert all(line.isprintable() for line in text.split("\n"))


def test_colour_changes_nothing_but_the_colour() -> None:
    data = b'{"model": "wan26_i2i", "stray": 1, "input": {}}'
    coloured = as_text(result(data), colour=True)
    assert "\x1b[1;31merror\x1b[0m messages-count" in coloured
    assert "\x1b[1;33mwarning\x1b[0m unknown-member" in coloured
    for style in ("0", "1", "1;31", "1;32", "1;33"):
        coloured = coloured.replace(f"\x1b[{style}m", "")
    assert coloured == as_text(result(data))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "environ", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": ""}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    out: io.StringIO, environ: dict[str, str], *, wanted: bool
) -> None:
    assert wants_colour(out, environ) is wanted


@pytest.mark.parametrize(
    ("line", "column", "shown", "caret"),
    [
        ("abc", 1, "abc", "^"),
        ("abc", 3, "abc", "  ^"),
        ("abc", 4, "abc", "   ^"),
        ("", 1, "", "^"),
        ("\tabc", 2, "    abc", "    ^"),
        ("猫猫x", 3, "猫猫x", "    ^"),
        ("e\u0301x", 3, "e\u0301x", " ^"),
        ("\x1b\u202ex", 3, "\\x1b\\u202ex", "          ^"),
        ("\ud800x", 2, "\\ud800x", "      ^"),
        ("a" * 100, 1, "a" * 100, "^"),
        ("a" * 101, 1, "a" * 100 + "…", "^"),
        ("a" * 200, 101, "…" + "a" * 100 + "…", " " * 61 + "^"),
        ("a" * 200, 200, "…" + "a" * 61, " " * 61 + "^"),
        ("猫" * 200, 101, "…" + "猫" * 50 + "…", " " * 61 + "^"),
        ("\x00" * 200, 101, "…" + "\\x00" * 25 + "…", " " * 61 + "^"),
    ],
)
def test_an_excerpt_has_the_caret_under_its_column(
    line: str, column: int, shown: str, caret: str
) -> None:
    assert format_excerpt(line, column) == (shown, caret)


@given(st.text(st.characters(exclude_categories=[])), st.data())
def test_an_excerpt_is_never_wide_and_never_raw(line: str, data: st.DataObject) -> None:
    line *= data.draw(st.integers(1, 50))
    shown, caret = format_excerpt(line, data.draw(st.integers(1, len(line) + 1)))
    assert shown.isprintable()
    assert _cells(shown) <= WIDTH + 2
    assert len(caret) - 1 <= _cells(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 猫 text", "plain 猫 text"),
        ("a\tb\nc", "a\\tb\\nc"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\u200f\u2066\ufeff", "\\u200f\\u2066\\ufeff"),
    ],
)
def test_safe_text_is_printable(text: str, shown: str) -> None:
    assert escape_controls(text) == shown


def test_json_has_the_documented_form() -> None:
    data = VALID[:-1] + b', "parameters": {"n": 9}}'
    assert as_json(result(VALID, 1, "a.jsonl"), result(data, 2, "a.jsonl")) == {
        "version": 1,
        "results": [
            {
                "source": "a.jsonl",
                "record": 1,
                "model": "wan26_i2i",
                "valid": True,
                "findings": [],
            },
            {
                "source": "a.jsonl",
                "record": 2,
                "model": "wan26_i2i",
                "valid": False,
                "findings": [
                    {
                        "rule": "n-range",
                        "code": "001021011",
                        "severity": "error",
                        "pointer": "/parameters/n",
                        "message": "n must be an integer between 1 and 4",
                        "allowed": "1 to 4",
                        "got": 9,
                        "hint": None,
                        "line": 2,
                        "column": 155,
                    }
                ],
            },
        ],
        "unreadable": [],
        "summary": summary(payloads=2, valid=1, errors=1),
    }


def test_json_of_nothing_is_json() -> None:
    assert as_json() == {
        "version": 1,
        "results": [],
        "unreadable": [],
        "summary": summary(),
    }


def test_json_names_what_was_unreadable() -> None:
    out = io.StringIO()
    JsonReporter(out).end(Summary(unreadable=[Unreadable("b\udcff.json", "gone")]))
    assert json.loads(out.getvalue())["unreadable"] == [
        {"source": "b\udcff.json", "reason": "gone"}
    ]


def test_json_survives_hostile_values() -> None:
    payload = f'{{"model": "wan26_i2i", "input": 1e999, "parameters": {{"n": {"9" * 5000}}}'
    data = payload + ', "\\ud800": "\\u0000"}'
    findings = as_json(result(data.encode()))["results"][0]["findings"]
    assert [each["got"] for each in findings] == [
        "inf",
        "an integer of 4,300 or more digits",
        "\x00",
    ]
    assert findings[2]["pointer"] == "/\ud800"


def test_results_are_written_as_they_come() -> None:
    out = io.StringIO()
    reporter = JsonReporter(out)
    reporter.result(result(VALID))
    assert '"record":1' in out.getvalue()


@pytest.mark.parametrize("n", [9, -1, 2.5, True, None, 10**30, 'é\ud800"\n', [], {}, "x" * 300])
def test_a_line_of_json_lines_is_what_the_encoder_writes(n: Any) -> None:
    payload = {"model": "wan26_i2i", "parameters": {"n": n}}
    record = Record('a "b".jsonl', 7, json.dumps(payload).encode())
    result = LintResult.from_report(record, lint(record.data))
    place = {"source": record.source, "record": 7, "model": "wan26_i2i"}
    lines = [json.dumps(place | each.as_dict(), separators=(",", ":")) for each in result.findings]
    assert JsonLinesReporter(io.StringIO()).format(result).splitlines() == lines
