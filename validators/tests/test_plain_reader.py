"""The fast reader and the careful one: whoever reads a text, the report is the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_validators import Report, lint
from wan_validators.source import plain_reader
from wan_validators.source.json_pointer import MISSING
from wan_validators.source.parser import read, read_carefully
from wan_validators.source.plain_reader import has_query, read_plain

NAMES = st.sampled_from(
    ["model", "input", "parameters", "metadata", "n", 'a":', ":", "://", '"', "\\", "", "é", "?"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | NAMES
    | st.sampled_from(["wan26_i2i", "https://example.com/a.png?Expires=1", "://", ' "a" : 1'])
)


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draws objects as text, some with a member that occurs twice or with odd white space."""
    name = st.builds(json.dumps, NAMES, ensure_ascii=st.booleans())
    colon = st.sampled_from([":", ": ", " :", "\n:", "\t:\r", ":\n "])
    member = st.tuples(name, colon, inner).map("".join)
    return st.lists(member, max_size=5).map(lambda members: "{" + ",".join(members) + "}")


TEXTS = st.recursive(
    st.builds(json.dumps, SCALARS),
    lambda inner: objects(inner) | st.lists(inner, max_size=4).map(lambda x: f"[{', '.join(x)}]"),
    max_leaves=20,
)
AROUND = st.sampled_from(["", " ", "\n", "\ufeff", "x", "\x00", ",", "\u2003"])


@pytest.fixture(params=["json", "msgspec"], autouse=True, scope="module")
def decoder(request: pytest.FixtureRequest) -> Iterator[None]:
    """Runs each test with both decoders."""
    decode = plain_reader._decode if request.param == "json" else plain_reader.load_decoder()
    with patch.multiple(plain_reader, _decode_fast=decode, _texts_left=0):
        yield


def describe(report: Report) -> tuple[Any, ...]:
    found = [(each.as_dict(), each.value) for each in report.findings]
    return report.model, repr(report.payload), report.omitted, found


def lint_carefully(data: str | bytes, model: str | None, now: float | None) -> Report:
    with patch("wan_validators.linter.parse_plain", lambda data: (MISSING, b"")):
        return lint(data, model, now=now)


@given(TEXTS, AROUND, AROUND, st.sampled_from([None, "wan26_i2i", "wan2.5-i2i-preview"]))
def test_both_ways_report_the_same(text: str, before: str, after: str, model: str | None) -> None:
    whole = before + text + after
    for data in (whole, whole.encode(), f'{{"model":"wan26_i2i","input":{whole}}}'):
        for now in (None, 2e9):
            expected = describe(lint_carefully(data, model, now))
            assert describe(lint(data, model, now=now)) == expected


@given(TEXTS, AROUND, AROUND)
def test_what_the_fast_reader_returns_is_what_the_careful_one_reads(
    text: str, before: str, after: str
) -> None:
    whole = before + text + after
    value, document = read_plain(whole), read_carefully(whole)
    if value is not MISSING:
        assert repr(value) == repr(document.value)
        assert (document.findings, document.text) == ([], whole)
    assert repr(read(whole.encode())) == repr(read_carefully(whole.encode()))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a" : 1, "a": 2}',
        '{"a" : 1, "b": {"c":1, "c":1}}',
        '{"a": 1, "\\u0061": 2}',
        '[{"a": 1}, {"a": {"b": 1, "b": 1}}]',
        '{"a" : "://", "b": 1, "b": 2}',
        '{"a"\n:":", "b": 1, "b": 2}',
        "\ufeff{}",
        "[NaN]",
        "[-Infinity]",
        "[" + "9" * 5000 + "]",
        "[" * 100_000,
        "[1] x",
        "[1]\u2003",
        "",
    ],
)
def test_the_fast_reader_leaves_what_has_findings_to_the_careful_one(text: str) -> None:
    assert read_plain(text) is MISSING
    assert read(text) == read_carefully(text)


@pytest.mark.parametrize("data", [b"\xff", b'"\xed\xa0\x80"', "[]".encode("utf-16"), b"\x00[]"])
def test_wrong_bytes_are_left_to_the_careful_reader(data: bytes) -> None:
    assert read_plain(data) is MISSING


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": {"a": 1}}\n',
        '{"a": "https://example.com", "b": "12:30"}',
        '[{"a": 1.0}, {"a": 1}, "\\ud83d\\ude00"]',
        '"a"',
        "5",
        "null",
    ],
)
def test_the_fast_reader_reads_the_usual_texts(text: str) -> None:
    assert repr(read_plain(text)) == repr(json.loads(text))
    assert repr(read_plain(text.encode())) == repr(json.loads(text))


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\udc00"', "1e400", "[-0]", "9" * 4000, "NaN"])
def test_texts_that_the_decoders_read_differently_mean_the_same(text: str) -> None:
    for data in (text, text.encode()):
        assert repr(read(data)) == repr(read_carefully(data))


def test_numbers_keep_their_type() -> None:
    text = '{"model": "wan26_i2i", "parameters": {"n": 1.0, "seed": true}}'
    rules = {finding.rule for finding in lint(text).findings}
    assert rules == {"input-object", "n-range", "seed-range"}


def test_a_valid_text_needs_the_fast_reader_alone() -> None:
    content = [{"text": "a: b?"}, {"image": "https://example.com/a.png"}]
    payload = {"model": "wan26_i2i", "input": {"messages": [{"role": "user", "content": content}]}}
    lint(payload)
    with patch("wan_validators.linter.read_carefully", side_effect=AssertionError):
        for text in (json.dumps(payload), json.dumps(payload | {"metadata": {"a": [{"b": 1}]}})):
            report = lint(text.encode())
            assert (report.findings, report.payload) == ([], json.loads(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [('"a"', False), ('"a?"', True), ('"a\\u003fb"', True), ('"\\u003F"', True)],
)
def test_a_query_is_seen_however_it_is_written(text: str, *, expected: bool) -> None:
    assert has_query(text) is has_query(text.encode()) is expected


def test_an_expired_url_is_found_on_the_fast_way() -> None:
    url = "https://example.com/a.png?Expires=1700000000&Signature=x&OSSAccessKeyId=y"
    payload = {"prompt": "a", "images": [url]}
    text = json.dumps(payload).replace("?", "\\u003f")
    for given_value in (payload, text, text.encode()):
        found = lint(given_value, "wan2.5-i2i-preview", now=1.8e9).findings
        assert "image-expired" in [each.rule for each in found]
    assert plain_reader.count_members(payload) == 2


LONG_URI = "data:image/png;base64," + "QUJD" * 20_000


@pytest.mark.parametrize(
    "value",
    [
        {"a": LONG_URI, "b": [LONG_URI, "data:,", LONG_URI[:100]], LONG_URI: 1},
        {"a": LONG_URI + "=", "b": LONG_URI},
        {"a": LONG_URI + "!", "b": 'say "data:'},
        {"a": LONG_URI.replace("image/png", "image\\/png\u00e9")},
        {"a": [f'say "{LONG_URI}', f"\\\\{LONG_URI}"], "b": LONG_URI},
        {"a": LONG_URI.replace(",", "")},
        LONG_URI,
    ],
)
@pytest.mark.parametrize("is_ascii", [True, False])
def test_long_uris_are_read_as_they_are_written(value: Any, *, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    for data in (text, text.encode(), bytearray(text.encode())):
        assert read_plain(data) == value
    broken = text.replace("QUJD" * 9, "QU\nJD" * 9, 1).encode()
    assert read_plain(broken) is MISSING
    assert read(broken) == read_carefully(broken)
    unclosed = f'["data:,{"A" * 100_000}'.encode()
    assert read(unclosed) == read_carefully(unclosed)


def test_msgspec_is_loaded_when_there_are_many_texts() -> None:
    many = plain_reader.TEXTS_WITHOUT_MSGSPEC
    with patch.multiple(plain_reader, _decode_fast=plain_reader._decode, _texts_left=many):
        for _ in range(many - 1):
            assert read_plain("[1]") == [1]
        assert plain_reader._decode_fast is plain_reader._decode
        read_plain("[1]")
        assert plain_reader._decode_fast is not plain_reader._decode
    with patch.multiple(plain_reader, _decode_fast=plain_reader._decode, _texts_left=many):
        assert plain_reader.get_decoder(10 * many) is not plain_reader._decode


@pytest.mark.parametrize(
    "library", [None, SimpleNamespace(DecodeError=Exception)], ids=["missing", "too old"]
)
def test_without_msgspec_the_decoder_of_python_is_used(library: Any) -> None:
    with patch.dict(sys.modules, {"msgspec": library}):
        assert plain_reader.load_decoder() is plain_reader._decode


def test_a_depth_that_one_function_bears_and_another_does_not_is_left_to_the_careful_reader() -> (
    None
):
    with patch.object(plain_reader, "count_members", side_effect=RecursionError):
        assert read_plain("[1]") is MISSING
