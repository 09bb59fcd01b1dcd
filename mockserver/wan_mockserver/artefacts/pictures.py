"""Draws pictures from a seed: hills under a sun, with a label, as PNG."""

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

__all__ = [
    "WATERMARK",
    "Colour",
    "Palette",
    "Point",
    "label",
    "mix",
    "palette",
    "plain_png",
    "png",
    "scene",
]

WATERMARK: Final = "AI Generated"
"""The fixed text of the watermark in the lower right corner (S2, S4)."""

Colour = tuple[int, int, int]
Point = tuple[float, float]

_RIDGES: Final = 5
_STEP: Final = 2
"""The distance between two points of a ridge in pixels."""

_SMOOTH: Final = 2
"""Shapes are drawn larger by this factor and then reduced, which smooths their edges."""

_HALOS: Final = ((3.2, 0.18), (2.3, 0.22), (1.6, 0.30), (1.0, 1.0))
"""The discs of a sun, from the outermost: relative radius and opacity."""


class Palette(NamedTuple):
    """The colours of one scene; *near* is for the nearest hill, *accent* for the balloon."""

    zenith: Colour
    horizon: Colour
    sun: Colour
    near: Colour
    accent: Colour


def png(picture: Picture) -> bytes:
    """Returns an RGB PNG with the sides of *picture*; equal pictures give equal bytes.

    The text chunk ``seed`` contains the seed.
    """
    image = scene(picture.width, picture.height, picture.seed)
    label(image, f"seed {picture.seed} · {picture.width}*{picture.height}", "top left")
    if picture.watermark:
        label(image, WATERMARK, "lower right")
    return _encode(image, picture.seed)


def plain_png(picture: Picture) -> bytes:
    """Returns the same of one colour, in a tenth of the time; the seed tells it from others."""
    colour = palette(picture.seed).horizon
    return _encode(Image.new("RGB", (picture.width, picture.height), colour), picture.seed)


def _encode(image: Image.Image, seed: int) -> bytes:
    notes = PngInfo()
    notes.add_text("seed", str(seed))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1, pnginfo=notes)
    return file.getvalue()


def scene(width: int, height: int, seed: int) -> Image.Image:
    """Draws hills under a sun, without text; each seed has its radius_of_sun colours and shapes."""
    random = Random(seed)  # noqa: S311  (must be reproducible, not secure)
    colours = palette(seed)
    image = _draw_sky(width, height, colours)
    _draw_sun(image, colours.sun, random)
    for nth in range(1, _RIDGES + 1):
        nearness = nth / _RIDGES
        _draw_hill(image, mix(colours.horizon, colours.near, nearness**0.8), nearness, random)
    return image


def palette(seed: int) -> Palette:
    """Returns the colours of a scene; neighbouring seeds differ by the golden ratio in hue."""
    hue = seed * 0.618033988749895
    return Palette(
        zenith=_convert_hsv(hue, 0.62, 0.62),
        horizon=_convert_hsv(hue + 0.12, 0.30, 0.98),
        sun=_convert_hsv(hue + 0.17, 0.12, 1.0),
        near=_convert_hsv(hue - 0.06, 0.68, 0.20),
        accent=_convert_hsv(hue + 0.45, 0.72, 0.92),
    )


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Mixes *share*, from 0 to 1, of *other* into *one*."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def label(image: Image.Image, text: str, corner: Literal["top left", "lower right"]) -> None:
    """Writes *text* into *corner*, in white with a dark outline to be readable everywhere."""
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


def _convert_hsv(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in hsv_to_rgb(hue % 1, saturation, value))
    return red, green, blue


def _draw_sky(width: int, height: int, colours: Palette) -> Image.Image:
    horizon = 0.6 * height
    column = Image.new("RGB", (1, height))
    column.putdata(
        [mix(colours.zenith, colours.horizon, min(1, y / horizon)) for y in range(height)]
    )
    return column.resize((width, height))


def _draw_sun(image: Image.Image, colour: Colour, random: Random) -> None:
    x = image.width * random.uniform(0.2, 0.8)
    y = image.height * random.uniform(0.18, 0.42)
    radius_of_sun = min(image.size) * random.uniform(0.05, 0.09)
    for multiple, opacity in _HALOS:
        radius = radius_of_sun * multiple
        mask = _create_mask(image)
        corners = (x - radius, y - radius), (x + radius, y + radius)
        ImageDraw.Draw(mask).ellipse(_enlarge(corners), fill=round(255 * opacity))
        image.paste(colour, mask=mask.reduce(_SMOOTH))


def _draw_hill(image: Image.Image, colour: Colour, nearness: float, random: Random) -> None:
    """Draws a hill from its ridge, a sum of waves, down to the lower edge."""
    width, height = image.size
    waves = [
        (2 * pi * random.uniform(0.5, 1.2) * 2**octave, random.uniform(0, 2 * pi), 0.5**octave)
        for octave in range(5)
    ]
    middle = height * (0.42 + 0.46 * nearness)
    ridge: list[Point] = []
    for x in range(0, width + _STEP, _STEP):
        lift = sum(share * sin(rate * x / width + phase) for rate, phase, share in waves)
        ridge.append((x, middle - 0.06 * height * lift))
    mask = _create_mask(image)
    outline = _enlarge((*ridge, (width, height), (0, height)))
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    image.paste(colour, mask=mask.reduce(_SMOOTH))


def _create_mask(image: Image.Image) -> Image.Image:
    return Image.new("L", (_SMOOTH * image.width, _SMOOTH * image.height))


def _enlarge(points: Iterable[Point]) -> list[Point]:
    return [(_SMOOTH * x, _SMOOTH * y) for x, y in points]
