"""wan2.5-t2v-preview at MuleRouter: a video with sound from text."""

from ..mulerouter_rules import (
    SOUND_AMBIGUITIES,
    TEXT_LIMIT_GAP,
    VIDEO_AMBIGUITIES,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..shared_prices import TWO_LISTS, USD_25, build_video_price
from ..shared_rules import SIZES_480P, SIZES_720P, SIZES_1080P
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.5-t2v-preview",
    vendor=VENDOR,
    title="Wan 2.5 video from text",
    source="MuleRouter, wan2.5-t2v-preview: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=build_video_rules(
        2000,
        choice=size_choice(*SIZES_480P, *SIZES_720P, *SIZES_1080P, default="1280*720"),
        durations=(5, 10),
        sounds=True,
    ),
    outputs=build_video_outputs(
        "/size",
        sounds=True,
        fps=24,
        price=build_video_price(USD_25, TWO_LISTS, "medium"),
    ),
    ambiguities=(
        *VIDEO_AMBIGUITIES,
        *SOUND_AMBIGUITIES,
    ),
    gaps=(TEXT_LIMIT_GAP,),
)
