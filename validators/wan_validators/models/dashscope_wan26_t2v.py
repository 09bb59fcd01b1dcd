"""wan2.6-t2v at Alibaba Model Studio: a video with sound from text."""

from ..shared_ambiguities import WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_videos import (
    DURATIONS_26,
    FRAME_RATE_GAP,
    LISTED_PRICE_26,
    SHOT_AMBIGUITIES,
    SIZES_720P,
    SIZES_1080P,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    size_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-t2v",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from text, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.6-t2v",
        characters=1500,
        choice=size_choice(*SIZES_720P, *SIZES_1080P),
        duration=DURATIONS_26,
        needs_prompt=True,
        shots=True,
        audio_url=True,
    ),
    outputs=build_video_outputs(
        "size",
        price=LISTED_PRICE_26,
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
    ambiguities=(*SHOT_AMBIGUITIES, WHOLE_FLOATS),
    gaps=(FRAME_RATE_GAP,),
)
