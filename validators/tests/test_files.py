"""From file names to records."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from wan_validators.source import files
from wan_validators.source.files import (
    LineBlock,
    Record,
    Unreadable,
    read,
    read_blocks,
    total_size,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("name", ["a.json", "a", "a.txt", "jsonl"])
def test_a_file_is_one_record(name: str) -> None:
    Path(name).write_bytes(b"{\n}\r\n")
    assert list(read([name])) == [Record(name, 1, b"{\n}\r\n")]


def test_an_empty_file_is_a_record_but_an_empty_list_of_lines_has_none() -> None:
    Path("a.json").touch()
    Path("a.jsonl").touch()
    assert list(read(["a.json", "a.jsonl"])) == [Record("a.json", 1, b"")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "A.JSONL"])
def test_lines_are_records_and_blank_ones_only_count(name: str) -> None:
    Path(name).write_bytes(b"\n1\r\n \t\r\n\n{}\x00\n3")
    assert list(read([name])) == [
        Record(name, 2, b"1"),
        Record(name, 5, b"{}\x00"),
        Record(name, 6, b"3"),
    ]


def test_any_file_can_be_read_line_by_line() -> None:
    Path("a.json").write_bytes(b"1\n2\n")
    assert [
        record.number for record in read(["a.json"], lined=True) if isinstance(record, Record)
    ] == [1, 2]


def test_standard_input_is_one_record_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed(monkeypatch, b"1\n2\n")
    assert list(read(["-"])) == [Record("<stdin>", 1, b"1\n2\n")]
    feed(monkeypatch, b"1\n2\n")
    assert list(read(["-"], lined=True)) == [Record("<stdin>", 1, b"1"), Record("<stdin>", 2, b"2")]


def test_standard_input_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert list(read(["-"])) == [Unreadable("<stdin>", "standard input is closed")]


def test_what_cannot_be_read_stops_nothing() -> None:
    Path("empty").mkdir()
    Path("a.json").write_bytes(b"1")
    assert list(read(["missing.json", "empty", "a.json"])) == [
        Unreadable("missing.json", "No such file or directory"),
        Unreadable(
            "empty",
            "the directory has no file with payloads: .json, .jsonl, .ndjson, .har or .curl",
        ),
        Record("a.json", 1, b"1"),
    ]


def test_records_before_a_read_error_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.BytesIO):
        def __next__(self) -> bytes:
            raise OSError(5, "Input/output error")

    class Stdin:
        buffer = Failing(b"1\n")

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert list(read(["-"], lined=True)) == [Unreadable("<stdin>", "Input/output error")]


def test_the_size_of_all_files_is_known_beforehand_but_not_that_of_a_pipe() -> None:
    Path("a.json").write_bytes(b"12345")
    Path("b.json").write_bytes(b"67")
    assert total_size(["a.json", "b.json"]) == 7
    assert total_size(["a.json", "-"]) is None


TEXTS = [
    b"",
    b"\n",
    b"1",
    b"1\n22\n333\n",
    b"1\r\n\r\n22\r\n333",
    b"\n\n1\n\n\n22\n\n",
    b"a" * 40 + b"\nb\n" + b"c" * 40,
    b"\r\r\n1\r2\n",
]


def read_part(name: str, start: int, end: int | None) -> list[Record]:
    blocks = [*read_blocks(name, start=start, end=end)]
    return [
        record for block in blocks if isinstance(block, LineBlock) for record in block.get_records()
    ]


@pytest.mark.parametrize("block_bytes", [1, 3, 1 << 18])
@pytest.mark.parametrize("text", TEXTS)
def test_each_line_is_in_the_part_that_has_its_first_byte(
    text: bytes, block_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BLOCK_BYTES", block_bytes)
    Path("a.jsonl").write_bytes(text)
    whole = [*read(["a.jsonl"])]

    for middle in range(len(text) + 2):
        first, second = read_part("a.jsonl", 0, middle), read_part("a.jsonl", middle, None)
        assert [*first, *second] == whole
        starts = sum(start < middle for start in find_starts(text))
        assert len(first) == starts


def find_starts(text: bytes) -> list[int]:
    """The offset of each line that is not blank."""
    starts, offset = [], 0
    for line in io.BytesIO(text):
        starts += [] if line.isspace() else [offset]
        offset += len(line)
    return starts


def test_a_block_that_cannot_be_read_is_reported() -> None:
    assert [*read_blocks("missing.jsonl")] == [
        Unreadable("missing.jsonl", "No such file or directory")
    ]
