"""JSON text to a payload, and what is said of text that is no JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_validators import Severity, lint
from wan_validators.constraints.basic import Anything
from wan_validators.finding import Finding
from wan_validators.source.json_pointer import MISSING
from wan_validators.source.parser import decode_for_display, locate_findings, read
from wan_validators.spec import Rule

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def only(data: str | bytes | bytearray) -> Finding:
    """The one finding about *data*, from which no value could be read."""
    document = read(data)
    assert document.value is MISSING
    (finding,) = document.findings
    return finding


@given(VALUES)
def test_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    text = json.dumps(value)
    assert read(text).value == json.loads(text)
    assert read(text.encode()) == read(bytearray(text.encode())) == read(text)
    assert read(text).findings == []


@pytest.mark.parametrize(
    ("data", "says", "place"),
    [
        ("", "the text is empty", (1, 1)),
        (b"", "the text is empty", (1, 1)),
        (" \n\t", "the text is empty", (2, 2)),
        ("{", "this is not JSON: expecting property name enclosed in double quotes", (1, 2)),
        ('{"a": 1\n "b": 2}', "this is not JSON: expecting ',' delimiter", (2, 2)),
        ('{"a": "b', "this is not JSON: unterminated string", (1, 7)),
        ('["\x00"]', "this is not JSON: invalid control character", (1, 3)),
        ('["a\nb"]', "this is not JSON: invalid control character", (1, 4)),
        (r'["\x"]', "this is not JSON: invalid \\escape", (1, 3)),
        ("[1] x", "this is not JSON: extra data", (1, 5)),
        ('{"a": NaN}', "this is not JSON: NaN is not allowed", (1, 7)),
        ('["NaN",\n-Infinity]', "this is not JSON: -Infinity is not allowed", (2, 1)),
        ("Infinity", "this is not JSON: Infinity is not allowed", (1, 1)),
        ("+1", "this is not JSON: expecting value", (1, 1)),
        ("[１]", "this is not JSON: expecting value", (1, 2)),
        ("\x00{}", "this is not JSON: expecting value", (1, 1)),
    ],
)
def test_text_that_is_no_json_is_one_error_at_its_place(
    data: str | bytes, says: str, place: tuple[int, int]
) -> None:
    finding = only(data)
    assert (finding.rule, finding.severity) == ("json-syntax", Severity.ERROR)
    assert (finding.message, (finding.line, finding.column)) == (says, place)


@pytest.mark.parametrize(
    ("data", "says", "place"),
    [
        (b'{"a": "\xff"}', "the byte FF is not valid UTF-8; write the text in UTF-8", (1, 8)),
        (
            "\ufeff[\n'é".encode() + b"\xc3(",
            "the byte C3 is not valid UTF-8; write the text in UTF-8",
            (2, 3),
        ),
        ("{}".encode("utf-16"), "the text looks like UTF-16; write it in UTF-8", (1, 1)),
        ("{}".encode("utf-16-be"), "the text looks like UTF-16; write it in UTF-8", (1, 1)),
        ("{}".encode("utf-32-le"), "the text looks like UTF-32; write it in UTF-8", (1, 1)),
        (b"\xff\xfe{", "the text looks like UTF-16; write it in UTF-8", (1, 1)),
    ],
)
def test_bytes_that_are_not_utf8_are_one_error(
    data: bytes, says: str, place: tuple[int, int]
) -> None:
    finding = only(data)
    assert (finding.rule, finding.severity) == ("json-encoding", Severity.ERROR)
    assert (finding.message, (finding.line, finding.column)) == (says, place)


@pytest.mark.parametrize("data", ["\ufeff[7]", "\ufeff[7]".encode()])
def test_a_byte_order_mark_is_a_warning_and_no_part_of_the_text(data: str | bytes) -> None:
    document = read(data)
    assert (document.value, document.text) == ([7], "[7]")
    assert [(f.rule, f.severity, f.line, f.column) for f in document.findings] == [
        ("json-bom", Severity.WARNING, 1, 1)
    ]


def test_a_second_byte_order_mark_is_an_error() -> None:
    rules = [finding.rule for finding in read("\ufeff\ufeff[]").findings]
    assert rules == ["json-bom", "json-syntax"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_bottomless_nesting_is_an_error(text: str) -> None:
    assert only(text).rule == "json-depth"


@pytest.mark.parametrize("sign", ["", "-"])
def test_integers_of_any_length_are_read(sign: str) -> None:
    value = read(f"[{sign}{'9' * 100_000}]").value[0]
    assert type(value) is int
    assert abs(value) > 10**4000
    assert (value < 0) is (sign == "-")


def test_of_members_that_stand_twice_the_last_counts() -> None:
    document = read('{"a": 1,\n "b": {"c": 2, "c": 3},\n "a": 4}')
    assert document.value == {"a": 4, "b": {"c": 3}}
    assert [
        (f.rule, f.severity, f.pointer, f.message, f.line, f.column) for f in document.findings
    ] == [
        (
            "json-duplicate",
            Severity.WARNING,
            "/b/c",
            "c occurs twice, in this line at columns 8 and 16; the last one is used",
            2,
            16,
        ),
        (
            "json-duplicate",
            Severity.WARNING,
            "/a",
            "a occurs twice, in lines 1 and 3; the last one is used",
            3,
            2,
        ),
    ]


def test_lone_surrogates_are_read_as_python_reads_them() -> None:
    assert read(rb'["\ud800"]').value == ["\ud800"]
    assert read('["\ud800"]').value == ["\ud800"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\xffb", "a\ufffdb"),
        ("\ufeffé".encode(), "é"),
        ("é".encode("utf-16"), "é"),
        ("\ufeffx", "x"),
        (bytearray(b"x"), "x"),
    ],
)
def test_any_data_is_legible(data: str | bytes | bytearray, text: str) -> None:
    assert decode_for_display(data) == text


def test_findings_are_placed_at_the_name_the_value_or_the_object_around() -> None:
    text = """{
  "model": "wan26_i2i",
  "strange": 1,
  "input": {"messages": [{"role": "user", "content": [{"text": "a"}, {"image": 5}]}]},
  "parameters": {"n": 9}
}"""
    places = {f.pointer: (f.line, f.column) for f in lint(text).findings}
    assert places == {
        "/strange": (3, 3),
        "/input/messages/0/content/1/image": (4, 80),
        "/parameters/n": (5, 23),
    }
    (missing,) = lint('\n {"model": "wan26_i2i"}').findings
    assert (missing.pointer, missing.line, missing.column) == ("/input", 2, 2)


def test_a_finding_in_a_member_that_stands_twice_is_placed_at_the_last() -> None:
    text = '{"model":"wan26_i2i","input":1,"input":22}'
    columns = {f.rule: f.column for f in lint(text).findings}
    assert columns == {"json-duplicate": 32, "input-object": 40}


def test_a_pointer_that_leads_nowhere_stays_without_a_place() -> None:
    finding = Finding(Rule("some-rule", "", Anything()), "/a/b", 1)
    assert locate_findings([finding], '{"a": 1}') == [finding]
    assert locate_findings([], "") == []
