"""wan2.2-kf2v-flash at Alibaba Model Studio: a silent video between two images."""

from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..upstream_silent_videos import (
    FRAME_PAIR,
    FRAME_PAIR_AMBIGUITIES,
    SILENT_GAPS,
    build_silent_outputs,
    build_silent_rules,
)
from ..upstream_videos import FIRST_FRAME_PATH, USAGE_AMBIGUITY, tier_choice
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.2-kf2v-flash",
    endpoint=FIRST_FRAME_PATH,
    vendor=VENDOR,
    title="Wan 2.2 fast video between two images, upstream",
    source="the public page of Alibaba Model Studio about the first and the last frame, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_silent_rules(
        "wan2.2-kf2v-flash",
        choice=tier_choice("480P", "720P", "1080P", default="720P"),
        frames=FRAME_PAIR,
    ),
    outputs=build_silent_outputs(
        "resolution",
        price=UNPRICED,
        input="/input/first_frame_url",
        usage=("video_duration", "video_count", "SR"),
    ),
    ambiguities=(*FRAME_PAIR_AMBIGUITIES, USAGE_AMBIGUITY),
    gaps=SILENT_GAPS,
)
