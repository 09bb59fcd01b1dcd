"""wan2.5-i2v-spark at MuleRouter: a video with sound from an image, at a path of its own."""

from ..mulerouter_rules import (
    IMAGE_AMBIGUITIES,
    NULL_SOUND,
    PRICE_GAP,
    REQUIRED_UNMARKED,
    SOUND_AMBIGUITIES,
    TEXT_LIMIT_GAP,
    VIDEO_LIMITS,
    build_frame_rules,
    build_video_outputs,
    build_video_rules,
    tier_choice,
)
from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.5-i2v-spark",
    endpoint="mulerouter",
    vendor=VENDOR,
    title="Wan 2.5 spark video from an image",
    source="MuleRouter, wan2.5-i2v-spark: the page's overview and examples, "
    "and the page of wan2.5-i2v-preview for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=build_video_rules(
        2000,
        choice=tier_choice("720P", "1080P", default="720P"),
        durations=(5, 10),
        frames=build_frame_rules("/image"),
        sounds=True,
        filters=False,
    ),
    outputs=build_video_outputs("/resolution", sounds=True, fps=24, input="/image", price=UNPRICED),
    ambiguities=(
        *IMAGE_AMBIGUITIES,
        *VIDEO_LIMITS,
        *SOUND_AMBIGUITIES,
        REQUIRED_UNMARKED,
        NULL_SOUND,
    ),
    gaps=(
        TEXT_LIMIT_GAP,
        "the frame rate; the mock makes 24 frames a second, as for wan2.5-i2v-preview",
        PRICE_GAP,
    ),
)
