"""wan2.2-i2v-plus at Alibaba Model Studio: a silent video from an image."""

from decimal import Decimal

from ..outputs import Price, Videos
from ..shared_ambiguities import MEGABYTES, ORIENTATION, VIDEO_SIZE, WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_rules import ALPHA_IGNORED, build_video_rules
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.2-i2v-plus",
    endpoint="video-generation/video-synthesis",
    vendor=VENDOR,
    title="Wan 2.2 video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_video_rules(
        "wan2.2-i2v-plus",
        characters=800,
        megabytes=10,
        tiers=("480P", "1080P"),
        durations=(5,),
    ),
    outputs=Videos(
        resolution="/parameters/resolution",
        duration="/parameters/duration",
        seed="/parameters/seed",
        input="/input/img_url",
        seconds=5,
        fps=30,
        billing="only successful tasks are billed",
        price=Price(
            usd={"480P": Decimal("0.02"), "1080P": Decimal("0.10")},
            source="a guess from a catalogue in CNY: 0.14 and 0.70",
            on="2026-11",
            confidence="guess",
        ),
    ),
    ambiguities=(ALPHA_IGNORED, MEGABYTES, ORIENTATION, WHOLE_FLOATS, VIDEO_SIZE),
)
