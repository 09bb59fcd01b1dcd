"""wan2.2-i2v-flash at MuleRouter: a silent video from an image."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import (
    IMAGE_AMBIGUITIES,
    TEMPLATE_GAPS,
    VIDEO_AMBIGUITIES,
    build_frame_rules,
    build_video_outputs,
    build_video_rules,
    tier_choice,
)
from ..shared_ambiguities import TEMPLATE
from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.2-i2v-flash",
    vendor=VENDOR,
    title="Wan 2.2 fast video from an image",
    source="MuleRouter, wan2.2-i2v-flash: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=build_video_rules(
        800,
        choice=tier_choice("480P", "720P", default="720P"),
        durations=(5,),
        frames=build_frame_rules("/image"),
        template=True,
    ),
    outputs=build_video_outputs(
        "/resolution",
        sounds=False,
        fps=30,
        input="/image",
        price=UNPRICED,
    ),
    ambiguities=(
        *IMAGE_AMBIGUITIES,
        *VIDEO_AMBIGUITIES,
        TEMPLATE,
        Ambiguity(
            "resolution 1080P",
            interpretations=(
                "the enumeration has only 480P and 720P",
                "the combined page of video generation gives 1080P to this model",
            ),
            chosen="rejected",
            rules=("resolution-tier",),
        ),
    ),
    gaps=TEMPLATE_GAPS,
)
