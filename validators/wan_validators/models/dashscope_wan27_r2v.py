"""wan2.7-r2v at Alibaba Model Studio: a video with sound that shows what references show."""

from ..ambiguity import Ambiguity
from ..constraints.basic import Absent, Between, Items, OneOf
from ..constraints.items import TypeCount
from ..constraints.relations import LimitWithItem
from ..spec import ModelSpec, Rule, Severity
from ..upstream_media import (
    FAMILY_CHANGES,
    INPUT_LENGTH_GAP,
    MEDIA,
    RATIOS,
    VIDEO_GAP,
    build_family_outputs,
    build_family_rules,
    media_rules,
)
from ..upstream_videos import (
    FRAME_AMBIGUITIES,
    FRAME_RATE_GAP,
    INPUT_USAGE,
    LISTED_PRICE_26,
    VIDEO_PATH,
)
from ..vendors.dashscope import VENDOR

DURATIONS = Between(2, 15)

SPEC = ModelSpec(
    id="dashscope/wan2.7-r2v",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.7 video from references, upstream",
    source="the public OpenAPI page of Alibaba Model Studio about wan2.7-r2v",
    on="2026-11",
    confidence="high",
    aliases=("wan2.7-r2v-2026-06-12",),
    rules=build_family_rules(
        "wan2.7-r2v",
        "wan2.7-r2v-2026-06-12",
        needs_prompt=True,
        media=media_rules(
            (
                (
                    TypeCount("reference_image", 1, None),
                    TypeCount("reference_video", 0, None),
                    TypeCount("first_frame", 0, 1),
                ),
                (TypeCount("reference_video", 1, None), TypeCount("first_frame", 0, 1)),
            ),
            items=Items(1, 5),
            voice=True,
        ),
        duration=DURATIONS,
        ratio="16:9",
        has_ratio=True,
        more=(
            Rule(
                "duration-with-video",
                "/parameters/duration",
                LimitWithItem(MEDIA, "type", "reference_video", DURATIONS, Between(2, 10)),
            ),
            Rule(
                "ratio-with-frame",
                "/parameters/ratio",
                LimitWithItem(MEDIA, "type", "first_frame", OneOf(RATIOS), Absent()),
                severity=Severity.INFO,
                message="ratio has no effect with a first_frame, whose aspect the video gets",
            ),
        ),
    ),
    outputs=build_family_outputs(
        price=LISTED_PRICE_26,
        input=MEDIA,
        ratio="/parameters/ratio",
        usage=(*INPUT_USAGE, "ratio"),
    ),
    ambiguities=(
        *FRAME_AMBIGUITIES,
        FAMILY_CHANGES,
        Ambiguity(
            "ratio with a first frame",
            interpretations=("it is ignored", "no page says that it is rejected"),
            chosen="allowed; the video has the aspect of the frame",
            rules=("ratio-choice",),
        ),
    ),
    gaps=(
        VIDEO_GAP,
        FRAME_RATE_GAP,
        INPUT_LENGTH_GAP,
    ),
)
