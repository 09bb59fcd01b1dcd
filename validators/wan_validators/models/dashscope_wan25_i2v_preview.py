"""wan2.5-i2v-preview at Alibaba Model Studio: a video with sound from an image."""

from ..ambiguity import Ambiguity
from ..constraints.basic import OneOf
from ..spec import ModelSpec
from ..upstream_videos import (
    FRAME_AMBIGUITIES,
    LISTED_PRICE_25,
    TIER_USAGE,
    VIDEO_PATH,
    build_video_outputs,
    build_video_rules,
    frame_rules,
    tier_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.5-i2v-preview",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.5 video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.5-i2v-preview",
        characters=1500,
        choice=tier_choice("480P", "720P", "1080P"),
        duration=OneOf((5, 10)),
        inputs=frame_rules(megabytes=20),
        template=True,
        audio_url=True,
    ),
    outputs=build_video_outputs(
        "resolution",
        price=LISTED_PRICE_25,
        fps=24,
        input="/input/img_url",
        audio_url="/input/audio_url",
        always_audio=True,
        usage=TIER_USAGE,
    ),
    ambiguities=(
        *FRAME_AMBIGUITIES,
        Ambiguity(
            "the limits of this model",
            interpretations=(
                "at launch, September 2025: prompt 2000, sides 360 to 2000, 10 MB, a flag audio",
                "now: prompt 1500, sides 240 to 8000, 20 MB, no flag audio",
            ),
            chosen="those of now",
            rules=("prompt-length", "image-dimensions", "image-bytes"),
        ),
    ),
)
