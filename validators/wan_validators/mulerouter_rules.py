"""Rules, outputs and ambiguities that models of one shape share at MuleRouter.

The pages of most models could be read in part only. S1 and S3 have tables of their own.
"""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import BOOLEAN, OBJECT, STRING, Between, Items, OneOf
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
    undocumented,
)
from .spec import Rule

__all__ = [
    "EXTEND_DEFAULT",
    "FRAME_RATE_GAP",
    "IMAGE_AMBIGUITIES",
    "NULL_SOUND",
    "PRICE_GAP",
    "REQUIRED_UNMARKED",
    "SOUND_AMBIGUITIES",
    "TEMPLATE_GAPS",
    "TEXT_LIMIT_GAP",
    "TEXT_TO_IMAGE_AMBIGUITIES",
    "VIDEO_AMBIGUITIES",
    "VIDEO_LIMITS",
    "build_edit_rules",
    "build_frame_pair_rules",
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
TEXT_LIMIT_GAP: Final = "whether a text over the limit is rejected or cut"
FRAME_RATE_GAP: Final = "the frame rate; the mock makes 24 frames a second, as for wan2.5"
PRICE_GAP: Final = "prices at this vendor, and in USD upstream"
TEMPLATE_GAPS: Final = (
    TEXT_LIMIT_GAP,
    "the names of template, and whether the prompt counts beside one",
    PRICE_GAP,
)
EXTEND_DEFAULT: Final = Ambiguity(
    "the default of prompt_extend",
    interpretations=("false, on the page", "true, in the help of the vendor's CLI"),
    chosen="false; it does not decide on validity",
    rules=("prompt-extend-type",),
)


def build_edit_rules() -> Rows:
    """Returns the rules of a model that edits one to three images (S0)."""
    images = (
        Rule("images-count", "/images", Items(1, 3), required=True),
        *image("/images/*", sides=(384, 5000), opaque=False),
    )
    return build_text_to_image_rules(images=images)


def build_text_to_image_rules(*, images: Rows = ()) -> Rows:
    """Returns the rules of a model that makes images from text, or from *images* as well."""
    return (
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
        *images,
        *negative_prompt("/negative_prompt"),
        *size("/size", (768 * 768, 1440 * 1440), nullable=True, default="1280*1280"),
        Rule("n-range", "/n", Between(1, 4), default=4),
        billing_notice("/n", 4),
        *seed("/seed", n="/n", default_n=4),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=False),
        _build_filter_rule(),
    )


def build_image_outputs(*, price: Price, inputs: str | None = None) -> Images:
    """Returns the outputs of a model that makes images; *inputs* points to those it edits."""
    return Images(count="/n", size="/size", seed="/seed", inputs=inputs, price=price)


def build_frame_rules(pointer: str, *, required: bool = True) -> Rows:
    """Returns the rules of an image that is a frame of the video."""
    return image(pointer, sides=(360, 2000), opaque=True, required=required)


def build_frame_pair_rules(source: str) -> Rows:
    """Returns the rules of the first frame, and of a last one that only *source* shows."""
    return (
        *build_frame_rules("/image"),
        *build_frame_rules("/last_frame", required=False),
        undocumented("last-frame-undocumented", "/last_frame", source),
    )


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
