"""Rules and outputs of the upstream models of silent videos, the families 2.1 and 2.2."""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import OneOf
from .outputs import Price, Videos
from .shared_prices import USD_22, build_video_price
from .shared_rules import Rows
from .spec import Rule
from .upstream_videos import (
    EFFECTS_GAP,
    FRAME_AMBIGUITIES,
    PRICE_GAP,
    RATIO_USAGE,
    build_video_outputs,
    build_video_rules,
    frame_rules,
)

__all__ = [
    "FRAME",
    "FRAME_PAIR",
    "FRAME_PAIR_AMBIGUITIES",
    "GUESSED_PRICE",
    "SILENT_GAPS",
    "build_silent_outputs",
    "build_silent_rules",
]

FRAME: Final = frame_rules(megabytes=10)
"""The rules of the first frame, for a video from an image."""

FRAME_PAIR: Final = (
    *frame_rules("first_frame_url", megabytes=10),
    *frame_rules("last_frame_url", megabytes=10, required=False),
)
"""The rules of the first and the last frame, for a video between two images."""

FRAME_PAIR_AMBIGUITIES: Final = (
    *FRAME_AMBIGUITIES,
    Ambiguity(
        "last_frame_url",
        interpretations=(
            "optional, in the table of the members",
            "with a template only the first frame is needed, so that it is needed without one",
        ),
        chosen="optional",
        rules=("image-type",),
    ),
)
GUESSED_PRICE: Final = build_video_price(
    USD_22, "a guess from a catalogue in CNY: 0.14 and 0.70", "guess"
)
SILENT_GAPS: Final = (EFFECTS_GAP, PRICE_GAP)
"""The gaps of a model that takes frames and has no price in USD."""


def build_silent_rules(
    *models: str, choice: Rule, seconds: tuple[int, ...] = (5,), frames: Rows = ()
) -> Rows:
    """Returns the rules of a model; *models* are its names.

    *choice* is the rule for the tier or the size, *seconds* are the durations, and *frames* the
    rules of images. Only a model without frames needs a prompt, and only one with frames has
    templates of effects.
    """
    return build_video_rules(
        *models,
        characters=800,
        choice=choice,
        duration=OneOf(seconds),
        inputs=frames,
        needs_prompt=not frames,
        template=bool(frames),
    )


def build_silent_outputs(
    choice: str, *, price: Price, usage: tuple[str, ...] = RATIO_USAGE, **more: Any
) -> Videos:
    """Returns the outputs of a model whose tier or size is the parameter *choice*."""
    return build_video_outputs(choice, price=price, fps=30, usage=usage, **more)
