"""Shards: each record is in exactly one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wan_validators.bulk.shards import Shard, divide
from wan_validators.cli import main
from wan_validators.source.files import LineBlock, Record, Unreadable, read, read_blocks
from wan_validators.source.walking import InputFile, InputPart

FILES = {
    "a.jsonl": b"1\n22\n\n333\n",
    "empty.jsonl": b"",
    "b.json": b'{"a": 1}',
    "crlf.jsonl": b"\r\n1\r\n  \r\n22\r\n333",
    "empty.json": b"",
    "one.jsonl": b"x" * 50,
    "blank.jsonl": b"\n\n\n",
    "c.json": b"[1,\n2]",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def is_lined(file: InputFile) -> bool:
    return file.name.endswith(".jsonl")


def read_all(parts: list[InputPart]) -> list[Record | Unreadable]:
    found: list[Record | Unreadable] = []
    for part in parts:
        file = part.file
        if not is_lined(file):
            found += read([file.name])
            continue
        for block in read_blocks(file.name, start=part.start, end=part.end):
            found += block.get_records() if isinstance(block, LineBlock) else [block]
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 16, 200])
@pytest.mark.parametrize(
    "names", [[*FILES], [*FILES][::-1], ["a.jsonl"] * 2, *([n] for n in FILES)]
)
def test_each_record_is_in_exactly_one_shard(names: list[str], count: int) -> None:
    for name, data in FILES.items():
        Path(name).write_bytes(data)
    files = [InputFile(name) for name in names]
    found: list[Record | Unreadable] = []
    for number in range(1, count + 1):
        parts, shard = divide(files, Shard(number, count), is_lined)
        assert shard.total == sum(len(FILES[name]) for name in names)
        found += read_all(parts)

    assert found == [*read(names)]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_missing_file_is_reported_by_one_shard(count: int) -> None:
    Path("a.jsonl").write_bytes(b"1\n2\n")
    files = [InputFile(name) for name in ("no.jsonl", "a.jsonl", "no.json")]
    found = [
        each
        for number in range(1, count + 1)
        for each in read_all(divide(files, Shard(number, count), is_lined)[0])
    ]
    assert found == [*read(each.name for each in files)]


def test_lines_that_are_appended_belong_to_the_last_shard() -> None:
    Path("a.jsonl").write_bytes(b"1\n2\n")
    Path("b.jsonl").write_bytes(b"3\n")
    files = [InputFile("a.jsonl"), InputFile("b.jsonl")]
    divided = [divide(files, Shard(number, 3), is_lined)[0] for number in (1, 2, 3)]
    for name in ("a.jsonl", "b.jsonl"):
        with Path(name).open("ab") as file:
            file.write(b"9\n")
    found = [each for parts in divided for each in read_all(parts)]
    assert found == [*read(["a.jsonl", "b.jsonl"])]


@pytest.mark.parametrize(
    "text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "a/b", "1/2/3", "1.5/2", "1/٢"]
)
def test_a_wrong_shard_is_rejected(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="is not a shard such as 1/8, the first of eight"):
        Shard.parse(text)
    assert main(["lint", f"--shard={text}", "a.json"]) == 2
    assert "argument --shard: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--max-cost=1"], "--max-cost needs all shards; give it to wanproof merge"),
        (["--max-findings=1"], "--max-findings needs all shards"),
        (["--statistics"], "--statistics needs all shards"),
        (["--fix"], "use --fix and --diff without it"),
        (["--diff"], "use --fix and --diff without it"),
        (["-"], "--shard needs files, as standard input has no known size"),
    ],
)
def test_options_for_the_whole_run_are_rejected(
    options: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.json").write_text("{}")
    assert main(["lint", "--shard=1/2", "a.json", *options]) == 2
    assert problem in capsys.readouterr().err


def test_a_shard_of_a_report_says_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.jsonl").write_bytes(b"{}\n{}\n{}\n")
    assert main(["lint", "--shard=2/3", "--format=json", "a.jsonl"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["shard"] == {"number": 2, "of": 3, "bytes": 9}
    assert [each["record"] for each in report["results"]] == [2]
