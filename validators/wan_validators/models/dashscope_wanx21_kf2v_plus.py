"""wanx2.1-kf2v-plus at Alibaba Model Studio: a silent video between two images."""

from ..ambiguity import Ambiguity
from ..constraints.basic import OneOf
from ..spec import ModelSpec
from ..upstream_videos import (
    EFFECTS_GAP,
    FIRST_FRAME_PATH,
    FRAME_AMBIGUITIES,
    UNPRICED,
    build_video_outputs,
    build_video_rules,
    frame_rules,
    tier_choice,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wanx2.1-kf2v-plus",
    endpoint=FIRST_FRAME_PATH,
    vendor=VENDOR,
    title="Wan 2.1 video between two images, upstream",
    source="the public page of Alibaba Model Studio about the first and the last frame, in Chinese",
    on="2026-11",
    confidence="high",
    aliases=("wan2.1-kf2v-plus",),
    rules=build_video_rules(
        "wanx2.1-kf2v-plus",
        "wan2.1-kf2v-plus",
        characters=800,
        choice=tier_choice("720P", default="720P"),
        duration=OneOf((5,)),
        inputs=(
            *frame_rules("first_frame_url", megabytes=10),
            *frame_rules("last_frame_url", megabytes=10, required=False),
        ),
        template=True,
    ),
    outputs=build_video_outputs(
        "resolution",
        price=UNPRICED,
        fps=30,
        input="/input/first_frame_url",
        usage=("video_duration", "video_ratio", "video_count"),
    ),
    ambiguities=(
        *FRAME_AMBIGUITIES,
        Ambiguity(
            "last_frame_url",
            interpretations=(
                "optional, in the table of the members",
                "with a template only the first frame is needed, so that it is needed without one",
            ),
            chosen="optional",
            rules=("image-type",),
        ),
    ),
    gaps=(EFFECTS_GAP, "prices in USD"),
)
