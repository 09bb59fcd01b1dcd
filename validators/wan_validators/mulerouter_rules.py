"""Rules, outputs and ambiguities that models of one shape share at MuleRouter.

They are for the models whose pages could be read in part. Those of S1 and S3 have tables of
their own.
"""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import BOOLEAN, OBJECT, STRING, Between, OneOf
from .frozen import replace
from .outputs import Images, Price, Videos
from .shared_ambiguities import (
    ALPHA,
    AUDIO_AS_DATA,
    AUDIO_PADDING,
    BARE_BASE64,
    LEADING_ZEROS,
    MEGABYTES,
    NULL_UNMARKED,
    ORIENTATION,
    SEED_SPAN,
    VIDEO_LENGTH,
    VIDEO_SIZE,
    WHOLE_FLOATS,
)
from .shared_rules import (
    SEEDS,
    Rows,
    billing_notice,
    image,
    negative_prompt,
    prompt,
    seed,
    size,
    sound,
)
from .spec import Rule

__all__ = [
    "IMAGE_AMBIGUITIES",
    "NULL_SOUND",
    "REQUIRED_UNMARKED",
    "SOUND_AMBIGUITIES",
    "TEXT_LIMIT_GAP",
    "TEXT_TO_IMAGE_AMBIGUITIES",
    "UNPRICED",
    "VIDEO_AMBIGUITIES",
    "VIDEO_LIMITS",
    "build_frame_rules",
    "build_image_outputs",
    "build_text_to_image_rules",
    "build_video_outputs",
    "build_video_rules",
    "size_choice",
    "tier_choice",
]

TEXT_TO_IMAGE_AMBIGUITIES: Final = (LEADING_ZEROS, SEED_SPAN, WHOLE_FLOATS, NULL_UNMARKED)
VIDEO_LIMITS: Final = (WHOLE_FLOATS, VIDEO_LENGTH)
VIDEO_AMBIGUITIES: Final = (*VIDEO_LIMITS, NULL_UNMARKED)
IMAGE_AMBIGUITIES: Final = (BARE_BASE64, MEGABYTES, ALPHA, ORIENTATION, VIDEO_SIZE)
"""The ambiguities of an input image, and of the size of a video that is made from it."""
SOUND_AMBIGUITIES: Final = (AUDIO_PADDING, AUDIO_AS_DATA)
REQUIRED_UNMARKED: Final = Ambiguity(
    "the required members",
    interpretations=("no member is marked as required", "related models require prompt and image"),
    chosen="prompt and image are required, as for the related models; a guess",
    rules=("prompt-type", "image-type"),
)
NULL_SOUND: Final = replace(NULL_UNMARKED, rules=("audio-flag-type", "audio-type"))
UNPRICED: Final = Price(
    usd={},
    source="no price list names this model in USD",
    on="2026-11",
    confidence="unknown",
)
TEXT_LIMIT_GAP: Final = "whether a text over the limit is rejected or cut"


def build_text_to_image_rules() -> Rows:
    """Returns the rules of a model that makes images from text only."""
    return (
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
        *negative_prompt("/negative_prompt"),
        *size("/size", (768 * 768, 1440 * 1440), nullable=True, default="1280*1280"),
        Rule("n-range", "/n", Between(1, 4), default=4),
        billing_notice("/n", 4),
        *seed("/seed", n="/n", default_n=4),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=False),
        _build_filter_rule(),
    )


def build_image_outputs(*, price: Price) -> Images:
    """Returns the outputs of a model that makes images from text only."""
    return Images(count="/n", size="/size", seed="/seed", price=price)


def build_frame_rules(pointer: str, *, required: bool = True) -> Rows:
    """Returns the rules of an image that is a frame of the video."""
    return image(pointer, sides=(360, 2000), opaque=True, required=required)


def tier_choice(*tiers: str, default: str) -> Rule:
    """Returns the rule for the tier of a video."""
    return Rule("resolution-tier", "/resolution", OneOf(tiers), default=default)


def size_choice(*sizes: str, default: str) -> Rule:
    """Returns the rule for the size of a video."""
    return Rule("size-choice", "/size", OneOf(sizes), nullable=True, default=default)


def build_video_rules(
    characters: int,
    *,
    choice: Rule,
    durations: tuple[int, ...],
    frames: Rows = (),
    template: bool = False,
    shots: bool = False,
    sounds: bool = False,
    filters: bool = True,
) -> Rows:
    """Returns the rules of a model that makes one video.

    *characters* is the limit of the prompt, *choice* the rule for the tier or the size, and
    *frames* are the rules of the images. The flags say which further members there are:
    ``template``, ``shot_type``, a sound and ``safety_filter``.
    """
    shot_type = Rule("shot-type-value", "/shot_type", OneOf(("single", "multi")), default="single")
    return (
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", characters),
        *frames,
        *negative_prompt("/negative_prompt"),
        *((Rule("template-type", "/template", STRING),) if template else ()),
        choice,
        Rule("duration-choice", "/duration", OneOf(durations)),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=True),
        *((shot_type,) if shots else ()),
        *(sound("/audio", "/audio_url") if sounds else ()),
        Rule("seed-range", "/seed", SEEDS),
        *((_build_filter_rule(),) if filters else ()),
    )


def build_video_outputs(resolution: str, *, sounds: bool, **more: Any) -> Videos:
    """Returns the outputs of a video whose tier or size is at *resolution*; *more* are fields."""
    return Videos(
        resolution=resolution,
        duration="/duration",
        seed="/seed",
        seconds=5,
        audio="/audio" if sounds else None,
        audio_url="/audio_url" if sounds else None,
        **more,
    )


def _build_filter_rule() -> Rule:
    return Rule("safety-filter-type", "/safety_filter", BOOLEAN, nullable=True, default=True)
