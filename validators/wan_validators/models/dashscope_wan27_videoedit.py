"""wan2.7-videoedit at Alibaba Model Studio: a video edited by text and images."""

from ..ambiguity import Ambiguity
from ..constraints.basic import OneOf
from ..constraints.items import TypeCount
from ..spec import ModelSpec, Rule
from ..upstream_media import (
    FAMILY_CHANGES,
    INPUT_LENGTH_GAP,
    VIDEO_GAP,
    build_family_outputs,
    build_family_rules,
    media_rules,
)
from ..upstream_videos import FRAME_AMBIGUITIES, FRAME_RATE_GAP, LISTED_PRICE_26, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.7-videoedit",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.7 video editing, upstream",
    source="the public OpenAPI page of Alibaba Model Studio about wan2.7-videoedit",
    on="2026-11",
    confidence="high",
    rules=build_family_rules(
        "wan2.7-videoedit",
        media=media_rules(((TypeCount("video", 1, 1), TypeCount("reference_image", 0, 4)),)),
        duration=OneOf((0, *range(2, 11))),
        default_duration=0,
        has_ratio=True,
        more=(
            Rule(
                "audio-setting-value",
                "/parameters/audio_setting",
                OneOf(("auto", "origin")),
                default="auto",
            ),
        ),
    ),
    outputs=build_family_outputs(price=LISTED_PRICE_26, ratio="/parameters/ratio", whole=(2, 10)),
    ambiguities=(
        *FRAME_AMBIGUITIES,
        FAMILY_CHANGES,
        Ambiguity(
            "duration 1",
            interpretations=("0 to 10, in the schema", "0, or 2 to 10, in the text"),
            chosen="rejected, as in the text",
            rules=("duration-choice",),
        ),
    ),
    gaps=(
        VIDEO_GAP,
        FRAME_RATE_GAP,
        INPUT_LENGTH_GAP,
        "the sides of the input; without a ratio, the mock makes a video of 16:9",
    ),
)
