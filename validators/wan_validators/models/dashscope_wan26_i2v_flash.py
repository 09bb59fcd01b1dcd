"""wan2.6-i2v-flash at Alibaba Model Studio: a video from an image, with sound or silent."""

from ..spec import ModelSpec
from ..upstream_videos import (
    DURATIONS_26,
    EFFECTS_GAP,
    FRAME_AMBIGUITIES,
    FRAME_RATE_GAP,
    PRICE_GAP,
    SHOT_AMBIGUITIES,
    SILENT_FLAG,
    UNPRICED,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    frame_rules,
    tier_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-i2v-flash",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 fast video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.6-i2v-flash",
        characters=1500,
        choice=tier_choice("720P", "1080P"),
        duration=DURATIONS_26,
        inputs=frame_rules(megabytes=20),
        template=True,
        shots=True,
        audio_url=True,
        more=SILENT_FLAG,
    ),
    outputs=build_video_outputs(
        "resolution",
        price=UNPRICED,
        fps=24,
        input="/input/img_url",
        audio="/parameters/audio",
        audio_url="/input/audio_url",
        audio_wins=True,
        hides_prompt=True,
        usage=(
            "duration",
            "input_video_duration",
            "output_video_duration",
            "video_count",
            "SR",
            "audio",
        ),
    ),
    ambiguities=(*FRAME_AMBIGUITIES, *SHOT_AMBIGUITIES),
    gaps=(EFFECTS_GAP, FRAME_RATE_GAP, PRICE_GAP),
)
