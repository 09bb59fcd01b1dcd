"""wan2.6-r2v at Alibaba Model Studio: a video of what reference files show."""

from ..spec import ModelSpec
from ..upstream_references import (
    REFERENCE_AMBIGUITIES,
    REFERENCE_GAPS,
    build_reference_outputs,
    build_reference_rules,
)
from ..upstream_videos import LISTED_PRICE_26, VIDEO_PATH
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-r2v",
    endpoint=VIDEO_PATH,
    vendor=VENDOR,
    title="Wan 2.6 video from references, upstream",
    source="the public page of Alibaba Model Studio about reference to video 2.6, in Chinese",
    on="2026-11",
    confidence="high",
    rules=build_reference_rules("wan2.6-r2v"),
    outputs=build_reference_outputs(price=LISTED_PRICE_26, always_audio=True),
    ambiguities=REFERENCE_AMBIGUITIES,
    gaps=REFERENCE_GAPS,
)
