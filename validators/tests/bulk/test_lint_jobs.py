"""``wanproof lint --jobs``: the same output and exit code as in one process."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wan_validators import progress
from wan_validators.bulk import pieces
from wan_validators.bulk.pieces import Piece, PieceLinter, group_pieces
from wan_validators.cli import main
from wan_validators.commands import lint_run
from wan_validators.cost_totals import CostTotals
from wan_validators.frozen import replace
from wan_validators.record_linter import RecordLinter
from wan_validators.reporters import LintResult, Summary
from wan_validators.reporters.factory import FORMATS
from wan_validators.selection import Selection
from wan_validators.source.files import LineBlock, Record, Skipped, Unreadable

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]

CONTENT = [{"text": "a cat"}, {"image": "https://images.com/cat.png"}]
GOOD = {"model": "wan26_i2i", "input": {"messages": [{"role": "user", "content": CONTENT}]}}
BAD = {**GOOD, "parameters": {"n": 9, "seed": None, "strnge": 1}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of each kind, of which some cannot be read and some are no payloads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    lines = [json.dumps(BAD if number % 7 == 0 else GOOD) for number in range(60)]
    lines[5:5] = ["", "{", '{"other": 1}']
    Path("in").mkdir()
    Path("in/a.jsonl").write_text("\n".join(lines))
    Path("in/b.json").write_text(json.dumps(BAD, indent=1))
    Path("in/c.json").write_text('{"name": "package"}')
    Path("in/d.curl").write_text("curl https://api.example.com/x -d @body.json")
    Path("in/e.jsonl").write_text("\r\n".join(lines[20:]) + "\r\n")
    return tmp_path


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tasks for other processes, from the second block on."""
    monkeypatch.setattr(lint_run, "MIN_PARALLEL_BYTES", 1)
    monkeypatch.setattr(pieces, "_TASK_BYTES", 1)
    monkeypatch.setattr("wan_validators.source.files._BLOCK_BYTES", 2000)


OPTIONS = [
    *([f"--format={each}"] for each in FORMATS),
    *(["--format=json", each] for each in ("--cost", "--statistics", "--max-findings=3")),
    *(["--format=text", each] for each in ("--cost", "--statistics", "--max-findings=3")),
    ["--format=md", "--statistics", "--ignore=seed"],
    ["--format=text", "--quiet", "--max-per-payload=1", "--model=wan2.6-image"],
    ["--format=sarif", "--max-findings=0"],
    ["--format=junit", "--fail-on=info"],
]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
@pytest.mark.usefixtures("folder", "small")
def test_jobs_change_nothing(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["lint", "--now=0", *options, "in", "missing.json"]
    alone = main([*argv, "--jobs=1"]), *capsys.readouterr()
    together = main([*argv, "--jobs=3"]), *capsys.readouterr()

    assert together == alone
    assert alone[0] == 2
    assert "missing.json" in alone[2]


@pytest.mark.usefixtures("folder")
def test_small_inputs_stay_in_one_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(os, "fork")
    assert main(["lint", "in/a.jsonl", "--jobs=4"]) == 1
    assert capsys.readouterr().out.endswith("errors, 9 warnings\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "options", "shown"),
    [
        ("in/a.jsonl", [], "/8.8 kB"),
        ("in/a.jsonl", ["--jobs=2"], "/8.8 kB"),
        ("in/a.jsonl", ["--shard=1/2"], "/4.4 kB"),
        ("in/a.jsonl", ["--quiet"], None),
        ("a.parquet", ["--model=wan26_i2i"], "/? bytes"),
    ],
)
@pytest.mark.usefixtures("folder", "small")
def test_a_terminal_shows_a_bar_with_the_size_of_the_input(
    name: str, options: list[str], shown: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(progress, "FIRST_SHOWN_AFTER_S", 0)
    pq.write_table(pa.table({"a": [json.dumps(GOOD)]}), "a.parquet")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    main(["lint", name, "--output=out.txt", *options])
    if shown is None:
        assert terminal.getvalue() == ""
    else:
        assert shown in terminal.getvalue()


@pytest.mark.parametrize("jobs", ["0", "-1", "1.5", "x", "", "1000"])
def test_a_wrong_number_of_processes_is_rejected(
    jobs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "a.json", f"--jobs={jobs}"]) == 2
    assert f"argument -j/--jobs: '{jobs}' is not a whole number" in capsys.readouterr().err


@pytest.mark.usefixtures("folder", "small")
def test_an_error_in_a_process_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(self: PieceLinter, pieces: list[Piece]) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(PieceLinter, "lint", fail)
    assert main(["lint", "in", "--jobs=2"]) == 3
    err = capsys.readouterr().err
    assert "internal error in wanproof: WorkerError: RecursionError: too deep." in err
    assert "Traceback" not in err


def make_linter() -> RecordLinter:
    return RecordLinter(find_model=lambda source: None, selection=Selection(), now=0)


def test_pieces_are_grouped_by_size_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_TASK_BYTES", 10)
    monkeypatch.setattr(pieces, "_TASK_PIECES", 3)
    sizes = [4, 7, 1, 1, 1, 50, 1]
    given = [Piece(Record("a", 1, b"x" * size)) for size in sizes]
    groups = [[each.size for each in group] for group in group_pieces(given)]
    assert groups == [[4, 7], [1, 1, 1], [50], [1]]
    assert [*group_pieces([])] == []


def test_a_report_has_counts_texts_and_no_payloads() -> None:
    lines = LineBlock("a.jsonl", 7, b"%b\n\n%b\n" % (json.dumps(GOOD).encode(), b"{"))
    given = [
        Piece(lines),
        Piece(Unreadable("b", "gone")),
        Piece(Record("c.json", 1, b"[1]"), is_found=True),
    ]

    plain = PieceLinter(make_linter()).lint(given)
    texts = PieceLinter(make_linter(), lambda result: f"{result.record.number};").lint(given)

    assert [each.record for each in plain.results] == [
        Record("a.jsonl", 7, b""),
        Record("a.jsonl", 9, b""),
    ]
    assert plain.text == ""
    assert plain.results[1].findings[0].rule == "json-syntax"
    assert texts.text == "7;9;"
    assert not texts.results
    for report in plain, texts:
        summary = report.summary
        assert (summary.payloads, summary.valid, summary.errors) == (2, 1, 1)
        assert summary.unreadable == [Unreadable("b", "gone")]
        assert summary.skipped_files == {"c.json"}
        assert report.size == len(lines.data) + 3


def test_parts_of_a_file_that_are_skipped_are_one_file() -> None:
    whole, part = Summary(), Summary()
    for summary in whole, part:
        summary.add_other(Skipped("a.jsonl", "file"))
        summary.add_other(Skipped("a.har", "request"))
    whole.merge(part)
    assert whole.skipped == {"file": 1, "request": 2}


def test_costs_of_parts_are_added_up() -> None:
    linter = replace(make_linter(), totals=CostTotals())
    lines = [json.dumps(each).encode() for each in (GOOD, {**GOOD, "model": "no"}, GOOD)]
    whole = Summary(costs=CostTotals())
    for line in lines:
        report = PieceLinter(linter).lint([Piece(Record("a", 1, line))])
        assert report.results[0].cost is not None
        whole.merge(report.summary)
    [report] = [PieceLinter(linter).lint([Piece(Record("a", 1, line)) for line in lines])]
    assert whole.costs is not None
    assert report.summary.costs is not None
    assert whole.costs.as_dict() == report.summary.costs.as_dict()
    assert [*whole.costs.lines()] == [*report.summary.costs.lines()]
    assert whole.costs.total.payloads == 3


def test_a_plain_finding_shows_what_the_finding_showed() -> None:
    data = json.dumps(BAD).encode()
    [result] = make_linter().lint(Record("a.json", 3, data), is_found=False)
    assert isinstance(result, LintResult)
    plain = pieces.make_plain(result)
    names = [
        *("rule", "code", "severity", "pointer", "message", "allowed", "got", "hint"),
        *("line", "column", "basis"),
    ]
    assert next(plain.get_excerpts())[1] == next(result.get_excerpts())[1]
    for ours, theirs in zip(result.findings, plain.findings, strict=True):
        assert [getattr(theirs, name) for name in names] == [getattr(ours, name) for name in names]
        assert theirs.as_dict() == ours.as_dict()
