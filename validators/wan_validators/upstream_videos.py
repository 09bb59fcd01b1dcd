"""Rules, outputs and prices that the upstream models of videos share, up to the family 2.6."""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import BOOLEAN, OBJECT, STRING, Absent, Constraint, OneOf
from .frozen import replace
from .outputs import Price, Videos
from .shared_ambiguities import MEGABYTES, ORIENTATION, VIDEO_SIZE, WHOLE_FLOATS
from .shared_prices import USD_25, USD_26, build_video_price
from .shared_rules import SEEDS, Rows, negative_prompt, prompt
from .spec import Equals, Rule, Severity
from .upstream_rules import ALPHA_IGNORED, upstream_audio, upstream_body, upstream_image

__all__ = [
    "EFFECTS_GAP",
    "FIRST_FRAME_PATH",
    "FRAME_AMBIGUITIES",
    "FRAME_RATE_GAP",
    "INPUT_USAGE",
    "LISTED_PRICE_25",
    "LISTED_PRICE_26",
    "PRICE_GAP",
    "RATIO_USAGE",
    "SILENT_FLAG",
    "SIZE_USAGE",
    "TIER_USAGE",
    "USAGE_AMBIGUITY",
    "VIDEO_PATH",
    "build_video_outputs",
    "build_video_rules",
    "frame_rules",
    "size_choice",
    "tier_choice",
]

VIDEO_PATH: Final = "video-generation/video-synthesis"
FIRST_FRAME_PATH: Final = "image2video/video-synthesis"
"""The path of the models that take a first and a last frame."""

TIER_USAGE: Final = ("duration", "SR", "video_count")
"""The members of ``usage`` on the page of image to video, up to the family 2.5."""
RATIO_USAGE: Final = ("video_duration", "video_ratio", "video_count")
"""The members on the page of text to video, up to the family 2.5."""
INPUT_USAGE: Final = (
    *("duration", "input_video_duration", "output_video_duration"),
    *("video_count", "SR"),
)
"""The members from the family 2.6 on, for a video of a tier."""
SIZE_USAGE: Final = ("duration", "size", *INPUT_USAGE[1:])
"""The members from the family 2.6 on, for a video of a size."""

USAGE_AMBIGUITY: Final = Ambiguity(
    "the members of usage",
    interpretations=(
        "video_duration and video_ratio, on the page of text to video",
        "duration and SR, on the page of image to video",
    ),
    chosen="as on the page of this model; it does not decide on validity",
    rules=("duration-choice",),
)

FRAME_AMBIGUITIES: Final = (ALPHA_IGNORED, MEGABYTES, ORIENTATION, WHOLE_FLOATS, VIDEO_SIZE)
"""The ambiguities of an input image, and of the size of a video that is made from it."""

EFFECTS_GAP: Final = "the names of template for this model; with one, the prompt is ignored"
FRAME_RATE_GAP: Final = "the frame rate; the mock makes 24 frames a second, as for wan2.5"
PRICE_GAP: Final = "prices in USD"

LISTED_PRICE_25: Final = build_video_price(USD_25, "two public price lists, which agree", "medium")
LISTED_PRICE_26: Final = build_video_price(USD_26, "one public price list", "medium")
SILENT_FLAG: Final = (
    Rule("audio-flag-type", "/parameters/audio", BOOLEAN, default=True),
    Rule(
        "audio-conflict",
        "/input/audio_url",
        Absent(),
        severity=Severity.WARNING,
        when=Equals("/parameters/audio", value=False, default=True),
        message="audio=false overrides audio_url: the video will be silent",
    ),
)
"""The rules for a flag that switches the sound off, also one at ``audio_url``."""


def tier_choice(*tiers: str, default: str = "1080P") -> Rule:
    """Returns the rule for the tier of a video, whose aspect is that of an image."""
    return Rule("resolution-tier", "/parameters/resolution", OneOf(tiers), default=default)


def size_choice(*sizes: str, default: str = "1920*1080") -> Rule:
    """Returns the rule for the width and height of a video."""
    return Rule("size-choice", "/parameters/size", OneOf(sizes), default=default)


def frame_rules(name: str = "img_url", *, megabytes: int, required: bool = True) -> Rows:
    """Returns the rules of an image that is a frame of the video."""
    pointer = f"/input/{name}"
    return upstream_image(pointer, sides=(240, 8000), megabytes=megabytes, required=required)


def build_video_rules(
    *models: str,
    characters: int,
    choice: Rule,
    duration: Constraint,
    inputs: Rows = (),
    needs_prompt: bool = False,
    extends: bool = True,
    template: bool = False,
    shots: bool = False,
    audio_url: bool = False,
    more: Rows = (),
) -> Rows:
    """Returns the rules of a model that makes one video; *models* are its names.

    *characters* is the limit of the prompt, *choice* the rule for the tier or the size,
    *inputs* are the rules of images, and *more* are rules at the end. *extends* says whether
    there is a member ``prompt_extend``; the other flags are named after their members.
    """
    kind, *texts = prompt("/input/prompt", characters, cut=True)
    if not needs_prompt:
        # The official SDK sends null for a call without a prompt.
        kind = replace(kind, required=False, nullable=True)
    extend = Rule("prompt-extend-type", "/parameters/prompt_extend", BOOLEAN, default=True)
    kinds = OneOf(("single", "multi"))
    shot_type = Rule("shot-type-value", "/parameters/shot_type", kinds, default="single")
    return (
        *upstream_body(*models),
        kind,
        *texts,
        *negative_prompt("/input/negative_prompt", cut=True),
        *inputs,
        *((Rule("template-type", "/input/template", STRING),) if template else ()),
        Rule("parameters-type", "/parameters", OBJECT),
        choice,
        Rule("duration-choice", "/parameters/duration", duration, default=5),
        *((extend,) if extends else ()),
        *((shot_type,) if shots else ()),
        Rule("watermark-type", "/parameters/watermark", BOOLEAN, default=False),
        Rule("seed-range", "/parameters/seed", SEEDS),
        *(upstream_audio("/input/audio_url") if audio_url else ()),
        *more,
    )


def build_video_outputs(choice: str, *, price: Price, **more: Any) -> Videos:
    """Returns the outputs of a video whose tier or size is the parameter *choice*."""
    return Videos(
        resolution=f"/parameters/{choice}",
        duration="/parameters/duration",
        seed="/parameters/seed",
        seconds=5,
        billing="only successful tasks are billed",
        price=price,
        **more,
    )
