"""wan2.6-i2v-us at Alibaba Model Studio: a video with sound from an image."""

from ..constraints.basic import OneOf
from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..upstream_shots import (
    FRAME_SHOT_AMBIGUITIES,
    FRAME_SHOT_GAPS,
    build_frame_shot_outputs,
    build_frame_shot_rules,
)
from ..upstream_videos import PRICE_GAP, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-i2v-us",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from an image in the USA, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_frame_shot_rules("wan2.6-i2v-us", duration=OneOf((5, 10, 15))),
    outputs=build_frame_shot_outputs(price=UNPRICED, always_audio=True),
    ambiguities=FRAME_SHOT_AMBIGUITIES,
    gaps=(*FRAME_SHOT_GAPS, PRICE_GAP),
)
