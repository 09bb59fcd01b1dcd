"""wan2.2-t2v-plus at Alibaba Model Studio: a silent video from text."""

from decimal import Decimal

from ..constraints.basic import OneOf
from ..outputs import Price
from ..shared_ambiguities import WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_videos import (
    SIZES_480P,
    SIZES_1080P,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.2-t2v-plus",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.2 video from text, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.2-t2v-plus",
        characters=800,
        choice=size_choice(*SIZES_480P, *SIZES_1080P),
        duration=OneOf((5,)),
        needs_prompt=True,
    ),
    outputs=build_video_outputs(
        "size",
        price=Price(
            usd={"480P": Decimal("0.02"), "1080P": Decimal("0.10")},
            source="a guess from a catalogue in CNY: 0.14 and 0.70",
            on="2026-11",
            confidence="guess",
        ),
        fps=30,
        usage=("video_duration", "video_ratio", "video_count"),
    ),
    ambiguities=(WHOLE_FLOATS,),
)
