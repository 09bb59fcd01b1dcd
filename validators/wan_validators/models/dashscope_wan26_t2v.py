"""wan2.6-t2v at Alibaba Model Studio: a video with sound from text."""

from ..shared_ambiguities import WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_shots import SHOT_AMBIGUITY, build_text_shot_outputs, build_text_shot_rules
from ..upstream_videos import FRAME_RATE_GAP, LISTED_PRICE_26, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-t2v",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from text, upstream",
    source="the public page of Alibaba Model Studio about text to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_text_shot_rules("wan2.6-t2v"),
    outputs=build_text_shot_outputs(price=LISTED_PRICE_26),
    ambiguities=(SHOT_AMBIGUITY, WHOLE_FLOATS),
    gaps=(FRAME_RATE_GAP,),
)
