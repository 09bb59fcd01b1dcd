"""wan2.6-t2v-us at Alibaba Model Studio: a video with sound from text."""

from ..ambiguity import Ambiguity
from ..constraints.basic import OneOf
from ..shared_ambiguities import WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_videos import (
    FRAME_RATE_GAP,
    PRICE_GAP,
    SHOT_AMBIGUITIES,
    SIZES_720P,
    SIZES_1080P,
    UNPRICED,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-t2v-us",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from text in the USA, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.6-t2v-us",
        characters=1500,
        choice=size_choice(*SIZES_720P, *SIZES_1080P),
        duration=OneOf((5, 10)),
        needs_prompt=True,
        shots=True,
        audio_url=True,
    ),
    outputs=build_video_outputs(
        "size",
        price=UNPRICED,
        fps=24,
        audio_url="/input/audio_url",
        always_audio=True,
        hides_prompt=True,
        usage=(
            "duration",
            "size",
            "input_video_duration",
            "output_video_duration",
            "video_count",
            "SR",
        ),
    ),
    ambiguities=(
        *SHOT_AMBIGUITIES,
        WHOLE_FLOATS,
        Ambiguity(
            "15 seconds",
            interpretations=("5 or 10, on the page", "also 15, in public clients"),
            chosen="rejected",
            rules=("duration-choice",),
        ),
    ),
    gaps=(FRAME_RATE_GAP, PRICE_GAP),
)
