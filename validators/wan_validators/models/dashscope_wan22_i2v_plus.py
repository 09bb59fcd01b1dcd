"""wan2.2-i2v-plus at Alibaba Model Studio: a silent video from an image."""

from ..spec import ModelSpec
from ..upstream_silent_videos import FRAME, GUESSED_PRICE, build_silent_outputs, build_silent_rules
from ..upstream_videos import FRAME_AMBIGUITIES, TIER_USAGE, VIDEO_PATH, tier_choice
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.2-i2v-plus",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.2 video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_silent_rules("wan2.2-i2v-plus", choice=tier_choice("480P", "1080P"), frames=FRAME),
    outputs=build_silent_outputs(
        "resolution", price=GUESSED_PRICE, input="/input/img_url", usage=TIER_USAGE
    ),
    ambiguities=FRAME_AMBIGUITIES,
)
