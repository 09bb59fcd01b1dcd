"""wan2.2-i2v-plus at Alibaba Model Studio: a silent video from an image."""

from decimal import Decimal

from ..constraints.basic import OneOf
from ..outputs import Price
from ..spec import ModelSpec
from ..upstream_videos import (
    FRAME_AMBIGUITIES,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    frame_rules,
    tier_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.2-i2v-plus",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.2 video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.2-i2v-plus",
        characters=800,
        choice=tier_choice("480P", "1080P"),
        duration=OneOf((5,)),
        inputs=frame_rules(megabytes=10),
        template=True,
    ),
    outputs=build_video_outputs(
        "resolution",
        price=Price(
            usd={"480P": Decimal("0.02"), "1080P": Decimal("0.10")},
            source="a guess from a catalogue in CNY: 0.14 and 0.70",
            on="2026-11",
            confidence="guess",
        ),
        input="/input/img_url",
        fps=30,
        usage=("duration", "SR", "video_count"),
    ),
    ambiguities=FRAME_AMBIGUITIES,
)
