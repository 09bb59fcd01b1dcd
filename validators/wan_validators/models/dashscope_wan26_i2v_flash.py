"""wan2.6-i2v-flash at Alibaba Model Studio: a video from an image, with sound or silent."""

from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..upstream_shots import (
    FRAME_SHOT_AMBIGUITIES,
    FRAME_SHOT_GAPS,
    build_frame_shot_outputs,
    build_frame_shot_rules,
)
from ..upstream_videos import INPUT_USAGE, PRICE_GAP, SILENT_FLAG, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-i2v-flash",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 fast video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_frame_shot_rules("wan2.6-i2v-flash", more=SILENT_FLAG),
    outputs=build_frame_shot_outputs(
        price=UNPRICED,
        audio="/parameters/audio",
        audio_wins=True,
        usage=(*INPUT_USAGE, "audio"),
    ),
    ambiguities=FRAME_SHOT_AMBIGUITIES,
    gaps=(*FRAME_SHOT_GAPS, PRICE_GAP),
)
