"""Hints for models that take ``media``: URLs of other APIs become its items."""

from __future__ import annotations

from typing import Any

import pytest

from wan_validators import lint
from wan_validators.messages.context import apply_changes

IMAGE = "https://example.com/a.png"
VIDEO = "https://example.com/b.mp4"
SOUND = "https://example.com/c.mp3"


def item(kind: str, url: str) -> dict[str, str]:
    return {"type": kind, "url": url}


def find_hint(model: str, pointer: str, **members: Any) -> tuple[str | None, Any]:
    """Returns the hint of the finding at *pointer*, and the media after it."""
    payload = {"model": model, "input": {"prompt": "A cat", **members}}
    [found] = [each for each in lint(payload, model).findings if each.pointer == pointer]
    changed = apply_changes(payload, found.changes)["input"]
    return found.hint, changed.get("media")


@pytest.mark.parametrize("pointer", ["/input/media", "/input/img_url", "/input/last_frame_url"])
def test_frames_of_older_models_become_items(pointer: str) -> None:
    frames = {"img_url": IMAGE, "last_frame_url": f"{IMAGE}?2"}

    hint, media = find_hint("wan2.7-i2v", pointer, **frames)

    assert hint == (
        "move img_url and last_frame_url into /input/media, "
        'as {"type": "first_frame", "url": …}, {"type": "last_frame", "url": …}'
    )
    assert media == [item("first_frame", IMAGE), item("last_frame", f"{IMAGE}?2")]


@pytest.mark.parametrize(
    ("model", "name", "value", "items"),
    [
        ("wan2.7-i2v", "first_frame_url", IMAGE, [item("first_frame", IMAGE)]),
        ("wan2.7-i2v", "image", [IMAGE, IMAGE], [item("first_frame", IMAGE)]),
        ("wan2.7-i2v", "video_url", VIDEO, [item("first_clip", VIDEO)]),
        ("wan2.7-videoedit", "video_url", VIDEO, [item("video", VIDEO)]),
        ("wan2.7-r2v", "img_url", IMAGE, [item("reference_image", IMAGE)]),
        (
            "wan2.7-r2v",
            "reference_urls",
            [IMAGE, VIDEO],
            [item("reference_image", IMAGE), item("reference_video", VIDEO)],
        ),
    ],
)
def test_a_name_of_another_api_shows_the_type(
    model: str, name: str, value: Any, items: list[Any]
) -> None:
    _, media = find_hint(model, f"/input/{name}", **{name: value})
    assert media == items


def test_items_that_are_there_are_kept() -> None:
    first = item("first_frame", IMAGE)
    _, media = find_hint("wan2.7-i2v", "/input/audio_url", media=[first], audio_url=SOUND)
    assert media == [first, item("driving_audio", SOUND)]


def test_what_is_an_item_already_is_only_removed() -> None:
    media = [item("first_frame", IMAGE)]
    hint, _ = find_hint("wan2.7-i2v", "/input/img_url", media=media, img_url=IMAGE)
    assert hint == "remove it; the API probably ignores it"


@pytest.mark.parametrize(
    "members",
    [
        {"img_url": {"url": IMAGE}, "media": [item("first_frame", IMAGE)]},
        {"img_url": IMAGE, "media": "first_frame"},
    ],
)
def test_other_values_are_not_moved(members: Any) -> None:
    hint, _ = find_hint("wan2.7-i2v", "/input/img_url", **members)
    assert hint is not None
    assert "into /input/media" not in hint


def test_media_without_anything_to_move_has_no_hint() -> None:
    assert find_hint("wan2.7-i2v", "/input/media") == (None, None)
