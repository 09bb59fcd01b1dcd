"""wan2.7-i2v at Alibaba Model Studio: a video with sound from frames, or after a clip."""

from ..constraints.basic import Between
from ..constraints.items import TypeCount
from ..spec import ModelSpec
from ..upstream_media import (
    FAMILY_CHANGES,
    INPUT_LENGTH_GAP,
    MEDIA,
    VIDEO_GAP,
    build_family_outputs,
    build_family_rules,
    media_rules,
)
from ..upstream_videos import FRAME_AMBIGUITIES, FRAME_RATE_GAP, LISTED_PRICE_26, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.7-i2v",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.7 video from frames or a clip, upstream",
    source="the public OpenAPI page of Alibaba Model Studio about wan2.7-i2v",
    on="2026-11",
    confidence="high",
    aliases=("wan2.7-i2v-2026-04-25",),
    rules=build_family_rules(
        "wan2.7-i2v",
        "wan2.7-i2v-2026-04-25",
        media=media_rules(
            (
                (
                    TypeCount("first_frame", 1, 1),
                    TypeCount("driving_audio", 0, 1),
                    TypeCount("last_frame", 0, 1),
                ),
                (TypeCount("first_clip", 1, 1), TypeCount("last_frame", 0, 1)),
            )
        ),
        duration=Between(2, 15),
    ),
    outputs=build_family_outputs(price=LISTED_PRICE_26, input=MEDIA),
    ambiguities=(*FRAME_AMBIGUITIES, FAMILY_CHANGES),
    gaps=(VIDEO_GAP, FRAME_RATE_GAP, INPUT_LENGTH_GAP),
)
