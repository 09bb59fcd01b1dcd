"""wan2.1-kf2v-plus at MuleRouter: a silent video between two images."""

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
    id="wan2.1-kf2v-plus",
    vendor=VENDOR,
    title="Wan 2.1 video between two images",
    source="MuleRouter, wan2.1-kf2v-plus: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=build_video_rules(
        800,
        choice=tier_choice("720P", default="720P"),
        durations=(5,),
        frames=(*build_frame_rules("/image"), *build_frame_rules("/last_frame")),
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
            "safety_filter",
            interpretations=("missing from the older copy that was read", "in both clients"),
            chosen="allowed, may be null",
            rules=("safety-filter-type",),
        ),
    ),
    gaps=TEMPLATE_GAPS,
)
