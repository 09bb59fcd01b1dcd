"""Registers the examples of constraints on items of arrays; see :mod:`.values`."""

from __future__ import annotations

from typing import Any

from ..constraints import items as i
from . import tiny_files as files
from .values import IMAGE_URL, SIDE, VIDEO_URL, list_broken, list_valid

__all__: list[str] = []


@list_valid.register
def _(constraint: i.TypeSets) -> list[Any]:
    return [
        [_build_item(count.name) for count in each for _ in range(count.low or 1)]
        for each in constraint.sets
    ]


@list_broken.register
def _(constraint: i.TypeSets) -> list[Any]:
    valid = list_valid(constraint)
    return [[], *(items + items for items in valid), *([item] for item in valid[0])]


@list_broken.register
def _(constraint: i.UrlOnly) -> list[Any]:
    data = files.build_data_uri(files.build_png(SIDE), "image/png")
    return [{**_build_item(name), "url": data} for name in constraint.types]


@list_broken.register
def _(constraint: i.VideoUrls) -> list[Any]:
    return [[VIDEO_URL] * (constraint.high + 1)]


@list_valid.register
def _(constraint: i.Percentage) -> list[Any]:
    return ["100.00%"]


@list_broken.register
def _(constraint: i.Percentage) -> list[Any]:
    return ["12.5%"]


@list_valid.register
def _(constraint: i.PercentageSum) -> list[Any]:
    return [
        [{"hex": "#000000", constraint.member: each} for each in ("50.00%", "30.00%", "20.00%")]
    ]


@list_broken.register
def _(constraint: i.PercentageSum) -> list[Any]:
    return [[{"hex": "#000000", constraint.member: "30.00%"}] * 3]


def _build_item(name: str) -> Any:
    return {"type": name, "url": IMAGE_URL}
