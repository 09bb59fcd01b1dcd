"""wan2.2-i2v-flash at Alibaba Model Studio: a silent video from an image."""

from ..ambiguity import Ambiguity
from ..shared_prices import UNPRICED
from ..spec import ModelSpec
from ..upstream_silent_videos import FRAME, SILENT_GAPS, build_silent_outputs, build_silent_rules
from ..upstream_videos import FRAME_AMBIGUITIES, TIER_USAGE, VIDEO_PATH, tier_choice
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.2-i2v-flash",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.2 fast video from an image, upstream",
    source="the public page of Alibaba Model Studio about image to video 2.1 to 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_silent_rules(
        "wan2.2-i2v-flash",
        choice=tier_choice("480P", "720P", "1080P", default="720P"),
        frames=FRAME,
    ),
    outputs=build_silent_outputs(
        "resolution", price=UNPRICED, input="/input/img_url", usage=TIER_USAGE
    ),
    ambiguities=(
        *FRAME_AMBIGUITIES,
        Ambiguity(
            "where the model is sold",
            interpretations=(
                "only in Beijing, by the table of limits",
                "in Singapore too, by a key there",
            ),
            chosen="everywhere; it does not decide on validity",
            rules=("model-value",),
        ),
    ),
    gaps=SILENT_GAPS,
)
