"""wan2.5-t2v-preview at Alibaba Model Studio: a video with sound from text."""

from ..constraints.basic import OneOf
from ..shared_ambiguities import WHOLE_FLOATS
from ..shared_rules import SIZES_480P, SIZES_720P, SIZES_1080P
from ..spec import ModelSpec
from ..upstream_videos import (
    LISTED_PRICE_25,
    RATIO_USAGE,
    USAGE_AMBIGUITY,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.5-t2v-preview",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.5 video from text, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.5-t2v-preview",
        characters=1500,
        choice=size_choice(*SIZES_480P, *SIZES_720P, *SIZES_1080P),
        duration=OneOf((5, 10)),
        needs_prompt=True,
        audio_url=True,
    ),
    outputs=build_video_outputs(
        "size",
        price=LISTED_PRICE_25,
        fps=24,
        audio_url="/input/audio_url",
        always_audio=True,
        usage=RATIO_USAGE,
    ),
    ambiguities=(WHOLE_FLOATS, USAGE_AMBIGUITY),
)
