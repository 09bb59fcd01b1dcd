"""Each check on both sides of its edge, written by hand: here nothing is derived."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import pytest

from wan_validators.constraints import basic, items, size
from wan_validators.constraints.basic import (
    Absent,
    Anything,
    Between,
    BetweenIf,
    Constraint,
    Items,
    JsonType,
    KnownMembers,
    MutuallyExclusive,
    NotBlank,
    ObjectCount,
    OneOf,
    Text,
    Undocumented,
    parse_integer,
)
from wan_validators.constraints.items import (
    Percentage,
    PercentageSum,
    TypeCount,
    TypeSets,
    UrlOnly,
    VideoUrls,
    may_be_video,
)
from wan_validators.constraints.size import (
    AdvisedPixels,
    Pixels,
    Ratio,
    Size,
    TwoPartSize,
    parse_sides,
)

VERY_LONG = "9" * 5000
"""More digits than Python's int() takes."""


class Case(NamedTuple):
    check: Constraint
    accepted: tuple[Any, ...]
    over: tuple[Any, ...]
    of_another_kind: tuple[Any, ...]


CASES = [
    Case(JsonType(dict), ({}, {"a": 1}), (), ([], "", None, 0, True)),
    Case(JsonType(list), ([], [1]), (), ({}, "", (), None)),
    Case(JsonType(str), ("", "a", "\ud800"), (), (None, 1, ["a"], b"a")),
    Case(JsonType(bool), (True, False), (), (0, 1, "true", None, 1.0)),
    Case(JsonType(int), (0, 1, -1), (), (True, 1.0, "1", None)),
    Case(Anything(), (None, 0, "", [], {}), (), ()),
    Case(Absent(), (), (None, 0, "x", {}, False), ()),
    Case(Undocumented(), (), (), (None, 0, "x", {}, False)),
    Case(OneOf(("user",)), ("user",), ("User", "system", "", "user "), (None, 1, ["user"])),
    Case(OneOf(("480P", "1080P")), ("480P", "1080P"), ("720P", "480p", "480"), (480, None)),
    Case(OneOf((5, 10)), (5, 10), (4, 6, 9, 11, 0, -5), (True, 5.0, "5", None)),
    Case(OneOf((1,)), (1,), (0, 2), (True, 1.0, "1")),
    Case(Between(1, 4), (1, 2, 3, 4), (0, 5, -1, 10**30), (True, False, 1.0, 1.5, "1", None, [1])),
    Case(Between(0, 2_147_483_647), (0, 2_147_483_647), (-1, 2_147_483_648), (0.0, "0", False)),
    Case(BetweenIf(Between(1, 4), Between(1, 1)), (1,), (2, 3, 4), (0, 5, True, 1.0, "1", None)),
    Case(BetweenIf(Between(0, 9), Between(0, 7)), (0, 7), (8, 9), (-1, 10, "8", 8.0)),
    Case(
        Text(1, 3),
        ("a", "abc", "\u5b57\u5b57\u5b57", "\U0001f600" * 3, "e\u0301a", "   ", "\ud800"),
        ("", "abcd", "\u5b57" * 4, "\U0001f600" * 4, "e\u0301ab"),
        (None, 5, ["a"], True),
    ),
    Case(Text(0, 500), ("", "\U0001f468\u200d\U0001f469" * 125, "a" * 500), ("a" * 501,), (None,)),
    Case(NotBlank(), ("a", " a ", "0", "\u200b"), ("", " ", "\t\r\n", "\u3000"), (None, 0, [])),
    Case(NotBlank(empty=True), ("", "a"), (" ", "\n", "\u00a0"), (None, {})),
    Case(Items(1, 3), ([0], [0, 0, 0], [None]), ([], [0] * 4), ({}, "ab", None, (0,))),
    Case(Items(1, 1), ([0],), ([], [0, 0]), ({"0": 0}, "a")),
    Case(
        ObjectCount("text", 1, 1),
        ([{"text": "a"}], [{"text": None}, {"image": 1}], ["text", {"text": "a"}]),
        ([], [{"image": 1}], [{"text": "a"}] * 2, ["text"], [["text"]], [{"Text": "a"}]),
        ({}, {"text": "a"}, "text", None),
    ),
    Case(
        ObjectCount("image", 1, 4),
        ([{"image": 1}], [{"image": 1}] * 4, [{"image": 1}] * 4 + [{"text": 1}] * 9),
        ([], [{"text": "image"}], [{"image": 1}] * 5),
        (None, {"image": 1}),
    ),
    Case(ObjectCount("image", 0, 1), ([], [{"image": 1}], [1]), ([{"image": 1}] * 2,), ("", {})),
    Case(
        MutuallyExclusive(("text", "image")),
        ({"text": 1}, {"image": 1}, {"other": 1}, {"text": 1, "other": 1}),
        ({}, {"text": 1, "image": 1}, {"text": None, "image": None, "other": 1}),
        ([], "text", None),
    ),
    Case(
        TypeSets(
            (
                (TypeCount("frame", 1, 1), TypeCount("audio", 0, 1)),
                (TypeCount("clip", 1, None),),
            )
        ),
        (
            *([{"type": "frame"}], [{"type": "audio"}, {"type": "frame"}]),
            *([{"type": "clip"}], [{"type": "clip"}] * 9),
            # Other rules report these items.
            *([{"type": "fame"}], [{"type": "audio"}, {}], ["frame"], [{"type": ["clip"]}], [None]),
        ),
        (
            *([], [{"type": "audio"}], [{"type": "frame"}] * 2),
            *([{"type": "frame"}, {"type": "clip"}], [{"type": "clip"}, {"type": "audio"}]),
        ),
        ({}, {"type": "frame"}, "frame", None),
    ),
    Case(
        UrlOnly(("audio", "clip")),
        (
            *({"type": "audio", "url": "https://e.com/a.mp3"}, {"type": "audio"}, {}),
            *({"type": "frame", "url": "data:image/png;base64,"}, {"type": "clip", "url": 5}),
            {"type": [], "url": "data:,"},
        ),
        ({"type": "audio", "url": "data:audio/mpeg;base64,"}, {"type": "clip", "url": "DATA:x"}),
        ([], "data:", None),
    ),
    Case(
        VideoUrls(1),
        (
            *([], ["https://e.com/a.mp4"], ["https://e.com/a.mov", "https://e.com/a.png"]),
            *(["https://e.com/a.mp4", "https://e.com/b", 5, None], ["https://[::1/a.mp4"] * 2),
            ["https://e.com/mp4", "https://e.com/a?x=.mp4", "https://e.com/a.mp4"],
            [f"https://e.com/{'a' * 4096}.mp4"] * 2,
        ),
        (
            *(["https://e.com/a.mp4"] * 2, ["oss://b/a.MOV", "https://e.com/b.mp4?x=1#y"]),
            ["https://e.com/a.webm", "https://e.com/a.avi", "https://e.com/a.mkv"],
            [f"https://e.com/{'a' * 4078}.mp4"] * 2,
        ),
        ("https://e.com/a.mp4", {}, None),
    ),
    Case(
        Percentage(),
        ("0.00%", "12.50%", "100.00%", "33.34%"),
        (
            *("12.5%", "12%", "12.500%", "12.50", "0.125", " 12.50%", "12.50%\n", "12,50%"),
            *("-1.00%", "+1.00%", "1e1.00%", "1000.00%", "", "\u0661\u0662.50%"),
        ),
        (12.5, None, ["12.50%"]),
    ),
    Case(
        PercentageSum("ratio"),
        (
            *([], [{"ratio": "100.00%"}], [{"ratio": "33.33%"}] * 2 + [{"ratio": "33.34%"}]),
            # Other rules report these items.
            *([{"ratio": "10%"}], [{}], ["a"], [{"ratio": 5}], [{"ratio": "1.00%"}, None]),
        ),
        ([{"ratio": "99.99%"}], [{"ratio": "100.01%"}], [{"ratio": "33.33%"}] * 3),
        ({"ratio": "100.00%"}, "100.00%", None),
    ),
    Case(
        KnownMembers(frozenset({"a", "b"})),
        ({}, {"a": 1}, {"a": 1, "b": 2}),
        ({"c": 1}, {"A": 1}, {"a": 1, "": 2}),
        ([], "a", None),
    ),
    Case(
        TwoPartSize(),
        ("1*2", "a*b", "*", " * "),
        ("1x2", "1*2*3", "", "1\u00d72"),
        (12, None, ["1*2"]),
    ),
    Case(
        TwoPartSize(("1K", "2K")),
        ("1*2", "1K", "2K"),
        ("1k", "3K", "K", " 1K", "1Kx2"),
        (1024, None, ["1K"]),
    ),
    Case(Size(("2K",)), ("1*2", "2K"), ("a*b", "0*5"), ("1K", "2k", "", None)),
    Case(
        AdvisedPixels(100, 400, ("12*11", "11*12")),
        ("20*20", "9*11", "12*11", "11*12", "0012*11", "99*99"),
        ("10*10", "19*21", "132*1", "11*11"),
        ("2K", "1x1", None, 5, ["10*10"]),
    ),
    Case(
        Pixels(100, 400, ("4K",)),
        ("10*10", "20*20", "4K"),
        ("9*11", "401*1"),
        ("2K", "a*b", None),
    ),
    Case(
        Ratio((1, 8), (8, 1), ("2K",)),
        ("8*1", "1*8", "2400*300", "2K"),
        ("801*100", "100*801"),
        ("1K", "a*b", None),
    ),
    Case(
        Size(),
        ("1*2", "1234567890*9876543210", "0001*2", f"{VERY_LONG}*1"),
        (
            "a*b",
            "1.0*2",
            "*",
            "1*",
            "*2",
            " 1*2",
            "1*2 ",
            "1*2\n",
            "0*5",
            "5*0",
            "-1*2",
            "+1280*720",
            "1_280*720",
            "1e3*720",
            "\uff11\uff12\uff18\uff10*\uff17\uff12\uff10",
            "\u0661*\u0662",
            "\u00b2*3",
        ),
        ("1x2", "1*2*3", "", None, 12, ["1*2"]),
    ),
    Case(
        Pixels(100, 400), ("10*10", "20*20", "1*100", "400*1"), ("9*11", "99*1", "401*1"), ("a*b",)
    ),
    Case(
        Pixels(589_824, 1_638_400),
        ("768*768", "1280*1280", "1024*1536", "589824*1"),
        ("767*768", "768*767", "1281*1280", "1280*1281", "589823*1", f"{VERY_LONG}*1"),
        ("1280x1280", "0*1280", None, 1280),
    ),
    Case(
        Ratio((1, 4), (4, 1)),
        ("4*1", "1*4", "7*7", "1536*384", "384*1536", "4000000*1000000"),
        ("1537*384", "384*1537", "4000001*1000000", "1000000*4000001", f"{VERY_LONG}*1"),
        ("a*b", "4:1", "1*0", 4, None),
    ),
    Case(Ratio((1, 4), (4, 1), ("2K",)), ("2K", "4*1"), ("5*1",), ("4K", "2k", "a*b", None)),
    Case(Pixels(100, 400, ("2K",)), ("2K", "10*10"), ("9*11",), ("4K", "2k", "a*b", None)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case.check).__name__)
def test_edges(case: Case) -> None:
    check, see = case.check, case.check.view.extract

    fits = {
        name: [check.applies_to(see(value)) for value in values]
        for name, values in case._asdict().items()
        if name != "check"
    }
    assert all(fits["accepted"])
    assert all(fits["over"])
    assert not any(fits["of_another_kind"])
    assert [value for value in case.accepted if not check.is_satisfied(see(value))] == []
    assert [value for value in case.over if check.is_satisfied(see(value))] == []


def test_every_check_has_edges() -> None:
    every = {
        thing
        for thing in (*vars(basic).values(), *vars(items).values(), *vars(size).values())
        if inspect.isclass(thing) and hasattr(thing, "is_satisfied") and thing is not Constraint
    }
    assert every == {type(case.check) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case.check).__name__)
def test_a_check_answers_with_a_plain_boolean(case: Case) -> None:
    for value in case.accepted + case.over:
        seen = case.check.view.extract(value)
        assert type(case.check.applies_to(seen)) is bool
        assert type(case.check.is_satisfied(seen)) is bool


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("-12", -12),
        ("9" * 4300, 10**4300 - 1),
        ("9" * 4301, 10**4299),
        ("-" + "9" * 4300, -(10**4299)),
        ("1" * 100_000, 10**4299),
    ],
    ids=lambda value: str(value)[:9] if type(value) is str else "",
)
def test_integers_of_any_length_are_read(digits: str, number: int) -> None:
    assert parse_integer(digits) == number


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("1280*720", (1280, 720)),
        ("0001280*720", (1280, 720)),
        ("1" * 20 + "*" + "2" * 20, (int("1" * 20), int("2" * 20))),
        ("0*0", None),
        ("1280", None),
        ("", None),
        (None, None),
        (1280, None),
        (["1280*720"], None),
    ],
)
def test_sides_are_two_integers_above_zero_or_nothing(
    text: Any, pair: tuple[int, int] | None
) -> None:
    assert parse_sides(text) == pair


@pytest.mark.parametrize(
    ("item", "possible"),
    [
        *(({"type": "video"}, True), ({"type": "first_clip"}, True), ({"type": "frame"}, False)),
        *(({}, False), (5, False), (None, False), (["https://e.com/a.mp4"], False)),
        *(("https://e.com/a.mp4", True), ("https://e.com/a", True), ("https://e.com/a.PNG", False)),
        *(("data:video/mp4;base64,", False), ("DATA:,", False), ("data", True), ("a.jpg", False)),
    ],
)
def test_an_item_of_an_image_is_no_video(item: Any, possible: bool) -> None:  # noqa: FBT001
    assert may_be_video(item) is possible
