"""wan2.2-t2v-plus at Alibaba Model Studio: a silent video from text."""

from ..shared_ambiguities import WHOLE_FLOATS
from ..shared_rules import SIZES_480P, SIZES_1080P
from ..spec import ModelSpec
from ..upstream_silent_videos import GUESSED_PRICE, build_silent_outputs, build_silent_rules
from ..upstream_videos import VIDEO_PATH, size_choice
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.2-t2v-plus",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.2 video from text, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_silent_rules("wan2.2-t2v-plus", choice=size_choice(*SIZES_480P, *SIZES_1080P)),
    outputs=build_silent_outputs("size", price=GUESSED_PRICE),
    ambiguities=(WHOLE_FLOATS,),
)
