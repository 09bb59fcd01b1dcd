"""wan2.6-t2v-us at Alibaba Model Studio: a video with sound from text."""

from ..ambiguity import Ambiguity
from ..constraints.basic import OneOf
from ..shared_ambiguities import WHOLE_FLOATS
from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..upstream_shots import SHOT_AMBIGUITY, build_text_shot_outputs, build_text_shot_rules
from ..upstream_videos import FRAME_RATE_GAP, PRICE_GAP, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-t2v-us",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from text in the USA, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_text_shot_rules("wan2.6-t2v-us", duration=OneOf((5, 10))),
    outputs=build_text_shot_outputs(price=UNPRICED),
    ambiguities=(
        SHOT_AMBIGUITY,
        WHOLE_FLOATS,
        Ambiguity(
            "15 seconds",
            interpretations=("5 or 10, on the page", "also 15, in public clients"),
            chosen="rejected",
            rules=("duration-choice",),
        ),
    ),
    gaps=(FRAME_RATE_GAP, PRICE_GAP),
)
