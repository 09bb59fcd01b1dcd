"""The drawn pictures, opened again with Pillow."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from wan_mockserver.artefacts.pictures import label, mix, palette, png
from wan_mockserver.artefacts.plan import Picture


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(png(picture)))
    image.load()
    return image


@pytest.mark.parametrize(
    ("width", "height"), [(1280, 1280), (1281, 769), (2560, 640), (384, 1536), (16, 16)]
)
def test_a_picture_is_a_png_of_exactly_the_asked_sides(width: int, height: int) -> None:
    image = opened(Picture(width, height, seed=1))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (width, height))


def test_a_full_size_picture_stays_below_a_megabyte() -> None:
    assert 10_000 < len(png(Picture(1440, 1440, seed=3))) < 1_000_000


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert png(Picture(320, 240, 7)) == png(Picture(320, 240, 7))


def test_neighbouring_seeds_give_clearly_different_colours() -> None:
    for seed in (0, 41, 2**31 - 2):
        one, other = palette(seed).zenith, palette(seed + 1).zenith
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 60


def test_the_seed_stands_in_a_text_chunk() -> None:
    assert opened(Picture(320, 240, 2_147_483_647)).info["seed"] == "2147483647"


def test_the_watermark_changes_the_lower_right_corner_alone() -> None:
    plain, marked = opened(Picture(640, 480, 9)), opened(Picture(640, 480, 9, watermark=True))
    changed = ImageChops.difference(plain, marked).getbbox()
    assert changed is not None
    left, top, right, bottom = changed
    assert left > 640 * 3 // 4
    assert top > 480 * 9 // 10
    assert right <= 640 - 5
    assert bottom <= 480 - 5


@pytest.mark.parametrize("ground", ["white", "black", "gray", "red"])
def test_a_label_shows_on_any_ground(ground: str) -> None:
    image = Image.new("RGB", (640, 640), ground)
    label(image, "AI Generated", "lower right")
    corner = image.crop((440, 580, 640, 640)).convert("L")
    darkest, brightest = corner.getextrema()
    assert (darkest, brightest) == (0, 255)


def test_every_picture_is_labelled_in_the_top_left_corner() -> None:
    for seed in (1, 2, 3):
        corner = opened(Picture(640, 640, seed)).crop((0, 0, 200, 40)).convert("L")
        assert corner.getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("share", "colour"), [(0, (0, 100, 200)), (0.5, (50, 50, 150)), (1, (100, 0, 100))]
)
def test_a_mixed_colour_lies_between_the_two(share: float, colour: tuple[int, int, int]) -> None:
    assert mix((0, 100, 200), (100, 0, 100), share) == colour
