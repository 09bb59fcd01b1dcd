"""wanx2.1-i2v-plus at Alibaba Model Studio: a silent video from an image."""

from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..upstream_silent_videos import FRAME, SILENT_GAPS, build_silent_outputs, build_silent_rules
from ..upstream_videos import FRAME_AMBIGUITIES, VIDEO_PATH, tier_choice
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wanx2.1-i2v-plus",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.1 plus video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    aliases=("wan2.1-i2v-plus",),
    rules=build_silent_rules(
        "wanx2.1-i2v-plus",
        "wan2.1-i2v-plus",
        choice=tier_choice("720P", default="720P"),
        frames=FRAME,
    ),
    outputs=build_silent_outputs("resolution", price=UNPRICED, input="/input/img_url"),
    ambiguities=FRAME_AMBIGUITIES,
    gaps=SILENT_GAPS,
)
