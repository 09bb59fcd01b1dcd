"""wan2.6-t2v at MuleRouter: a video with sound from text."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import (
    FRAME_RATE_GAP,
    SOUND_AMBIGUITIES,
    TEXT_LIMIT_GAP,
    VIDEO_AMBIGUITIES,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..shared_ambiguities import MULTI_SHOTS, SHOT_TYPE, VIDEO_SIZES
from ..shared_prices import USD_26, build_video_price
from ..shared_rules import SIZES_480P, SIZES_720P, SIZES_1080P
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SIZES_2K = ("2560*1440", "1440*2560", "1920*1920")

SPEC = ModelSpec(
    id="wan2.6-t2v",
    vendor=VENDOR,
    title="Wan 2.6 video from text",
    source="MuleRouter, wan2.6-t2v: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=build_video_rules(
        2000,
        choice=size_choice(*SIZES_480P, *SIZES_720P, *SIZES_1080P, *SIZES_2K, default="1280*720"),
        durations=(5, 10, 15),
        shots=True,
        sounds=True,
    ),
    outputs=build_video_outputs(
        "/size",
        sounds=True,
        fps=24,
        price=build_video_price(USD_26, "one public price list of the upstream model", "medium"),
    ),
    ambiguities=(
        *VIDEO_AMBIGUITIES,
        *SOUND_AMBIGUITIES,
        SHOT_TYPE,
        MULTI_SHOTS,
        VIDEO_SIZES,
        Ambiguity(
            "safety_filter",
            interpretations=("in no readable copy of the page", "in both of the vendor's clients"),
            chosen="allowed, may be null",
            rules=("safety-filter-type",),
        ),
    ),
    gaps=(
        TEXT_LIMIT_GAP,
        FRAME_RATE_GAP,
    ),
)
