"""wan2.6-i2v-spark at MuleRouter: a video with sound from an image, at a path of its own."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import (
    IMAGE_AMBIGUITIES,
    NULL_SOUND,
    REQUIRED_UNMARKED,
    SOUND_AMBIGUITIES,
    TEXT_LIMIT_GAP,
    UNPRICED,
    VIDEO_LIMITS,
    build_frame_rules,
    build_video_outputs,
    build_video_rules,
    tier_choice,
)
from ..shared_ambiguities import MULTI_SHOTS, SHOT_TYPE
from ..shared_rules import undocumented
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
        frames=(
            *build_frame_rules("/image"),
            *build_frame_rules("/last_frame", required=False),
            undocumented("last-frame-undocumented", "/last_frame", "an example of the page"),
        ),
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
        "the frame rate; the mock makes 24 frames a second, as for wan2.5",
        "the default of prompt_extend; related models have true",
        "prices at this vendor, and in USD upstream",
    ),
)
