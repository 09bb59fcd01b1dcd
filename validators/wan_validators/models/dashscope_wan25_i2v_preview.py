"""wan2.5-i2v-preview at Alibaba Model Studio: a video with sound from an image."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..outputs import Price, Videos
from ..shared_ambiguities import MEGABYTES, ORIENTATION, VIDEO_SIZE, WHOLE_FLOATS
from ..spec import ModelSpec
from ..upstream_rules import ALPHA_IGNORED, build_video_rules, upstream_audio
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.5-i2v-preview",
    endpoint="video-generation/video-synthesis",
    vendor=VENDOR,
    title="Wan 2.5 video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=(
        *build_video_rules(
            "wan2.5-i2v-preview",
            characters=1500,
            megabytes=20,
            tiers=("480P", "720P", "1080P"),
            durations=(5, 10),
        ),
        *upstream_audio("/input/audio_url"),
    ),
    outputs=Videos(
        resolution="/parameters/resolution",
        duration="/parameters/duration",
        seed="/parameters/seed",
        input="/input/img_url",
        audio_url="/input/audio_url",
        always_audio=True,
        seconds=5,
        fps=24,
        billing="only successful tasks are billed",
        price=Price(
            usd={"480P": Decimal("0.05"), "720P": Decimal("0.10"), "1080P": Decimal("0.15")},
            source="two public price lists, which agree",
            on="2026-11",
            confidence="medium",
        ),
    ),
    ambiguities=(
        ALPHA_IGNORED,
        MEGABYTES,
        ORIENTATION,
        WHOLE_FLOATS,
        VIDEO_SIZE,
        Ambiguity(
            "the limits of this model",
            interpretations=(
                "at launch, September 2025: prompt 2000, sides 360 to 2000, 10 MB, a flag audio",
                "now: prompt 1500, sides 240 to 8000, 20 MB, no flag audio",
            ),
            chosen="those of now",
            rules=("prompt-length", "image-dimensions", "image-bytes"),
        ),
    ),
)
