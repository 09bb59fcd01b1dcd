"""Counting payloads without findings says the same as linting each of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_validators.clean_lines import CleanPayloads, find_clean_payloads
from wan_validators.record_linter import RecordLinter
from wan_validators.reporters import LintResult
from wan_validators.selection import Selection
from wan_validators.source import plain_reader
from wan_validators.source.files import LineBlock, Record, Unreadable, read_blocks

CONTENT = [{"text": "a: b"}, {"image": "https://example.com/a.png"}]
VALID: dict[str, Any] = {
    "model": "wan26_i2i",
    "input": {"messages": [{"role": "user", "content": CONTENT}]},
}
TEXT = json.dumps(VALID)
EXPIRED = "https://example.com/a.png?Expires=1700000000&Signature=x&OSSAccessKeyId=y"
LINES = [
    TEXT,
    json.dumps(VALID | {"parameters": {"n": 9}}),
    TEXT.replace("{", "{ ", 1).replace('"model"', ' "model" '),
    TEXT.replace('"model"', '"model": 1, "model"'),
    TEXT.replace('"model"', '"mod\\u0065l"'),
    TEXT.replace("https://example.com/a.png", EXPIRED),
    TEXT.replace("https://example.com/a.png", EXPIRED.replace("?", "\\u003f")),
    TEXT.replace("https://example.com/a.png", "data:image/png;base64," + "QUJD" * 10_000),
    f" {TEXT} \r",
    json.dumps(VALID | {"metadata": {"log": [1]}}),
    json.dumps({"log": {"entries": []}} | VALID),
    json.dumps({"log": {"entries": []}, "model": "wan26_i2i"}),
    json.dumps({"model": "wan26_i2i", "payload": VALID | {"parameters": {"size": "9*9"}}}),
    json.dumps(VALID | {"metadata": {"log": 1}, "model": "wan2.5-i2i-preview"}),
    '{"model": "wan2.5-t2v-preview", "input": {"prompt": "a"}}',
    '{"model": ["wan26_i2i"]}',
    '{"model": "no such model"}',
    "{}",
    "[]",
    "1",
    '"\\ud800"',
    "{",
    "",
    " \t\r",
    "\ufeff" + TEXT,
    "curl https://example.com",
    "[" * 100_000,
]


def lint_lines(block: LineBlock, model: str | None, *, wants_clean: bool) -> tuple[int, list[Any]]:
    """Returns the number of payloads without findings, and what else is known."""
    linter = RecordLinter(
        find_model=lambda source: model,
        selection=Selection(),
        now=1.8e9,
        wants_clean=wants_clean,
    )
    clean = 0
    others: list[Any] = []
    for each in linter.lint_block(block, is_found=False):
        if isinstance(each, CleanPayloads):
            clean += each.number
        elif isinstance(each, LintResult) and not each.findings:
            clean += 1
        elif isinstance(each, LintResult):
            findings = [finding.as_dict() for finding in each.findings]
            others.append((each.record, each.model, each.valid, findings))
        else:
            others.append(each)
    return clean, others


@given(
    st.lists(st.sampled_from(LINES), max_size=8),
    st.sampled_from(["a.jsonl", "a.har"]),
    st.sampled_from([None, "wan26_i2i", "wan2.5-i2i-preview", "/x/wan2.5-i2i-preview"]),
    st.booleans(),
)
def test_counting_says_the_same_as_linting(
    lines: list[str],
    source: str,
    model: str | None,
    is_fast: bool,  # noqa: FBT001
) -> None:
    decode = plain_reader.load_decoder() if is_fast else plain_reader._decode
    block = LineBlock(source, 5, "\n".join(lines).encode())
    with patch.multiple(plain_reader, _decode_fast=decode, _texts_left=0):
        counted = lint_lines(block, model, wants_clean=False)
    assert counted == lint_lines(block, model, wants_clean=True)


def test_payloads_without_findings_are_only_counted() -> None:
    data = f"{TEXT}\n\n{LINES[1]}\r\n{TEXT}\n".encode()
    *others, clean = find_clean_payloads(LineBlock("a.jsonl", 1, data))
    assert clean == CleanPayloads(2)
    [(record, report)] = [each for each in others if not isinstance(each, CleanPayloads)]
    assert isinstance(record, Record)
    assert (record.number, record.data) == (3, LINES[1].encode())
    assert [each.rule for each in report.findings] == ["n-range"]  # type: ignore[union-attr]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
def test_blocks_have_whole_lines_with_their_numbers(tmp_path: Path, chunk: int) -> None:
    file = tmp_path / "a.jsonl"
    lines = [b"1\n", b"\n", b"22\n", b'"\r\n', b"333"]
    file.write_bytes(b"".join(lines))
    with patch("wan_validators.source.files._BLOCK_BYTES", chunk):
        blocks = list(read_blocks(str(file)))
    assert all(isinstance(each, LineBlock) for each in blocks)
    read = [each for each in blocks if isinstance(each, LineBlock)]
    assert b"".join(each.data for each in read) == b"".join(lines)
    numbers = [record.number for each in read for record in each.get_records()]
    assert numbers == [1, 3, 4, 5]


@pytest.mark.parametrize("chunk", [1, 3, 1 << 18])
def test_parts_of_a_file_have_each_line_once(tmp_path: Path, chunk: int) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"".join(b"%d\n" % number for number in range(1, 30)) + b"30")
    size = file.stat().st_size
    for middle in range(size + 1):
        with patch("wan_validators.source.files._BLOCK_BYTES", chunk):
            blocks = [*read_blocks(str(file), end=middle), *read_blocks(str(file), start=middle)]
        records = [each for block in blocks for each in block.get_records()]  # type: ignore[union-attr]
        assert [(each.number, int(each.data)) for each in records] == [
            (number, number) for number in range(1, 31)
        ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert list(read_blocks(str(tmp_path / "no.jsonl"))) == [
        Unreadable(str(tmp_path / "no.jsonl"), "No such file or directory")
    ]
