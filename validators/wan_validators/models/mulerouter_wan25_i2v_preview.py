"""wan2.5-i2v-preview at MuleRouter: a video with sound from an image (S1)."""

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, OneOf
from ..outputs import Videos
from ..shared_ambiguities import (
    ALPHA,
    AUDIO_AS_DATA,
    AUDIO_PADDING,
    BARE_BASE64,
    MEGABYTES,
    ORIENTATION,
    VIDEO_LENGTH,
    VIDEO_SIZE,
    WHOLE_FLOATS,
)
from ..shared_prices import TWO_LISTS, USD_25, build_video_price
from ..shared_rules import SEEDS, image, negative_prompt, prompt, sound
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.5-i2v-preview",
    vendor=VENDOR,
    title="Wan 2.5 video from an image",
    source="S1: MuleRouter, wan2.5-i2v-preview, Create Generation Task",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
        *image("/image", sides=(360, 2000), opaque=True, required=True),
        *negative_prompt("/negative_prompt"),
        *sound("/audio", "/audio_url"),
        Rule("resolution-tier", "/resolution", OneOf(("480P", "720P", "1080P")), default="720P"),
        Rule("duration-choice", "/duration", OneOf((5, 10))),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=True),
        Rule("seed-range", "/seed", SEEDS),
        Rule("safety-filter-type", "/safety_filter", BOOLEAN, nullable=True, default=True),
    ),
    outputs=Videos(
        resolution="/resolution",
        duration="/duration",
        seed="/seed",
        input="/image",
        audio="/audio",
        audio_url="/audio_url",
        seconds=5,
        fps=24,
        price=build_video_price(
            USD_25,
            TWO_LISTS,
            "medium",
            on="2026-10",
        ),
    ),
    ambiguities=(
        BARE_BASE64,
        MEGABYTES,
        ALPHA,
        ORIENTATION,
        WHOLE_FLOATS,
        VIDEO_SIZE,
        VIDEO_LENGTH,
        AUDIO_PADDING,
        AUDIO_AS_DATA,
        Ambiguity(
            "null",
            interpretations=(
                "audio, audio_url and safety_filter are marked as nullable",
                "the other members are not",
            ),
            chosen="null is allowed only for these three",
            rules=("audio-flag-type", "audio-type", "safety-filter-type"),
        ),
    ),
)
