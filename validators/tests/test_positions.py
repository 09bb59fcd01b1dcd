"""Where pointers and offsets are in a text."""

from __future__ import annotations

import json

import pytest

from wan_validators.source.named_positions import MAX_SEARCHED, MAX_WANTED, find_named_spans
from wan_validators.source.positions import (
    MAX_DUPLICATES,
    Lines,
    Position,
    Span,
    find_duplicates,
    find_spans,
    find_word,
)


@pytest.mark.parametrize(
    ("offset", "place"),
    [(0, (1, 1)), (1, (1, 2)), (2, (1, 3)), (3, (2, 1)), (5, (2, 3)), (6, (3, 1)), (7, (4, 1))],
)
def test_lines_and_columns_count_from_one(offset: int, place: tuple[int, int]) -> None:
    assert Lines("ab\ncd\n\n").position(offset) == Position(*place)


def test_columns_count_code_points() -> None:
    assert Lines("é猫😀x").position(3) == Position(1, 4)


@pytest.mark.parametrize(("line", "text"), [(1, "ab"), (2, "c\rd"), (3, ""), (4, "e")])
def test_a_line_comes_without_its_end(line: int, text: str) -> None:
    assert Lines("ab\r\nc\rd\n\ne").text(line) == text


@pytest.mark.parametrize("is_unique", [False, True])
def test_a_member_has_the_offsets_of_its_name_and_of_its_value(*, is_unique: bool) -> None:
    text = '{"a": {"b": [10, {"c": null}]}}'
    wanted = ["", "/a", "/a/b", "/a/b/0", "/a/b/1/c", "/nowhere", "/a/b/2"]
    spans = find_spans(text, wanted, is_unique=is_unique)
    assert spans == {
        "": Span(0, 0),
        "/a": Span(1, 6),
        "/a/b": Span(7, 12),
        "/a/b/0": Span(13, 13),
        "/a/b/1/c": Span(18, 23),
    }


@pytest.mark.parametrize(
    ("text", "pointer", "value"),
    [
        ('{"a/b": 1}', "/a~1b", 8),
        ('{"a~b": 1}', "/a~0b", 8),
        ('{"": 1}', "/", 5),
        ('{"": {"": 1}}', "//", 10),
        ('{"\\u0061": 1}', "/a", 11),
        ('{"\\"": 1}', '/"', 7),
        ('{"x": "{,:]\\"", "a": 1}', "/a", 21),
        ('{"0": 1}', "/0", 6),
        ("[[], {}, 7]", "/2", 9),
        ("[[1, 2], 3]", "/1", 9),
        ('{"a": 1, "a": 22}', "/a", 14),
    ],
)
def test_a_pointer_finds_its_value(text: str, pointer: str, value: int) -> None:
    assert find_spans(text, [pointer])[pointer].value == value


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_text_without_a_value_has_no_places(text: str) -> None:
    assert find_spans(text, ["", "/a"]) == {}


def test_depth_costs_no_recursion() -> None:
    depth = 100_000
    text = "[" * depth + "7" + "]" * depth
    assert find_spans(text, ["/0" * depth])["/0" * depth].value == depth


def test_each_duplicate_names_its_pointer_and_two_places() -> None:
    text = '{"a": [{"b": 1, "c": 2, "b": 3, "b": 4}], "a": 5}'
    assert [tuple(found) for found in find_duplicates(text)] == [
        ("/a/0/b", 8, 24),
        ("/a/0/b", 24, 32),
        ("/a", 1, 42),
    ]


def test_one_name_in_two_objects_is_no_duplicate() -> None:
    assert find_duplicates('[{"a": 1}, {"a": {"a": 2}}]') == []


def test_names_are_compared_as_they_are_read() -> None:
    assert [found.pointer for found in find_duplicates('{"a": 1, "\\u0061": 2}')] == ["/a"]


def test_the_number_of_duplicates_is_bounded() -> None:
    text = "{" + ",".join(['"a":1'] * 1000) + "}"
    assert len(find_duplicates(text)) == MAX_DUPLICATES + 1


@pytest.mark.parametrize(
    ("text", "wanted", "offset"),
    [("[NaN]", "NaN", 1), ('["NaN", NaN]', "NaN", 8), ('{"a": -Infinity', "-Infinity", 6)],
)
def test_a_word_is_found_outside_strings(text: str, wanted: str, offset: int) -> None:
    assert find_word(text, wanted) == offset


@pytest.mark.parametrize(
    ("text", "pointer", "span"),
    [
        ('{"a": {"b": 10}}', "/a/b", Span(7, 12)),
        ('{"a" :\n {"b"\t:10}}', "/a", Span(1, 8)),
        ('{"b": "a", "a": "b"}', "/a", Span(11, 16)),
        ('[{"a": 1}]', "/0/a", Span(2, 7)),
        ('{"a": [10]}', "/a/0", None),
        ('{"a": {"a": 1}}', "/a", None),
        ('{"b": {"a": 1}}', "/a", None),
        ('{"b": {"\\u0061": 1}, "a": 2}', "/b/a", None),
        ('{"a b": 1}', "/a b", None),
        ('{": ": ":"}', "/: ", None),
        ('{"b": "a"}', "/a", None),
        ('{"a": 1}', "", None),
        ('{"a": 1}' + " " * MAX_SEARCHED, "/a", None),
    ],
)
def test_a_member_is_found_by_its_name_only_if_that_tells_its_place(
    text: str, pointer: str, span: Span | None
) -> None:
    found = find_named_spans(text, json.loads(text), [pointer, pointer])
    assert found == (None if span is None else {pointer: span})
    if span is not None:
        assert find_spans(text, [pointer]) == found


def test_many_pointers_are_found_by_reading_the_text() -> None:
    members = {f"m{number}": number for number in range(MAX_WANTED + 1)}
    wanted = [f"/{name}" for name in members]
    assert find_named_spans(json.dumps(members), members, wanted) is None
    few = wanted[:MAX_WANTED]
    text = json.dumps(members)
    assert find_named_spans(text, members, few) == find_spans(text, few)
