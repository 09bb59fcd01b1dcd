"""wanx2.1-t2v-plus at Alibaba Model Studio: a silent video from text."""

from ..constraints.basic import OneOf
from ..shared_ambiguities import WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_videos import (
    SIZES_720P,
    UNPRICED,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wanx2.1-t2v-plus",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.1 plus video from text, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    aliases=("wan2.1-t2v-plus",),
    rules=build_video_rules(
        "wanx2.1-t2v-plus",
        "wan2.1-t2v-plus",
        characters=800,
        choice=size_choice(*SIZES_720P, default="1280*720"),
        duration=OneOf((5,)),
        needs_prompt=True,
    ),
    outputs=build_video_outputs(
        "size",
        price=UNPRICED,
        fps=30,
        usage=("video_duration", "video_ratio", "video_count"),
    ),
    ambiguities=(WHOLE_FLOATS,),
    gaps=("prices in USD",),
)
