"""Changes the items of an array so that limits on all of them together are kept."""

from __future__ import annotations

from collections.abc import Iterable

from wan_validators.constraints.basic import Constraint, Json
from wan_validators.constraints.items import PercentageSum, VideoUrls, count_videos

from .values import FILE_URL

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
