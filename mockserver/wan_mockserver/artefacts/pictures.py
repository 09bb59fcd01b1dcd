"""Pictures drawn from a seed: hills under a sun, with a label, as PNG."""

from __future__ import annotations

import io
from collections.abc import Iterable
from colorsys import hsv_to_rgb
from math import pi, sin
from random import Random
from typing import Final, Literal, NamedTuple

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from .plan import Picture

WATERMARK: Final = "AI Generated"
"""The fixed text of the watermark, which stands in the lower right corner (S2, S4)."""

Colour = tuple[int, int, int]
Point = tuple[float, float]

_RIDGES: Final = 5
_STEP: Final = 2
"""Pixels from one point of a ridge to the next."""

_SMOOTH: Final = 2
"""Shapes are drawn this many times too large and then reduced, which smooths their edges."""

_HALOS: Final = ((3.2, 0.18), (2.3, 0.22), (1.6, 0.30), (1.0, 1.0))
"""The discs of a sun, from the outermost: radius as a multiple of its own, and opacity."""


class Palette(NamedTuple):
    """The colours of one scene: *near* of the nearest hill, *accent* of what stands out."""

    zenith: Colour
    horizon: Colour
    sun: Colour
    near: Colour
    accent: Colour


def png(picture: Picture) -> bytes:
    """A PNG of exactly the asked sides, in RGB; equal pictures give equal bytes.

    Its text chunk ``seed`` holds the seed.
    """
    image = scene(picture.width, picture.height, picture.seed)
    label(image, f"seed {picture.seed} · {picture.width}*{picture.height}", "top left")
    if picture.watermark:
        label(image, WATERMARK, "lower right")
    notes = PngInfo()
    notes.add_text("seed", str(picture.seed))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1, pnginfo=notes)
    return file.getvalue()


def scene(width: int, height: int, seed: int) -> Image.Image:
    """Hills under a sun, without any text; every seed has its own colours and shapes."""
    chance = Random(seed)  # noqa: S311  (must repeat, need not surprise)
    colours = palette(seed)
    image = _sky(width, height, colours)
    _sun(image, colours.sun, chance)
    for nth in range(1, _RIDGES + 1):
        nearness = nth / _RIDGES
        _hill(image, mix(colours.horizon, colours.near, nearness**0.8), nearness, chance)
    return image


def palette(seed: int) -> Palette:
    """The colours of a scene: a step of the golden ratio keeps neighbouring seeds apart."""
    hue = seed * 0.618033988749895
    return Palette(
        zenith=_colour(hue, 0.62, 0.62),
        horizon=_colour(hue + 0.12, 0.30, 0.98),
        sun=_colour(hue + 0.17, 0.12, 1.0),
        near=_colour(hue - 0.06, 0.68, 0.20),
        accent=_colour(hue + 0.45, 0.72, 0.92),
    )


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """*one* with *share*, from 0 to 1, of *other*."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def label(image: Image.Image, text: str, corner: Literal["top left", "lower right"]) -> None:
    """Writes *text* into *corner*: white with a dark rim, which shows on any ground."""
    size = max(10, min(image.size) // 40)
    margin = size * 3 // 4
    at, anchor = {
        "top left": ((margin, margin), "la"),
        "lower right": ((image.width - margin, image.height - margin), "rd"),
    }[corner]
    ImageDraw.Draw(image).text(
        at,
        text,
        fill="white",
        font=ImageFont.load_default(size),
        anchor=anchor,
        stroke_width=max(1, size // 12),
        stroke_fill="black",
    )


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in hsv_to_rgb(hue % 1, saturation, value))
    return red, green, blue


def _sky(width: int, height: int, colours: Palette) -> Image.Image:
    horizon = 0.6 * height
    column = Image.new("RGB", (1, height))
    column.putdata(
        [mix(colours.zenith, colours.horizon, min(1, y / horizon)) for y in range(height)]
    )
    return column.resize((width, height))


def _sun(image: Image.Image, colour: Colour, chance: Random) -> None:
    x = image.width * chance.uniform(0.2, 0.8)
    y = image.height * chance.uniform(0.18, 0.42)
    own = min(image.size) * chance.uniform(0.05, 0.09)
    for multiple, opacity in _HALOS:
        radius = own * multiple
        mask = _mask(image)
        corners = (x - radius, y - radius), (x + radius, y + radius)
        ImageDraw.Draw(mask).ellipse(_enlarge(corners), fill=round(255 * opacity))
        image.paste(colour, mask=mask.reduce(_SMOOTH))


def _hill(image: Image.Image, colour: Colour, nearness: float, chance: Random) -> None:
    """A hill that fills the picture from its ridge, a sum of waves, down to the lower edge."""
    width, height = image.size
    waves = [
        (2 * pi * chance.uniform(0.5, 1.2) * 2**octave, chance.uniform(0, 2 * pi), 0.5**octave)
        for octave in range(5)
    ]
    middle = height * (0.42 + 0.46 * nearness)
    ridge: list[Point] = []
    for x in range(0, width + _STEP, _STEP):
        lift = sum(share * sin(rate * x / width + phase) for rate, phase, share in waves)
        ridge.append((x, middle - 0.06 * height * lift))
    mask = _mask(image)
    outline = _enlarge((*ridge, (width, height), (0, height)))
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    image.paste(colour, mask=mask.reduce(_SMOOTH))


def _mask(image: Image.Image) -> Image.Image:
    return Image.new("L", (_SMOOTH * image.width, _SMOOTH * image.height))


def _enlarge(points: Iterable[Point]) -> list[Point]:
    return [(_SMOOTH * x, _SMOOTH * y) for x, y in points]
