"""Reads what a wrong size means, and finds the nearest allowed size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from math import isqrt
from typing import Any
from unicodedata import normalize

from ..constraints.size import Pixels, Ratio, parse_sides
from ..spec import ModelSpec

__all__ = ["find_allowed_size", "find_listed_size", "parse_meant_size", "parse_short_side"]

MAX_SIZE_CHARACTERS = 64

BY_RATIO = {
    (1, 1): (1280, 1280),
    (2, 3): (800, 1200),
    (3, 2): (1200, 800),
    (3, 4): (960, 1280),
    (4, 3): (1280, 960),
    (9, 16): (720, 1280),
    (16, 9): (1280, 720),
    (21, 9): (1344, 576),
}
"""The sizes that the documents recommend for common aspect ratios (S2, S4)."""

_NUMBER = r"\+?([0-9]{1,6}(?:\.[0-9]{1,4})?)"
_PAIR = re.compile(
    rf"[wh(\[{{\"']*[:=]?\s*{_NUMBER}\s*(?:px|pixels)?\s*"
    r"(?:[x*\u00d7\u2217\u22c5\u00b7\u2715\u2716\u2a2f\u0445\uff0a:,;/|_\-]|by| )\s*"
    rf"[wh]?[:=]?\s*{_NUMBER}\s*(?:px|pixels)?[)\]}}\"']*"
)
_WORDS = {
    "square": "1:1",
    "square_hd": "1:1",
    "portrait": "3:4",
    "landscape": "4:3",
    "sd": "480p",
    "hd": "720p",
    "fhd": "1080p",
    "full hd": "1080p",
    "fullhd": "1080p",
    "qhd": "1440p",
    "uhd": "2160p",
}
_SMALLEST_SIDE = 65

Pair = tuple[Fraction, Fraction]


def parse_meant_size(value: Any) -> tuple[Pair, bool] | None:
    """Returns the sides that *value* means, and whether only their ratio counts."""
    match value:
        case {"width": width, "height": height} | [width, height]:
            value = f"{width}x{height}"
    if type(value) is int:
        value = str(value)
    if type(value) is not str or len(value) > MAX_SIZE_CHARACTERS:
        return None
    text = normalize("NFKC", value).strip().lower()
    text = re.sub(r"(portrait|landscape)_([0-9]+)_([0-9]+)", _orient, _WORDS.get(text, text))
    if found := re.fullmatch("([1-8])k", text):
        side = Fraction(1024 * int(found[1]))
        return (side, side), False
    if found := re.fullmatch("([0-9]{3,4})p", text):
        side = Fraction(int(found[1]))
        return (side * 16 / 9, side), False
    if found := re.fullmatch("([0-9]{3,5})(?:px)?", text):
        return (Fraction(found[1]), Fraction(found[1])), False
    found = _PAIR.fullmatch(text)
    if found is None:
        return None
    sides = Fraction(found[1]), Fraction(found[2])
    if not all(sides):
        return None
    return sides, max(sides) < _SMALLEST_SIDE


def _orient(found: re.Match[str]) -> str:
    sides = sorted((int(found[2]), int(found[3])), reverse=found[1] == "landscape")
    return "{}:{}".format(*sides)


def parse_short_side(value: Any) -> int | None:
    """Returns the lines of a video that *value* means: 720 for ``1280x720`` or ``720p``."""
    text = value.strip().lower() if type(value) is str else None
    if text in ("2k", "4k", "8k"):
        return None
    meant = parse_meant_size(value)
    return None if meant is None or meant[1] else int(min(meant[0]))


def find_allowed_size(spec: ModelSpec, pointer: str, value: Any) -> str | None:
    """Returns the allowed size at *pointer* that is nearest to what *value* means."""
    meant = parse_meant_size(value)
    limits = [rule.constraint for rule in spec.rules if rule.pointer == pointer]
    pixels = next((each for each in limits if isinstance(each, Pixels)), None)
    aspect = next((each for each in limits if isinstance(each, Ratio)), None)
    if meant is None or pixels is None or aspect is None:
        return None
    sides, only_ratio = meant
    width, height = _fit(sides, pixels, aspect, only_ratio=only_ratio)
    return f"{width}*{height}"


def find_listed_size(sizes: Iterable[Any], value: Any) -> str | None:
    """Returns that of *sizes* which *value* means, or the nearest one with the same ratio."""
    meant = parse_meant_size(value)
    if meant is None:
        return None
    (width, height), only_ratio = meant
    known = {size: sides for size in sizes if (sides := parse_sides(size))}
    alike = [size for size, sides in known.items() if sides[0] * height == sides[1] * width]
    if only_ratio:
        return next(iter(alike), None)
    return min(alike, key=lambda size: abs(known[size][0] - width), default=None)


def _fit(sides: Pair, pixels: Pixels, aspect: Ratio, *, only_ratio: bool) -> tuple[int, int]:
    ratio = sides[0] / sides[1]
    clamped = min(max(ratio, Fraction(*aspect.low)), Fraction(*aspect.high))
    if only_ratio:
        known = BY_RATIO.get((clamped.numerator, clamped.denominator))
        known = known or next(
            (BY_RATIO[each] for each in BY_RATIO if Fraction(*each) == clamped), None
        )
        area = Fraction(1280 * 1280)
        if known is not None:
            return known
    else:
        area = sides[0] * sides[1]
    whole = all(side.denominator == 1 for side in sides)
    if clamped == ratio and not only_ratio and whole and pixels.low <= area <= pixels.high:
        return int(sides[0]), int(sides[1])
    area = min(max(area, Fraction(pixels.low)), Fraction(pixels.high))
    return _scale(clamped, area, pixels)


def _scale(ratio: Fraction, area: Fraction, pixels: Pixels) -> tuple[int, int]:
    """Returns sides of exactly *ratio* near *area*, or of nearly this ratio."""
    a, b = ratio.numerator, ratio.denominator
    factor = isqrt(int(area) // (a * b))
    if factor and factor * factor * a * b < pixels.low:
        factor += 1
    if factor and factor * factor * a * b <= pixels.high:
        return a * factor, b * factor
    height = max(isqrt(int(area * b / a)), 1)
    width = int(area) // height
    if width * height < pixels.low:
        width += 1
    return width, height
