"""wan2.2-t2v-plus at MuleRouter: a silent video from text."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import (
    TEXT_LIMIT_GAP,
    VIDEO_AMBIGUITIES,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..shared_prices import USD_22, build_video_price
from ..shared_rules import SIZES_480P, SIZES_1080P
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.2-t2v-plus",
    vendor=VENDOR,
    title="Wan 2.2 video from text",
    source="MuleRouter, wan2.2-t2v-plus: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=build_video_rules(
        800,
        choice=size_choice(*SIZES_480P, *SIZES_1080P, default="1920*1080"),
        durations=(5,),
    ),
    outputs=build_video_outputs(
        "/size",
        sounds=False,
        fps=30,
        price=build_video_price(
            USD_22, "a guess, from ratios of prices in another currency", "guess"
        ),
    ),
    ambiguities=(
        *VIDEO_AMBIGUITIES,
        Ambiguity(
            "size 1280*720",
            interpretations=(
                "the enumeration has only 480P and 1080P sizes",
                "the page's own second example asks for 1280*720",
            ),
            chosen="rejected",
            rules=("size-choice",),
        ),
    ),
    gaps=(TEXT_LIMIT_GAP,),
)
