"""wan2.2-kf2v-flash at Alibaba Model Studio: a silent video between two images."""

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
    id="dashscope/wan2.2-kf2v-flash",
    endpoint=FIRST_FRAME_PATH,
    vendor=VENDOR,
    title="Wan 2.2 fast video between two images, upstream",
    source="the public page of Alibaba Model Studio about the first and the last frame, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.2-kf2v-flash",
        characters=800,
        choice=tier_choice("480P", "720P", "1080P", default="720P"),
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
        usage=("video_duration", "video_count", "SR"),
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
        Ambiguity(
            "the members of usage",
            interpretations=(
                "video_duration and video_ratio, on the page of text to video",
                "duration and SR, on the page of image to video",
            ),
            chosen="as on the page of this model; it does not decide on validity",
            rules=("duration-choice",),
        ),
    ),
    gaps=(EFFECTS_GAP, "prices in USD"),
)
