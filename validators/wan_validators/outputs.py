"""The outputs of a model, and the members that decide on them, for the mock and prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import prod
from typing import Final

from .constraints.size import parse_sides
from .frozen import Frozen, field

__all__ = [
    "AREA",
    "RATIO_SIDES",
    "TIERS",
    "Images",
    "Outputs",
    "Price",
    "Videos",
    "find_ratio",
    "find_tier",
]


class Price(Frozen, kw_only=True):
    """The price of one unit in USD: an image, or a second of video at each tier.

    The vendors publish no prices for these models. *source* names the origin of the figure,
    *on* the month of reading, and *confidence* how reliable it is.
    """

    usd: Mapping[str, Decimal]
    source: str
    on: str
    confidence: str


class Images(Frozen, kw_only=True):
    """Image outputs. Each field that is a string is the pointer of the deciding member.

    *inputs* holds the input images. Without a size, the output has the aspect of the last
    one. It is None for a model that uses text only; the images are then square. If
    *interleave* is true, there are text parts too, and *max_images* is the limit.
    *keeps_aspect* is true if the aspect counts more than a printed default of *size*.
    *has_image_count* is true if the page documents an image count in the result. *interval*
    is the upstream's recommended number of seconds between two polls. *billing* is what the
    page says about the bill of a request that fails, None if it is silent. *tokens* are the
    sizes that are names, with their total pixels. If *sequential* is true, *count* is an upper
    bound.
    """

    count: str
    size: str
    seed: str
    price: Price
    inputs: str | None = None
    watermark: str | None = None
    interleave: str | None = None
    max_images: str | None = None
    has_image_count: bool = False
    keeps_aspect: bool = False
    interval: float = 10.0
    billing: str | None = None
    sequential: str | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)


class Videos(Frozen, kw_only=True):
    """One video output. Each field that is a string is the pointer of the deciding member.

    *resolution* is a tier, or ``width*height``. *input* holds the first frame; a video of a
    tier has its aspect. It is None for a model that uses text only; the video is then 16:9.
    *seconds* is the playing time if *duration* is absent, and *fps* the frames per second.
    *audio* is None for a model without sound. A sound at *audio_url* is used whatever *audio*
    is, unless *audio_wins* is true. If *always_audio* is true, every video has sound. *interval*
    is the upstream's recommended number of seconds between two polls. *billing* is as for
    images. *usage* are the members of the result that say what is billed, for a vendor that has
    them. *ratio* chooses the sides of a tier if there is no image. *whole* is the range of the
    seconds that *duration* 0 stands for: those of an input video. If *hides_prompt* is true, the
    result never has the rewritten prompt. The seconds of videos in the array *billed_inputs* are
    billed, too.
    """

    resolution: str
    duration: str
    seed: str
    seconds: int
    fps: int
    price: Price
    input: str | None = None
    audio: str | None = None
    audio_url: str | None = None
    always_audio: bool = False
    audio_wins: bool = False
    ratio: str | None = None
    whole: tuple[int, int] | None = None
    interval: float = 15.0
    billing: str | None = None
    usage: tuple[str, ...] = ()
    hides_prompt: bool = False
    billed_inputs: str | None = None


Outputs = Images | Videos

AREA: Final = 1280 * 1280
"""Pixels in an image without a given size (the documents: "approximate")."""

TIERS: Final[Mapping[str, int]] = {
    "480P": 832 * 480,
    "720P": 1280 * 720,
    "1080P": 1920 * 1080,
    "2K": 2560 * 1440,
    "4K": 3840 * 2160,
}
"""Pixels in a video of each tier.

A guess: only "720P" has an official example, in which a 750 by 1000 image gives 816 by 1104.
"""


RATIO_SIDES: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("720P", "16:9"): (1280, 720),
    ("720P", "9:16"): (720, 1280),
    ("720P", "1:1"): (960, 960),
    ("720P", "4:3"): (1104, 832),
    ("720P", "3:4"): (832, 1104),
    ("1080P", "16:9"): (1920, 1080),
    ("1080P", "9:16"): (1080, 1920),
    ("1080P", "1:1"): (1440, 1440),
    ("1080P", "4:3"): (1648, 1248),
    ("1080P", "3:4"): (1248, 1648),
}
"""Width and height of a video by its tier and ratio, as the upstream pages of 2.7 list them."""


def find_ratio(width: int, height: int) -> str:
    """Returns the ratio of a listed size, or "" for all others."""
    names = {sides: ratio for (_, ratio), sides in RATIO_SIDES.items()}
    return names.get((width, height), "")


def find_tier(resolution: str) -> str:
    """Returns the tier of a video: *resolution* itself, or the least one for ``width*height``."""
    sides = parse_sides(resolution)
    if sides is None:
        return resolution
    return next(tier for tier, area in TIERS.items() if prod(sides) <= area)
