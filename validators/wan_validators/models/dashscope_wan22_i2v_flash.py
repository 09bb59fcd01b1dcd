"""wan2.2-i2v-flash at Alibaba Model Studio: a silent video from an image."""

from ..ambiguity import Ambiguity
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
    id="dashscope/wan2.2-i2v-flash",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.2 fast video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.2-i2v-flash",
        characters=800,
        choice=tier_choice("480P", "720P", "1080P", default="720P"),
        duration=OneOf((5,)),
        inputs=frame_rules(megabytes=10),
        template=True,
    ),
    outputs=build_video_outputs(
        "resolution",
        price=UNPRICED,
        fps=30,
        input="/input/img_url",
        usage=("duration", "SR", "video_count"),
    ),
    ambiguities=(
        *FRAME_AMBIGUITIES,
        Ambiguity(
            "where the model is sold",
            interpretations=(
                "only in Beijing, by the table of limits",
                "in Singapore too, by a key there",
            ),
            chosen="everywhere; it does not decide on validity",
            rules=("model-value",),
        ),
    ),
    gaps=(EFFECTS_GAP, "prices in USD"),
)
