"""wan2.7-t2v at Alibaba Model Studio: a video with sound from text."""

from ..constraints.basic import Between
from ..shared_ambiguities import WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_media import FAMILY_CHANGES, build_family_outputs, build_family_rules
from ..upstream_rules import upstream_audio
from ..upstream_videos import FRAME_RATE_GAP, INPUT_USAGE, LISTED_PRICE_26, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.7-t2v",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.7 video from text, upstream",
    source="the public OpenAPI page of Alibaba Model Studio about wan2.7-t2v",
    on="2026-11",
    confidence="high",
    aliases=("wan2.7-t2v-2026-04-25", "wan2.7-t2v-2026-06-12"),
    rules=build_family_rules(
        "wan2.7-t2v",
        "wan2.7-t2v-2026-04-25",
        "wan2.7-t2v-2026-06-12",
        needs_prompt=True,
        duration=Between(2, 15),
        ratio="16:9",
        has_ratio=True,
        more=upstream_audio("/input/audio_url"),
    ),
    outputs=build_family_outputs(
        price=LISTED_PRICE_26,
        has_media=False,
        ratio="/parameters/ratio",
        audio_url="/input/audio_url",
        usage=(*INPUT_USAGE, "ratio"),
    ),
    ambiguities=(WHOLE_FLOATS, FAMILY_CHANGES),
    gaps=(FRAME_RATE_GAP,),
)
