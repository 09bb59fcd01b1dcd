"""Constraints on a size such as ``1280*720``: its format, pixels and aspect ratio."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar, Final

from ..frozen import Frozen
from .basic import IDENTITY_VIEW, Json, View, parse_integer

__all__ = ["SIDES_VIEW", "AdvisedPixels", "Pixels", "Ratio", "Size", "TwoPartSize", "parse_sides"]

_SIZE = re.compile(r"([0-9]+)\*([0-9]+)")


@lru_cache(maxsize=256)
def _sides(value: str) -> tuple[int, int] | None:
    found = _SIZE.fullmatch(value)
    if found is None:
        return None
    width, height = parse_integer(found[1]), parse_integer(found[2])
    return (width, height) if width and height else None


def parse_sides(value: Json) -> tuple[int, int] | None:
    """Parses ``1280*720`` to ``(1280, 720)``; None unless both are ASCII integers above 0."""
    if type(value) is not str:
        return None
    return _sides(value) if len(value) <= 32 else _sides.__wrapped__(value)


def extract_sides(value: Json) -> tuple[int, int] | str | None:
    """Returns the sides of a size, or the size itself if it is a name such as ``2K``."""
    if type(value) is str and len(value) == 2 and value[1] == "K" and value[0] in "123456789":
        return value
    return parse_sides(value)


SIDES_VIEW: Final = View(extract_sides, cacheable=True)


class TwoPartSize(Frozen):
    """A string of two parts joined by one ``*``, or one of *tokens*, which are names of sizes."""

    view: ClassVar[View] = IDENTITY_VIEW
    tokens: tuple[str, ...] = ()

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is str

    def is_satisfied(self, seen: Any) -> bool:
        return bool(seen.count("*") == 1 or seen in self.tokens)


class Size(Frozen):
    """Two integers above 0 joined by ``*``; :class:`TwoPartSize` checks other strings.

    All of *tokens* are accepted.
    """

    view: ClassVar[View] = IDENTITY_VIEW
    tokens: tuple[str, ...] = ()

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is str and (seen.count("*") == 1 or seen in self.tokens)

    def is_satisfied(self, seen: Any) -> bool:
        return seen in self.tokens or parse_sides(seen) is not None


class Pixels(Frozen):
    """A size whose width times height is from *low* to *high*, both included.

    All of *tokens* are accepted.
    """

    view: ClassVar[View] = SIDES_VIEW
    low: int
    high: int
    tokens: tuple[str, ...] = ()

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is tuple or seen in self.tokens

    def is_satisfied(self, seen: Any) -> bool:
        return bool(seen in self.tokens or self.low <= seen[0] * seen[1] <= self.high)


class AdvisedPixels(Frozen):
    """A size that has no pixel count from *low* to below *high*, unless it is one of *usual*."""

    view: ClassVar[View] = SIDES_VIEW
    low: int
    high: int
    usual: tuple[str, ...]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is tuple

    def is_satisfied(self, seen: Any) -> bool:
        width, height = seen
        is_usual = any(parse_sides(each) == seen for each in self.usual)
        return is_usual or not self.low <= width * height < self.high


class Ratio(Frozen):
    """A size with an aspect ratio from *low* to *high*, each a pair, both included.

    Integers are compared, so rounding cannot move a limit. All of *tokens* are accepted.
    """

    view: ClassVar[View] = SIDES_VIEW
    low: tuple[int, int]
    high: tuple[int, int]
    tokens: tuple[str, ...] = ()

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is tuple or seen in self.tokens

    def is_satisfied(self, seen: Any) -> bool:
        if seen in self.tokens:
            return True
        width, height = seen
        return bool(
            width * self.low[1] >= height * self.low[0]
            and width * self.high[1] <= height * self.high[0]
        )
