"""What a payload asks to be made, worked out by hand from the documents."""

from __future__ import annotations

import base64
import io
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from wan_mockserver.artefacts.plan import Film, Picture, Plan, Words, cost, plan
from wan_validators import model

URL = "https://example.com/in.png"


def data_uri(width: int, height: int) -> str:
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def mule_images(**more: Any) -> dict[str, Any]:
    return {"prompt": "make it night", "images": [URL], **more}


def intl(*images: str, **parameters: Any) -> dict[str, Any]:
    return {
        "model": "wan25_i2i_preview_intl",
        "input": {"prompt": "make it night", "images": list(images or (URL,))},
        "parameters": parameters,
    }


def wan26(*images: str, **parameters: Any) -> dict[str, Any]:
    content = [{"text": "make it night"}, *({"image": image} for image in images)]
    return {
        "model": "wan26_i2i",
        "input": {"messages": [{"role": "user", "content": content}]},
        "parameters": parameters,
    }


def pictures(made: Plan) -> list[Picture]:
    return [part for part in made.parts if isinstance(part, Picture)]


def sides(made: Plan) -> set[tuple[int, int]]:
    return {(picture.width, picture.height) for picture in pictures(made)}


def film(name: str, **payload: Any) -> Film:
    (part,) = plan(model(name), {"prompt": "run", "image": URL, **payload}, seed=5).parts
    assert isinstance(part, Film)
    return part


@pytest.mark.parametrize(
    ("name", "payload", "count"),
    [
        ("wan2.5-i2i-preview", mule_images(), 4),
        ("wan2.5-i2i-preview", mule_images(n=2), 2),
        ("wan25_i2i_preview_intl", intl(), 4),
        ("wan26_i2i", wan26(URL), 1),
        ("wan26_i2i", wan26(URL, n=3), 3),
    ],
)
def test_as_many_pictures_as_asked_or_as_the_page_says(
    name: str, payload: dict[str, Any], count: int
) -> None:
    assert len(plan(model(name), payload, seed=0).parts) == count


def test_pictures_take_consecutive_seeds_from_the_payloads() -> None:
    made = plan(model("wan2.5-i2i-preview"), mule_images(n=3, seed=7), seed=99)
    assert [picture.seed for picture in pictures(made)] == [7, 8, 9]


def test_without_a_seed_in_the_payload_the_given_one_counts() -> None:
    made = plan(model("wan2.5-i2i-preview"), mule_images(n=2), seed=2**31 + 3)
    assert [picture.seed for picture in pictures(made)] == [3, 4]


def test_the_seed_after_the_last_is_zero() -> None:
    made = plan(model("wan2.5-i2i-preview"), mule_images(n=2, seed=2**31 - 1), seed=0)
    assert [picture.seed for picture in pictures(made)] == [2**31 - 1, 0]


def test_the_asked_size_is_exact_whatever_the_images() -> None:
    payload = intl(data_uri(400, 800), size="1281*769")
    assert sides(plan(model("wan25_i2i_preview_intl"), payload, seed=0)) == {(1281, 769)}


@pytest.mark.parametrize("size", [{}, {"size": None}])
def test_a_documented_size_holds_where_none_is_given(size: dict[str, Any]) -> None:
    payload = mule_images(**size) | {"images": [data_uri(400, 800)]}
    assert sides(plan(model("wan2.5-i2i-preview"), payload, seed=0)) == {(1280, 1280)}


@pytest.mark.parametrize(
    ("width", "height", "made"),
    [
        (400, 400, (1280, 1280)),
        (1000, 500, (1808, 896)),
        (750, 1000, (1104, 1472)),
        (384, 5000, (640, 2560)),
        (5000, 384, (2560, 640)),
        (1001, 4000, (640, 2544)),
    ],
)
def test_without_a_size_the_image_gives_the_aspect(
    width: int, height: int, made: tuple[int, int]
) -> None:
    image = data_uri(width, height)
    assert sides(plan(model("wan25_i2i_preview_intl"), intl(image), seed=0)) == {made}
    assert sides(plan(model("wan26_i2i"), wan26(image), seed=0)) == {made}


def test_the_last_image_decides_on_the_aspect() -> None:
    images = data_uri(800, 400), data_uri(400, 1600)
    assert sides(plan(model("wan26_i2i"), wan26(*images), seed=0)) == {(640, 2560)}
    assert sides(plan(model("wan25_i2i_preview_intl"), intl(*images), seed=0)) == {(640, 2560)}


def test_an_image_that_cannot_be_read_here_gives_a_square() -> None:
    payload = wan26(data_uri(400, 1600), URL)
    assert sides(plan(model("wan26_i2i"), payload, seed=0)) == {(1280, 1280)}


@pytest.mark.parametrize(("flag", "marked"), [({}, False), ({"watermark": True}, True)])
def test_the_watermark_is_drawn_where_it_is_asked_for(
    flag: dict[str, Any], *, marked: bool
) -> None:
    made = plan(model("wan26_i2i"), wan26(URL, **flag), seed=0)
    assert [picture.watermark for picture in pictures(made)] == [marked]


def test_interleaved_parts_alternate_and_begin_with_a_text() -> None:
    payload = wan26(enable_interleave=True, max_images=4)
    for seed in range(20):
        parts = plan(model("wan26_i2i"), payload, seed).parts
        kinds = [type(part) for part in parts]
        assert kinds == [Words, Picture] * (len(parts) // 2)


@pytest.mark.parametrize(("limit", "most"), [({}, 5), ({"max_images": 2}, 2)])
def test_interleaved_pictures_number_from_one_to_the_limit(
    limit: dict[str, int], most: int
) -> None:
    payload = wan26(enable_interleave=True, **limit)
    counts = {len(pictures(plan(model("wan26_i2i"), payload, seed))) for seed in range(100)}
    assert counts == set(range(1, most + 1))


def test_interleaved_texts_differ_and_tell_the_length_of_the_prompt() -> None:
    payload = wan26(enable_interleave=True, seed=8)
    parts = plan(model("wan26_i2i"), payload, seed=0).parts
    texts = [part.text for part in parts if isinstance(part, Words)]
    assert len(texts) > 1
    assert len(set(texts)) == len(texts)
    assert all("prompt of length 13" in text for text in texts)


def test_texts_vary_with_the_seed_and_are_never_blank() -> None:
    payload = wan26(URL, n=4)
    made = [plan(model("wan26_i2i"), payload, seed, interleaved=True) for seed in (5, 6)]
    texts = [[part.text for part in each.parts if isinstance(part, Words)] for each in made]
    assert made[0] == plan(model("wan26_i2i"), payload, 5, interleaved=True)
    assert texts[0] != texts[1]
    everything = texts[0] + texts[1]
    assert all(text.strip() for text in everything)
    assert any(text != text.strip() for text in everything)
    assert any(not text.isascii() for text in everything)
    assert any(text == text.strip() and text.isascii() for text in everything)


def test_the_same_payload_and_seed_give_the_same_plan() -> None:
    payload = wan26(enable_interleave=True)
    assert plan(model("wan26_i2i"), payload, 6) == plan(model("wan26_i2i"), payload, 6)


def test_the_official_example_of_a_video_has_the_official_sides() -> None:
    made = film("wan2.5-i2v-preview", image=data_uri(750, 1000), resolution="720P")
    assert (made.width, made.height) == (816, 1104)


@pytest.mark.parametrize(
    ("name", "resolution", "made"),
    [
        ("wan2.5-i2v-preview", {}, (1280, 720)),
        ("wan2.5-i2v-preview", {"resolution": "480P"}, (832, 464)),
        ("wan2.5-i2v-preview", {"resolution": "1080P"}, (1920, 1072)),
        ("wan2.2-i2v-plus", {}, (1920, 1072)),
    ],
)
def test_a_video_from_an_unknown_image_is_sixteen_to_nine(
    name: str, resolution: dict[str, str], made: tuple[int, int]
) -> None:
    video = film(name, **resolution)
    assert (video.width, video.height) == made


def test_a_video_lasts_as_asked_at_the_models_own_rate() -> None:
    assert (film("wan2.5-i2v-preview").seconds, film("wan2.5-i2v-preview").fps) == (5, 24)
    assert film("wan2.5-i2v-preview", duration=10).seconds == 10
    assert (film("wan2.2-i2v-plus").seconds, film("wan2.2-i2v-plus").fps) == (5, 30)


def test_a_video_has_the_payloads_seed_or_the_given_one() -> None:
    assert film("wan2.5-i2v-preview").seed == 5
    assert film("wan2.5-i2v-preview", seed=0).seed == 0


def test_a_given_seed_past_the_last_starts_again_from_zero() -> None:
    payload = {"prompt": "run", "image": URL}
    (part,) = plan(model("wan2.5-i2v-preview"), payload, seed=2**31 + 9).parts
    assert isinstance(part, Film)
    assert part.seed == 9


@pytest.mark.parametrize(
    ("members", "audible"),
    [
        ({}, True),
        ({"audio": None}, True),
        ({"audio": True}, True),
        ({"audio": False}, False),
        ({"audio": False, "audio_url": None}, False),
        ({"audio": False, "audio_url": "https://example.com/a.mp3"}, True),
        ({"audio_url": "https://example.com/a.mp3"}, True),
    ],
)
def test_a_given_sound_overrides_the_audio_flag(members: dict[str, Any], *, audible: bool) -> None:
    assert film("wan2.5-i2v-preview", **members).audio is audible


def test_a_model_without_sound_makes_silent_videos() -> None:
    assert film("wan2.2-i2v-plus").audio is False


@pytest.mark.parametrize(
    ("name", "payload", "usd"),
    [
        ("wan2.5-i2i-preview", mule_images(), "0.12"),
        ("wan26_i2i", wan26(URL), "0.03"),
        ("wan2.5-i2v-preview", {"image": URL}, "0.50"),
        ("wan2.5-i2v-preview", {"image": URL, "resolution": "1080P", "duration": 10}, "1.50"),
        ("wan2.2-i2v-plus", {"image": URL, "resolution": "480P"}, "0.10"),
    ],
)
def test_the_cost_is_by_image_or_by_second(name: str, payload: Any, usd: str) -> None:
    assert cost(model(name).outputs.price, plan(model(name), payload, seed=0)) == Decimal(usd)


def test_texts_cost_nothing() -> None:
    made = Plan((Words("once"), Picture(768, 768, 0), Words("twice")), "image")
    assert cost(model("wan26_i2i").outputs.price, made) == Decimal("0.03")


def test_what_the_price_list_does_not_know_has_no_cost() -> None:
    made = Plan((Film(64, 64, 5, 24, audio=False, seed=0),), "4K")
    assert cost(model("wan2.5-i2v-preview").outputs.price, made) is None
