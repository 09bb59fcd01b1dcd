"""wan2.6-i2v-us at Alibaba Model Studio: a video with sound from an image."""

from ..constraints.basic import OneOf
from ..spec import ModelSpec
from ..upstream_videos import (
    EFFECTS_GAP,
    FRAME_AMBIGUITIES,
    FRAME_RATE_GAP,
    PRICE_GAP,
    SHOT_AMBIGUITIES,
    UNPRICED,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    frame_rules,
    tier_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-i2v-us",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from an image in the USA, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.6-i2v-us",
        characters=1500,
        choice=tier_choice("720P", "1080P"),
        duration=OneOf((5, 10, 15)),
        inputs=frame_rules(megabytes=20),
        template=True,
        shots=True,
        audio_url=True,
    ),
    outputs=build_video_outputs(
        "resolution",
        price=UNPRICED,
        fps=24,
        input="/input/img_url",
        audio_url="/input/audio_url",
        always_audio=True,
        hides_prompt=True,
        usage=("duration", "input_video_duration", "output_video_duration", "video_count", "SR"),
    ),
    ambiguities=(*FRAME_AMBIGUITIES, *SHOT_AMBIGUITIES),
    gaps=(EFFECTS_GAP, FRAME_RATE_GAP, PRICE_GAP),
)
