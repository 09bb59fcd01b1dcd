"""Members that depend on an array elsewhere in the payload, on both sides of each edge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wan_validators import lint
from wan_validators.constraints.basic import Between, Items
from wan_validators.constraints.relations import EntryPerItem, LimitWithItem, count_items

WITH_CLIP = LimitWithItem("/media", "type", "clip", Between(2, 15), Between(2, 10))
WITH_IMAGE = LimitWithItem("/media", "image", None, Between(2, 15), Between(2, 10))
PER_IMAGE = EntryPerItem("/media", "image", Items(0, 2))
CLIP = {"type": "clip"}
CAT = {"type": "reference_image", "url": "https://example.com/cat.jpg"}
WALK = {"type": "reference_video", "url": "https://example.com/walk.mp4"}


@pytest.mark.parametrize(
    ("media", "count"),
    [
        ([CLIP, {"type": "frame"}, CLIP], 2),
        ([{"type": None}, {}, "clip", ["type"], {"kind": "clip"}], 0),
        ([{"type": ["clip"]}], 0),
        ({"0": CLIP}, 0),
        ("clip", 0),
        (None, 0),
        ([], 0),
    ],
)
def test_items_are_counted_by_a_member_and_its_value(media: Any, count: int) -> None:
    assert count_items({"media": media}, "/media", "type", "clip") == count
    assert count_items([media], "/media", "type", "clip") == 0


@pytest.mark.parametrize(
    ("value", "alone", "with_clip"),
    [
        *((2, True, True), (10, True, True), (11, True, False), (15, True, False)),
        # Other rules report these values.
        *((1, True, True), (16, True, True), ("11", True, True), (11.0, True, True)),
    ],
)
def test_a_limit_is_lower_with_an_item(value: Any, alone: bool, with_clip: bool) -> None:  # noqa: FBT001
    assert WITH_CLIP.is_satisfied_in({"media": [{"type": "frame"}]}, value) is alone
    assert WITH_CLIP.is_satisfied_in({}, value) is alone
    assert WITH_CLIP.is_satisfied_in({"media": [{"type": "frame"}, CLIP]}, value) is with_clip
    assert WITH_IMAGE.is_satisfied_in({"media": [{"image": None}]}, value) is with_clip
    assert WITH_IMAGE.is_satisfied_in({"media": [{"text": "image"}]}, value) is alone


@pytest.mark.parametrize(
    ("value", "images", "kept"),
    [
        *(([], 0, True), ([[]], 1, True), ([[], []], 2, True)),
        *(([], 1, False), ([[]], 0, False), ([[]], 2, False)),
        # Other rules report these values.
        *(([[]] * 3, 2, True), ("a", 2, True), (None, 2, True)),
    ],
)
def test_an_array_has_an_entry_for_each_item(value: Any, images: int, kept: bool) -> None:  # noqa: FBT001
    payload = {"media": [{"text": "a"}, *[{"image": "b"}] * images]}

    assert PER_IMAGE.is_satisfied_in(payload, value) is kept


@pytest.mark.parametrize("check", [WITH_CLIP, PER_IMAGE])
def test_without_the_payload_any_value_is_accepted(check: Any) -> None:
    values: tuple[Any, ...] = (None, 1, [])
    assert all(check.applies_to(value) and check.is_satisfied(value) for value in values)


def film(*media: Any, **parameters: Any) -> dict[str, Any]:
    return {
        "model": "wan2.7-r2v",
        "input": {"prompt": "a cat runs", "media": [*media]},
        "parameters": parameters,
    }


def test_a_finding_says_where_what_is_allowed_and_what_to_do() -> None:
    [found] = lint(film(CAT, WALK, duration=12)).findings

    assert (found.rule, found.pointer, found.value) == (
        "duration-with-video",
        "/parameters/duration",
        12,
    )
    assert found.message == (
        "duration must be an integer from 2 to 10 if there is a reference_video"
    )
    assert found.hint == "write 10 or less"


def draw(*images: str, **parameters: Any) -> dict[str, Any]:
    content = [{"text": "a fox"}, *({"image": image} for image in images)]
    message = {"role": "user", "content": content}
    body = {"input": {"messages": [message]}, "parameters": parameters}
    return {"model": "wan2.7-image", **body}


def test_a_size_for_text_alone_says_so() -> None:
    payload = draw("https://example.com/1.png", size="4K", n=1)
    [found] = lint(json.dumps({**payload, "model": "wan2.7-image-pro"})).findings

    assert (found.rule, found.pointer, found.line) == ("size-with-images", "/parameters/size", 1)
    assert "text without images" in found.message
    assert found.allowed
    assert found.hint is None


def test_a_payload_of_another_structure_is_checked_as_well() -> None:
    payload = film(CAT, WALK, duration=12, extra=1)
    payload["input"]["media"].append("no object")

    rules = [found.rule for found in lint(payload).findings]

    assert sorted(rules) == ["duration-with-video", "media-item", "unknown-member"]
    assert "input-object" in [found.rule for found in lint({**payload, "input": 5}).findings]


def test_a_condition_of_a_relation_is_kept() -> None:
    payload = draw("https://example.com/1.png", thinking_mode=True, n=2, enable_sequential=True)

    assert [found.rule for found in lint(payload).findings] == ["thinking-mode-mode"]
