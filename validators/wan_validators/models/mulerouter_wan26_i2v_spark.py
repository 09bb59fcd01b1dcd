"""wan2.6-i2v-spark at MuleRouter: a video with sound from an image, at a path of its own."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import (
    FRAME_RATE_GAP,
    IMAGE_AMBIGUITIES,
    NULL_SOUND,
    PRICE_GAP,
    REQUIRED_UNMARKED,
    SOUND_AMBIGUITIES,
    TEXT_LIMIT_GAP,
    VIDEO_LIMITS,
    build_frame_pair_rules,
    build_video_outputs,
    build_video_rules,
    tier_choice,
)
from ..shared_ambiguities import MULTI_SHOTS, SHOT_TYPE
from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.6-i2v-spark",
    endpoint="mulerouter",
    vendor=VENDOR,
    title="Wan 2.6 spark video from an image",
    source="MuleRouter, wan2.6-i2v-spark: the page with its table of the body",
    on="2026-11",
    confidence="medium",
    rules=build_video_rules(
        2000,
        choice=tier_choice("1080P", default="1080P"),
        durations=(5, 10, 15),
        frames=build_frame_pair_rules("an example of the page"),
        shots=True,
        sounds=True,
        filters=False,
    ),
    outputs=build_video_outputs("/resolution", sounds=True, fps=24, input="/image", price=UNPRICED),
    ambiguities=(
        *IMAGE_AMBIGUITIES,
        *VIDEO_LIMITS,
        *SOUND_AMBIGUITIES,
        SHOT_TYPE,
        MULTI_SHOTS,
        REQUIRED_UNMARKED,
        NULL_SOUND,
        Ambiguity(
            "last_frame",
            interpretations=(
                "named in the features, an example and a heading",
                "missing from the table of the body",
            ),
            chosen="allowed with a warning, with the same limits as image",
            rules=("last-frame-undocumented",),
        ),
    ),
    gaps=(
        TEXT_LIMIT_GAP,
        FRAME_RATE_GAP,
        "the default of prompt_extend; related models have true",
        PRICE_GAP,
    ),
)
