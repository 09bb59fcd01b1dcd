"""Registers the values of the ``width*height`` constraints; see :mod:`.values`.

Importing this module registers them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import isqrt
from typing import Final

from wan_validators.constraints.basic import Json
from wan_validators.constraints.size import AdvisedPixels, Pixels, Ratio, Size, TwoPartSize
from wan_validators.optional_dependencies import explain_missing_extra

from .values import JsonValues, ValueStrategy, invalid_values, valid_value_strategy, valid_values

with explain_missing_extra():
    from hypothesis import strategies as st

__all__: list[str] = []

SCALE_SIDES: Final = range(384, 721, 16)
"""Factors that scale a ratio to sizes of different pixel counts."""


@valid_values.register(Size)
@valid_values.register(TwoPartSize)
def _(check: Size | TwoPartSize) -> JsonValues:
    return ("1024*1024", "1280*720", *check.tokens)


@invalid_values.register
def _(check: TwoPartSize, value: Json) -> JsonValues:
    wrong = ("1280x720", "1280×720", "1280", "1280*720*1", "1280**720", "16:9", "1K", "3K", "")
    return tuple(each for each in wrong if each not in check.tokens)


@invalid_values.register
def _(check: Size, value: Json) -> JsonValues:
    wrong = ("a*b", "1280*", "*720", "*", "1280.0*720", " 1280*720", "1280* 720", "1280*720\n")
    return (*wrong, "-1280*720", "+1280*720", "1_280*720", "0*720", "1280*00", "１２８０*720")


@valid_values.register
def _(check: Pixels) -> JsonValues:
    pairs = [*_find_factors(check.low), *_find_factors(check.high)]
    return tuple(f"{width}*{height}" for width, height in pairs)


@invalid_values.register
def _(check: Pixels, value: Json) -> JsonValues:
    below = [(w - 1, h) for w, h in _find_factors(check.low)]
    above = [(w, h + 1) for w, h in _find_factors(check.high)]
    near = [f"{width}*{height}" for width, height in below + above if width]
    return (*near, "1*1", "99999*99999", "9" * 5000 + "*" + "9" * 5000)


@valid_value_strategy.register
def _(check: Pixels) -> ValueStrategy:
    def size(width: int) -> ValueStrategy:
        heights = st.integers(-(-check.low // width), check.high // width)
        return heights.map(lambda height: f"{width}*{height}")

    return st.integers(isqrt(check.low) // 2 + 1, isqrt(check.high) * 2).flatmap(size)


@valid_values.register
def _(check: AdvisedPixels) -> JsonValues:
    return (*(f"{width}*{height}" for width, height in _find_factors(check.high)), *check.usual)


@invalid_values.register
def _(check: AdvisedPixels, value: Json) -> JsonValues:
    pairs = [*_find_factors(check.low), *((w, h - 1) for w, h in _find_factors(check.high))]
    return tuple(f"{width}*{height}" for width, height in pairs if height)


@cache
def _find_factors(product: int) -> tuple[tuple[int, int], ...]:
    """Returns the pairs of integers with this *product*, the most equal first."""
    sides = (side for side in range(isqrt(product), 0, -1) if product % side == 0)
    return tuple(pair for side in sides for pair in _iter_orientations(side, product // side))


def _iter_orientations(side: int, other: int) -> Iterator[tuple[int, int]]:
    yield side, other
    if side != other:
        yield other, side


@valid_values.register
def _(check: Ratio) -> JsonValues:
    return tuple(
        f"{width * scale}*{height * scale}"
        for width, height in (check.low, check.high)
        for scale in SCALE_SIDES
    )


@invalid_values.register
def _(check: Ratio, value: Json) -> JsonValues:
    (low, per_low), (high, per_high) = check.low, check.high
    narrow = [f"{low * scale}*{per_low * scale + 1}" for scale in SCALE_SIDES]
    flat = [f"{high * scale + 1}*{per_high * scale}" for scale in SCALE_SIDES]
    return (*narrow, *flat)
