"""What a model makes and where a payload says how much of it: for the mock and for prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

__all__ = ["AREA", "TIERS", "Images", "Outputs", "Price", "Videos"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price in USD of each unit: an image, or a second of video at each tier.

    The vendors publish no prices of these models. *source* says where the price is from, *on*
    when it was read, and *confidence* how reliable it is.
    """

    usd: Mapping[str, Decimal]
    source: str
    on: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Images are made. Each field is the pointer of the member that decides on it.

    *inputs* holds the input images: the last one's aspect is the output's where no size is
    given. A model that makes images from text alone has none; its images are then square.
    While *interleave* is true, text parts are made too, and *most* is the limit. *counted*
    tells whether the page documents an image count in the result. *interval* is how many
    seconds to wait between two polls, as the upstream recommends.
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
    interval: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Videos:
    """One video is made. Each field that is a string is the pointer of the deciding member.

    *input* holds the first frame, whose aspect is the video's. A model that makes videos
    from text alone has none; its videos are 16:9. *seconds* is how long a video plays where
    *duration* is not given, *fps* the frames a second, *audio* None for a model that makes
    silent videos. A sound given at *audio_url* is heard whatever *audio* says. *interval* is
    how many seconds to wait between two polls, as the upstream recommends.
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
    interval: float = 15.0


Outputs = Images | Videos

AREA: Final = 1280 * 1280
"""Pixels in an image whose size is not given (the documents: "approximate")."""

TIERS: Final[Mapping[str, int]] = {
    "480P": 832 * 480,
    "720P": 1280 * 720,
    "1080P": 1920 * 1080,
}
"""Pixels in a video of each tier.

A guess: only "720P" is supported by an official example, where a 750 by 1000 image gives
816 by 1104.
"""
