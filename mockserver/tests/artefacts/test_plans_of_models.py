"""Results of models have the documented sizes, durations and frame rates, typed from the pages."""

from __future__ import annotations

from typing import Any

import pytest

from wan_mockserver.artefacts.plan import Film, Picture, plan
from wan_validators import lint, model

IMAGE = "https://example.com/cat.jpg"
FRAMES = {"image": IMAGE, "last_frame": IMAGE}


@pytest.mark.parametrize(
    ("name", "payload", "parts"),
    [
        ("wan2.6-t2i", {}, [Picture(1280, 1280, 7 + nth) for nth in range(4)]),
        ("wan2.6-t2i", {"n": 1, "size": "960*1280"}, [Picture(960, 1280, 7)]),
        ("wan2.6-t2i", {"n": 1, "size": None}, [Picture(1280, 1280, 7)]),
        ("wan2.5-t2i-preview", {"n": 1, "size": "768*2700"}, [Picture(768, 2700, 7)]),
        ("wan2.6-image", {"n": 1, "images": [IMAGE]}, [Picture(1280, 1280, 7)]),
        ("wan2.5-t2v-preview", {}, [Film(1280, 720, 5, 24, audio=True, seed=7)]),
        (
            "wan2.5-t2v-preview",
            {"size": "624*624", "duration": 10, "audio": False},
            [Film(624, 624, 10, 24, audio=False, seed=7)],
        ),
        (
            "wan2.6-t2v",
            {"size": "1248*1632", "duration": 15, "audio": None},
            [Film(1248, 1632, 15, 24, audio=True, seed=7)],
        ),
        ("wan2.6-t2v", {"size": "1920*1920"}, [Film(1920, 1920, 5, 24, audio=True, seed=7)]),
        ("wan2.2-t2v-plus", {}, [Film(1920, 1080, 5, 30, audio=False, seed=7)]),
        ("wan2.2-t2v-plus", {"size": "480*832"}, [Film(480, 832, 5, 30, audio=False, seed=7)]),
        ("wan2.2-i2v-flash", {"image": IMAGE}, [Film(1280, 720, 5, 30, audio=False, seed=7)]),
        ("wan2.1-kf2v-plus", FRAMES, [Film(1280, 720, 5, 30, audio=False, seed=7)]),
        (
            "wan2.6-i2v",
            {"image": IMAGE, "resolution": "1080P", "duration": 15},
            [Film(1920, 1072, 15, 24, audio=True, seed=7)],
        ),
        (
            "wan2.6-i2v",
            {"image": IMAGE, "resolution": "4K", "audio": False},
            [Film(3840, 2160, 5, 24, audio=False, seed=7)],
        ),
    ],
)
def test_the_result_is_as_documented(name: str, payload: dict[str, Any], parts: Any) -> None:
    payload = {"prompt": "a cat runs", **payload}
    made = plan(model(name), payload, seed=7)

    assert lint(payload, name).valid
    assert list(made.parts) == parts


@pytest.mark.parametrize(
    ("name", "given", "parameters", "parts"),
    [
        (
            "wan25_i2i_preview",
            {"prompt": "night", "images": [IMAGE]},
            {"n": 1, "watermark": True},
            [Picture(1280, 1280, 7, watermark=True)],
        ),
        (
            "wan25_t2i_preview",
            {"prompt": "a kite"},
            {},
            [Picture(1280, 1280, 7 + nth) for nth in range(4)],
        ),
        (
            "wan25_t2i_preview_intl",
            {"prompt": "a kite"},
            {"n": 1, "size": "768*2700", "seed": 9},
            [Picture(768, 2700, 9)],
        ),
        (
            "wan25_i2v_preview_intl",
            {"img_url": IMAGE},
            {},
            [Film(1920, 1072, 5, 24, audio=True, seed=7)],
        ),
        (
            "wan25_i2v_preview_intl",
            {"img_url": IMAGE},
            {"resolution": "720P", "duration": 10},
            [Film(1280, 720, 10, 24, audio=True, seed=7)],
        ),
        (
            "wan26_t2i",
            {"messages": [{"role": "user", "content": [{"text": "a kite"}]}]},
            {"n": 2, "size": "960*1696"},
            [Picture(960, 1696, 7), Picture(960, 1696, 8)],
        ),
        (
            "wan25_t2v_preview",
            {"prompt": "a kite"},
            {"size": "832*480"},
            [Film(832, 480, 5, 24, audio=True, seed=7)],
        ),
        ("wan25_t2v_preview", {"prompt": "a"}, {}, [Film(1920, 1080, 5, 24, audio=True, seed=7)]),
    ],
)
def test_the_result_at_vtrix_is_as_documented(
    name: str, given: dict[str, Any], parameters: dict[str, Any], parts: Any
) -> None:
    payload = {"model": name, "input": given, "parameters": parameters}

    assert lint(payload).valid
    assert list(plan(model(name), payload, seed=7).parts) == parts


@pytest.mark.parametrize(
    ("size", "unit"),
    [
        ("832*480", "480P"),
        ("624*624", "480P"),
        ("960*960", "720P"),
        ("1088*832", "720P"),
        ("1632*1248", "1080P"),
        ("1440*1440", "1080P"),
        ("1920*1920", "2K"),
    ],
)
def test_a_video_is_billed_at_the_tier_of_its_size(size: str, unit: str) -> None:
    assert plan(model("wan2.6-t2v"), {"prompt": "a cat", "size": size}, seed=7).unit == unit
