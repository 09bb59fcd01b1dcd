"""wan2.7-r2v at Alibaba Model Studio: a video with sound that shows what references show."""

from ..ambiguity import Ambiguity
from ..constraints.basic import Between, Items
from ..constraints.items import TypeCount
from ..spec import ModelSpec
from ..upstream_media import (
    ASPECT_GAP,
    FAMILY_CHANGES,
    INPUT_LENGTH_GAP,
    MEDIA,
    USAGE,
    build_family_outputs,
    build_family_rules,
    media_rules,
)
from ..upstream_videos import FRAME_AMBIGUITIES, FRAME_RATE_GAP, LISTED_PRICE_26, VIDEO_PATH
from ..vendors.dashscope import VENDOR

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
        duration=Between(2, 15),
        ratio="16:9",
        has_ratio=True,
    ),
    outputs=build_family_outputs(
        price=LISTED_PRICE_26,
        input=MEDIA,
        ratio="/parameters/ratio",
        usage=(*USAGE, "ratio"),
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
        ASPECT_GAP,
        FRAME_RATE_GAP,
        INPUT_LENGTH_GAP,
        "that a video among the references limits the duration to 10 seconds is not checked",
    ),
)
