"""wanx2.1-t2v-turbo at Alibaba Model Studio: a silent video from text."""

from ..shared_ambiguities import WHOLE_FLOATS
from ..shared_prices import UNPRICED
from ..shared_rules import SIZES_480P, SIZES_720P
from ..spec import ModelSpec
from ..upstream_silent_videos import build_silent_outputs, build_silent_rules
from ..upstream_videos import PRICE_GAP, VIDEO_PATH, size_choice
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wanx2.1-t2v-turbo",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.1 turbo video from text, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    aliases=("wan2.1-t2v-turbo",),
    rules=build_silent_rules(
        "wanx2.1-t2v-turbo",
        "wan2.1-t2v-turbo",
        choice=size_choice(*SIZES_480P, *SIZES_720P, default="1280*720"),
    ),
    outputs=build_silent_outputs("size", price=UNPRICED),
    ambiguities=(WHOLE_FLOATS,),
    gaps=(PRICE_GAP,),
)
