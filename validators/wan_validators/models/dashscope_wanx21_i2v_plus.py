"""wanx2.1-i2v-plus at Alibaba Model Studio: a silent video from an image."""

from ..constraints.basic import OneOf
from ..spec import ModelSpec
from ..upstream_videos import (
    EFFECTS_GAP,
    FRAME_AMBIGUITIES,
    UNPRICED,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    frame_rules,
    tier_choice,
)
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
    rules=build_video_rules(
        "wanx2.1-i2v-plus",
        "wan2.1-i2v-plus",
        characters=800,
        choice=tier_choice("720P", default="720P"),
        duration=OneOf((5,)),
        inputs=frame_rules(megabytes=10),
        template=True,
    ),
    outputs=build_video_outputs(
        "resolution",
        price=UNPRICED,
        fps=30,
        input="/input/img_url",
        usage=("video_duration", "video_ratio", "video_count"),
    ),
    ambiguities=FRAME_AMBIGUITIES,
    gaps=(EFFECTS_GAP, "prices in USD"),
)
