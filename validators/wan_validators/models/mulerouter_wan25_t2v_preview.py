"""wan2.5-t2v-preview at MuleRouter: a video with sound from text."""

from decimal import Decimal

from ..mulerouter_rules import (
    SOUND_AMBIGUITIES,
    TEXT_LIMIT_GAP,
    VIDEO_AMBIGUITIES,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..outputs import Price
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
        price=Price(
            usd={"480P": Decimal("0.05"), "720P": Decimal("0.10"), "1080P": Decimal("0.15")},
            source="two public price lists of the upstream model, which agree",
            on="2026-11",
            confidence="medium",
        ),
    ),
    ambiguities=(
        *VIDEO_AMBIGUITIES,
        *SOUND_AMBIGUITIES,
    ),
    gaps=(TEXT_LIMIT_GAP,),
)
