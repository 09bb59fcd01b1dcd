"""wanx2.1-kf2v-plus at Alibaba Model Studio: a silent video between two images."""

from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..upstream_silent_videos import (
    FRAME_PAIR,
    FRAME_PAIR_AMBIGUITIES,
    SILENT_GAPS,
    build_silent_outputs,
    build_silent_rules,
)
from ..upstream_videos import FIRST_FRAME_PATH, tier_choice
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wanx2.1-kf2v-plus",
    endpoint=FIRST_FRAME_PATH,
    vendor=VENDOR,
    title="Wan 2.1 video between two images, upstream",
    source="the public page of Alibaba Model Studio about the first and the last frame, in Chinese",
    on="2026-11",
    confidence="high",
    aliases=("wan2.1-kf2v-plus",),
    rules=build_silent_rules(
        "wanx2.1-kf2v-plus",
        "wan2.1-kf2v-plus",
        choice=tier_choice("720P", default="720P"),
        frames=FRAME_PAIR,
    ),
    outputs=build_silent_outputs("resolution", price=UNPRICED, input="/input/first_frame_url"),
    ambiguities=FRAME_PAIR_AMBIGUITIES,
    gaps=SILENT_GAPS,
)
