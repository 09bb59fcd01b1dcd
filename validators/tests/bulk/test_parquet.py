"""Rows of Parquet files as payloads."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wan_validators.bulk import pieces
from wan_validators.bulk.parquet import read_rows
from wan_validators.cli import main
from wan_validators.commands import lint_run
from wan_validators.source.files import Record, Unreadable

from .test_lint_jobs import BAD, GOOD

ROWS: list[dict[str, Any]] = [GOOD, BAD, GOOD, {**GOOD, "parameters": {"n": 5}}]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, **columns: Any) -> None:
    pq.write_table(pa.table(columns), name)


def lint(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    main(["lint", "--format=json", *argv])
    return json.loads(capsys.readouterr().out)


def texts(rows: list[Any]) -> list[str]:
    return [json.dumps(row) for row in rows]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())]
)
def test_text_in_a_column_is_linted_row_by_row(
    kind: pa.DataType, capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.parquet", id=[1, 2, 3, 4], request=pa.array(texts(ROWS)).cast(kind))
    report = lint(capsys, "--column=request", "a.parquet")
    rules = {
        each["record"]: [(found["rule"], found["line"]) for found in each["findings"]]
        for each in report["results"]
    }
    assert rules[1] == rules[3] == []
    assert ("n-range", 2) in rules[2]
    assert ("unknown-member", 2) in rules[2]
    assert rules[4] == [("n-range", 4)]
    assert report["results"][0]["source"] == "a.parquet"


@pytest.mark.parametrize("options", [[], ["--jsonl"], ["--column=request"]])
def test_the_only_column_needs_no_name(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write("A.PARQUET", request=texts(ROWS))
    report = lint(capsys, *options, "A.PARQUET")
    assert [each["valid"] for each in report["results"]] == [True, False, True, False]


def test_structs_are_payloads_without_the_members_that_are_null(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [{**GOOD, "parameters": None}, {**GOOD, "parameters": {"n": 9}}, None]
    write("a.parquet", id=[1, 2, 3], request=rows)
    report = lint(capsys, "--column=request", "a.parquet")
    found = [[each["rule"] for each in result["findings"]] for result in report["results"]]
    assert found == [[], ["n-range"], ["payload-type"]]


def test_a_row_with_several_columns_is_the_payload(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [GOOD, {**GOOD, "parameters": {"n": 9}}]
    columns = {name: [row.get(name) for row in rows] for name in rows[1]}
    write("a.parquet", **columns)
    report = lint(capsys, "a.parquet")
    assert [each["model"] for each in report["results"]] == ["wan26_i2i"] * 2
    assert [len(each["findings"]) for each in report["results"]] == [0, 1]


def test_values_of_other_types_are_payloads_of_a_wrong_type() -> None:
    write("a.parquet", a=[1, None])
    assert [*read_rows("a.parquet", None)] == [
        Record("a.parquet", 1, b"1"),
        Record("a.parquet", 2, b"null"),
    ]
    write("b.parquet", a=[[1, 2]], day=[dt.date(2026, 1, 2)])
    [record] = read_rows("b.parquet", None)
    assert isinstance(record, Record)
    assert json.loads(record.data) == {"a": [1, 2], "day": "2026-01-02"}
    write("c.parquet", a=pa.array([{"b": 1}], pa.map_(pa.string(), pa.int8())))
    assert [*read_rows("c.parquet", None)] == [Record("c.parquet", 1, b'{"b": 1}')]


LABELS = pa.map_(pa.string(), pa.int8())


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (pa.array([None, 2**62], pa.timestamp("ns")), "Nanosecond resolution"),
        (pa.array([None, 2**62], pa.timestamp("us")), "out of range"),
        (pa.array([None, [("a", 1), ("a", 2)]], LABELS), "a"),
        (pa.array([None, b"\xff"]).cast(pa.string(), safe=False), "can't decode"),
    ],
)
def test_a_value_that_python_cannot_have_is_reported_with_its_row(
    values: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.parquet", prompt=["a", "b"], at=values)
    found = [*read_rows("a.parquet", None)]
    assert found[0] == Record("a.parquet", 1, b'{"prompt": "a"}')
    assert isinstance(found[1], Unreadable)
    assert found[1].reason.startswith("row 2: ")
    assert reason in found[1].reason
    assert found[1:] == [*read_rows("a.parquet", "at")][1:]
    assert main(["lint", "a.parquet", "--model=wan2.5-i2v-preview"]) == 2
    out, err = capsys.readouterr()
    assert "1 payload" in out
    assert err.startswith("wanproof: cannot read a.parquet: row 2: ")
    assert "Traceback" not in err


def test_a_column_without_a_name_in_utf_8_is_reported() -> None:
    write("a.parquet", request=["{}"])
    file = Path("a.parquet")
    file.write_bytes(file.read_bytes().replace(b"request", b"\xff\xffquest"))
    [problem] = read_rows("a.parquet", None)
    assert isinstance(problem, Unreadable)


def test_text_of_several_lines_is_in_the_line_of_its_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("a.parquet", request=["{}", json.dumps(BAD, indent=1), '{"a":\n]'])
    report = lint(capsys, "a.parquet")
    for number, result in enumerate(report["results"], 1):
        assert {each["line"] for each in result["findings"]} == {number}
    assert report["results"][2]["findings"][0]["column"] == 7
    main(["lint", "a.parquet"])
    out = capsys.readouterr().out
    assert "a.parquet:3:7: error json-syntax" in out
    assert '  | {"a":\\n]\n' in out


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_findings_of_several_processes_are_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lint_run, "MIN_PARALLEL_BYTES", 1)
    monkeypatch.setattr(pieces, "_TASK_PIECES", 7)
    write("a.parquet", request=[*texts(ROWS), json.dumps(BAD, indent=1)] * 20)
    alone = main(["lint", "a.parquet", "--jobs=1"]), capsys.readouterr()
    together = main(["lint", "a.parquet", "--jobs=2"]), capsys.readouterr()
    assert together == alone


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--column=reqest"], "it has no column 'reqest'; did you mean request?"),
        (["--column=zzz"], "it has no column 'zzz'; columns: id, request"),
    ],
)
def test_a_wrong_column_is_reported(
    options: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.parquet", id=[1], request=["{}"])
    assert main(["lint", "a.parquet", *options]) == 2
    assert f"cannot read a.parquet: {problem}" in capsys.readouterr().err


def test_what_is_not_parquet_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.parquet").write_bytes(b"PAR1 no, text")
    Path("empty.parquet").touch()
    write("b.parquet", a=texts([GOOD]))
    names = ["a.parquet", "empty.parquet", "missing.parquet", "b.parquet"]
    assert main(["lint", *names]) == 2
    out, err = capsys.readouterr()
    assert "1 payload, 1 valid" in out
    assert err.count("\n") == 3
    assert "cannot read missing.parquet: No such file or directory" in err
    assert [type(each) for each in read_rows("a.parquet", None)] == [Unreadable]
    assert "Traceback" not in err


def test_shards_have_whole_parquet_files(capsys: pytest.CaptureFixture[str]) -> None:
    write("a.parquet", a=texts(ROWS))
    write("b.parquet", a=texts(ROWS[:2]))
    inputs = ["a.parquet", "b.parquet"]
    for number in (1, 2, 3):
        name = f"--output={number}.json"
        main(["lint", f"--shard={number}/3", "--format=json", name, *inputs])
    whole = main(["lint", *inputs]), capsys.readouterr()
    assert (main(["merge", "1.json", "2.json", "3.json"]), capsys.readouterr()) == whole


def test_without_pyarrow_the_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert main(["lint", "a.parquet"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        'wanproof: pyarrow is not installed; get it with: pip install "wanproof[parquet]"\n'
    )
