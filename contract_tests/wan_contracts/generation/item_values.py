"""Registers the values of constraints on items; see :mod:`.values`.

It also changes items so that limits on all of them together are kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from wan_validators.constraints.basic import Constraint, Json
from wan_validators.constraints.items import (
    Percentage,
    PercentageSum,
    TypeSets,
    UrlOnly,
    VideoUrls,
    count_videos,
)

from .media_files import build_data_uri, png
from .values import FILE_URL, JsonValues, invalid_values, valid_values

__all__ = ["fit_items"]

WHOLE_IN_HUNDREDTHS = 10_000


def fit_items(items: list[Json], checks: Iterable[Constraint]) -> list[Json]:
    """Returns *items*, with shares of 100.00% and without too many videos if *checks* say so."""
    for check in checks:
        if isinstance(check, PercentageSum) and items:
            items = _share(items, check.member)
        if isinstance(check, VideoUrls):
            items = [
                FILE_URL if count_videos(items[: nth + 1]) > check.high else each
                for nth, each in enumerate(items)
            ]
    return items


def _share(items: list[Json], member: str) -> list[Json]:
    part = WHOLE_IN_HUNDREDTHS // len(items)
    parts = [WHOLE_IN_HUNDREDTHS - part * (len(items) - 1), *[part] * (len(items) - 1)]
    return [
        {**item, member: f"{each // 100}.{each % 100:02}%"}
        for item, each in zip(items, parts, strict=True)
    ]


@invalid_values.register
def _(check: TypeSets, value: Json) -> JsonValues:
    names = dict.fromkeys(count.name for each in check.sets for count in each)
    items = [{"type": name, "url": FILE_URL} for name in names]
    return ([], *([item] * count for count in (1, 2, 9) for item in items), items)


@invalid_values.register
def _(check: UrlOnly, value: Json) -> JsonValues:
    kinds = sorted(check.types, key=lambda kind: kind != value.get("type"))
    image = build_data_uri(png(), "image/png")
    return tuple({**value, "type": kind, "url": image} for kind in kinds)


@invalid_values.register
def _(check: VideoUrls, value: Json) -> JsonValues:
    urls = ["https://example.com/1.mp4", "https://example.com/2.MOV?x=1"] * (check.high + 1)
    return (urls[: check.high + 1],)


@valid_values.register
def _(check: Percentage) -> JsonValues:
    return ("0.00%", "33.34%", "100.00%")


@invalid_values.register
def _(check: Percentage, value: Json) -> JsonValues:
    return ("", "33", "33%", "33.3%", "33.333%", " 33.33%", "33,33%", "0.33", "-1.00%", "1000.00%")


@invalid_values.register
def _(check: PercentageSum, value: Json) -> JsonValues:
    def fill(first: str, others: str) -> Json:
        shares = [first, *[others] * (len(value) - 1)]
        return [{**item, check.member: share} for item, share in zip(value, shares, strict=True)]

    return (fill("100.00%", "0.01%"), fill("99.99%", "0.00%"), fill("0.00%", "0.00%"))
