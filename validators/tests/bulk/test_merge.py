"""``wanproof merge``: the report of one run, from those of its shards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wan_validators.cli import main
from wan_validators.commands import lint_run
from wan_validators.reporters.factory import FORMATS

from .test_lint_jobs import BAD, GOOD, folder

__all__ = ["folder"]

INPUT = ["--now=0", "in", "missing.jsonl", "-m", "wan26_i2i"]

LINT = [
    [],
    ["--cost"],
    ["--max-per-payload=1"],
    ["--select=n,json", "--cost"],
    ["--media-root=."],
]
MERGE = [
    *([f"--format={each}"] for each in FORMATS),
    ["--format=text", "--statistics"],
    ["--format=json", "--statistics"],
    ["--format=md", "--statistics"],
    *([f"--format={each}", "--max-findings=4"] for each in FORMATS),
    ["--quiet"],
    ["--strict"],
    ["--exit-zero"],
    ["--fail-on=info"],
]
FEW = [["--format=json"], ["--format=text"], ["--format=text", "--statistics"], ["--strict"]]
"""For other options of lint, which the formats know nothing about."""


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(argv)
    out, err = capsys.readouterr()
    return code, out, err


def lint_shards(count: int, *options: str) -> list[str]:
    names = [f"{number}.json" for number in range(1, count + 1)]
    for number, name in enumerate(names, 1):
        main(["lint", *options, f"--shard={number}/{count}", "--format=json", "--output", name])
    return names


@pytest.mark.parametrize("lint", LINT, ids=" ".join)
@pytest.mark.usefixtures("folder")
def test_the_merged_report_is_that_of_one_run(
    lint: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for count in (1, 3, 40):
        names = lint_shards(count, *INPUT, *lint)
        capsys.readouterr()
        formats = MERGE if count == 3 and lint == ["--cost"] else FEW
        for merge in formats:
            whole = run(capsys, "lint", *INPUT, *lint, *merge)
            assert run(capsys, "merge", *merge, *names[::-1]) == whole, merge


@pytest.mark.usefixtures("folder")
def test_exit_codes_are_those_of_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("warned.jsonl").write_text(json.dumps({**GOOD, "strange": 1}) + "\n")
    Path("good.jsonl").write_text(json.dumps(GOOD) + "\n")
    Path("bad.jsonl").write_text(json.dumps(GOOD) + "\n" + json.dumps(BAD))
    cases = [
        ("good.jsonl", [], 0),
        ("warned.jsonl", [], 0),
        ("warned.jsonl", ["--strict"], 1),
        ("bad.jsonl", [], 1),
        ("bad.jsonl", ["--exit-zero"], 0),
        ("missing.jsonl", ["--exit-zero"], 2),
        ("good.jsonl", ["--max-cost=0.01"], 1),
        ("good.jsonl", ["--max-cost=10"], 0),
    ]
    for name, options, code in cases:
        names = lint_shards(2, name, "--cost")
        capsys.readouterr()
        assert run(capsys, "merge", *names, *options)[0] == code, (name, options)
        assert run(capsys, "lint", name, "--cost", *options)[0] == code


@pytest.mark.usefixtures("folder")
def test_a_limit_of_costs_needs_costs(capsys: pytest.CaptureFixture[str]) -> None:
    names = lint_shards(1, "in/a.jsonl")
    code, _, err = run(capsys, "merge", "--max-cost=1", *names)
    assert code == 2
    assert "the reports have no costs for --max-cost; lint with --cost" in err


@pytest.mark.usefixtures("folder")
def test_reports_of_several_runs_are_joined_in_their_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    inputs = ["in/e.jsonl", "in/a.jsonl"]
    for number, name in enumerate(inputs):
        main(["lint", "--now=0", "--format=json", name, "--cost", "--output", f"{number}.json"])
    for options in (["--format=json"], ["--format=jsonl"], ["--statistics"]):
        whole = run(capsys, "lint", "--now=0", "--cost", *inputs, *options)
        assert run(capsys, "merge", "0.json", "1.json", *options) == whole
    text = run(capsys, "merge", "0.json", "1.json")[1]
    assert "in/e.jsonl:5:160: error n-range" in text
    assert "  got: 9\n" in text


@pytest.mark.usefixtures("folder")
def test_a_report_with_another_layout_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    main(["lint", "--now=0", "--format=json", "in", "--output", "a.json"])
    capsys.readouterr()
    before = run(capsys, "merge", "a.json", "--format=json")
    Path("a.json").write_text(json.dumps(json.loads(Path("a.json").read_text()), indent=2))
    assert run(capsys, "merge", "a.json", "--format=json") == before


def change(name: str, **members: Any) -> None:
    found = json.loads(Path(name).read_text())
    Path(name).write_text(json.dumps({**found, **members}))


@pytest.mark.usefixtures("folder")
def test_shards_must_be_complete_and_of_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    names = lint_shards(4, "in/a.jsonl")
    main(["lint", "in/a.jsonl", "--shard=1/3", "--format=json", "--output=other.json"])
    main(["lint", "in/e.jsonl", "--shard=4/4", "--format=json", "--output=changed.json"])
    main(["lint", "in/a.jsonl", "--format=json", "--output=whole.json"])
    main(["lint", "in/a.jsonl", "--format=json", "--statistics", "--output=counts.json"])
    text = Path("3.json").read_text()
    Path("cut.json").write_text("\n".join(text.split("\n")[:-2]))
    Path("torn.json").write_text(text[:-200].rpartition("\n")[0] + '\n{"source')
    Path("empty.json").write_text("")
    Path("payload.json").write_text(json.dumps(GOOD))
    Path("list.json").write_text("[]")
    Path("deep.json").write_text("[" * 100_000)
    Path("latin.json").write_bytes(b"\xe9")
    Path("other_shape.json").write_text('{"version": 1, "results": [{"a": 1}]}')
    cases = [
        (["2.json", "4.json"], "of 4 shards, these are missing: 1, 3\n"),
        ([*names, "2.json"], "2.json and 2.json are both of shard 2; leave one out"),
        ([*names[:3], "changed.json"], "changed.json and 1.json are not of one run: shard 4 of 4"),
        ([*names, "other.json"], "other.json and 1.json are not of one run: shard 1 of 3 of"),
        ([*names, "whole.json"], "whole.json is not of a shard, and others are"),
        (["1.json", "2.json", "4.json", "no.json"], "cannot read no.json: No such file"),
        (["counts.json"], "counts.json is damaged (ValueError: it was written with --statistics"),
        (["payload.json"], "payload.json is not a report of wanproof lint; merge reads what"),
        (["list.json"], "list.json is not a report of wanproof lint"),
        (["empty.json"], "empty.json is not a JSON document of one report"),
        (["deep.json"], "deep.json is not a JSON document of one report"),
        (["latin.json"], "latin.json is not text in UTF-8"),
        (["other_shape.json"], "other_shape.json is damaged (ValueError"),
        (["in"], "cannot read in: Is a directory"),
    ]
    for files, problem in cases:
        code, _, err = run(capsys, "merge", "--format=text", *files)
        assert code == 2, files
        assert problem in err
        assert "Traceback" not in err
    for name, problem in (("cut.json", "is cut off"), ("torn.json", "is damaged")):
        code, _, err = run(capsys, "merge", "1.json", "2.json", name, "4.json")
        assert code == 2
        assert f"{name} {problem}" in err
    many = lint_shards(30, "in/a.jsonl")
    assert "7, 8, 9, 10, 11 and 19 more" in run(capsys, "merge", many[0])[2]


@pytest.mark.usefixtures("folder")
def test_the_report_of_a_run_that_was_interrupted_is_rejected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(lint_run.LintRun, "_report", interrupt)
        assert main(["lint", "in", "--shard=1/1", "--format=json", "--output=1.json"]) == 130
    assert json.loads(Path("1.json").read_text())["summary"]["complete"] is False
    code, _, err = run(capsys, "merge", "1.json")
    assert code == 2
    assert "1.json is of a run that was interrupted" in err
