"""Constraints on arrays by what their items are: types, URLs, percentages."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from ..frozen import Frozen
from .basic import IDENTITY_VIEW, Json, View

__all__ = [
    "TYPES_VIEW",
    "VIDEO_TYPES",
    "Percentage",
    "PercentageSum",
    "TypeCount",
    "TypeSets",
    "UrlOnly",
    "VideoUrls",
    "collect_types",
    "count_videos",
    "may_be_video",
]

_PERCENTAGE: Final = r"[0-9]{1,3}\.[0-9]{2}%"
_VIDEO_SUFFIXES: Final = ("mp4", "mov", "m4v", "avi", "mkv", "webm")
_IMAGE_SUFFIXES: Final = ("jpg", "jpeg", "png", "bmp", "webp")
VIDEO_TYPES: Final = ("reference_video", "first_clip", "video")
"""The types of an item that is a video."""

_MAX_URL_CHARACTERS: Final = 4096


def collect_types(value: Json) -> list[Any] | None:
    """Returns the ``type`` of each item of an array, None for an item without one.

    Returns None if *value* is not an array.
    """
    if type(value) is not list:
        return None
    return [item.get("type") if type(item) is dict else None for item in value]


TYPES_VIEW: Final = View(collect_types, kind=list)


class TypeCount(Frozen):
    """The least and the largest number of items of the type *name*; None means any number."""

    name: str
    low: int
    high: int | None


class TypeSets(Frozen):
    """An array whose items have the types of one of *sets*, each so often as it says.

    An array with an item of an unknown type is accepted: other rules report that item.
    """

    view: ClassVar[View] = TYPES_VIEW
    sets: tuple[tuple[TypeCount, ...], ...]

    def applies_to(self, seen: Any) -> bool:
        return seen is not None

    def is_satisfied(self, seen: Any) -> bool:
        known = {count.name for each in self.sets for count in each}
        if any(type(each) is not str or each not in known for each in seen):
            return True
        return any(self._fits(seen, each) for each in self.sets)

    @staticmethod
    def _fits(seen: list[str], counts: tuple[TypeCount, ...]) -> bool:
        numbers = [(count, seen.count(count.name)) for count in counts]
        return sum(number for _, number in numbers) == len(seen) and all(
            count.low <= number and (count.high is None or number <= count.high)
            for count, number in numbers
        )


class UrlOnly(Frozen):
    """An object of one of *types* whose ``url`` is not a ``data:`` URI."""

    view: ClassVar[View] = IDENTITY_VIEW
    types: tuple[str, ...]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is dict

    def is_satisfied(self, seen: Any) -> bool:
        url = seen.get("url")
        has_data = type(url) is str and url[:5].lower() == "data:"
        return not (has_data and seen.get("type") in self.types)


def count_videos(urls: list[Any]) -> int:
    """Counts the URLs whose path has the suffix of a video; others may be videos, too."""
    return sum(_find_suffix(url) in _VIDEO_SUFFIXES for url in urls if type(url) is str)


def may_be_video(item: Any) -> bool:
    """Returns False for an item whose type, or whose text as a URL, is that of another file."""
    if type(item) is dict:
        return item.get("type") in VIDEO_TYPES
    if type(item) is not str or item[:5].lower() == "data:":
        return False
    return _find_suffix(item) not in _IMAGE_SUFFIXES


def _find_suffix(url: str) -> str:
    if len(url) > _MAX_URL_CHARACTERS:
        return ""
    from urllib.parse import urlsplit

    try:
        path = urlsplit(url).path
    except ValueError:
        return ""  # a broken IPv6 address
    return path.rpartition(".")[2].lower()


class VideoUrls(Frozen):
    """An array with at most *high* URLs of videos, as far as their suffixes tell."""

    view: ClassVar[View] = IDENTITY_VIEW
    high: int

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is list

    def is_satisfied(self, seen: Any) -> bool:
        return count_videos(seen) <= self.high


class Percentage(Frozen):
    """A string of a percentage with two decimals, such as ``12.50%``."""

    view: ClassVar[View] = IDENTITY_VIEW

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is str

    def is_satisfied(self, seen: Any) -> bool:
        return re.fullmatch(_PERCENTAGE, seen) is not None


class PercentageSum(Frozen):
    """An array of objects whose percentages *member* add up to 100.00%.

    An array with another value there is accepted: other rules report that value.
    """

    view: ClassVar[View] = IDENTITY_VIEW
    member: str

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is list

    def is_satisfied(self, seen: Any) -> bool:
        parts = [item.get(self.member) if type(item) is dict else None for item in seen]
        known = [each for each in parts if type(each) is str and re.fullmatch(_PERCENTAGE, each)]
        if not known or len(known) < len(parts):
            return True
        from decimal import Decimal

        return bool(sum(Decimal(each[:-1]) for each in known) == 100)
