"""wan2.7-image at Alibaba Model Studio: images from text and images, or a sequence of them."""

from ..spec import ModelSpec
from ..upstream_images import (
    SEQUENCE_AMBIGUITIES,
    build_sequence_outputs,
    build_sequence_price,
    build_sequence_rules,
)
from ..vendors.dashscope import MESSAGES, VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.7-image",
    endpoint=MESSAGES,
    vendor=VENDOR,
    title="Wan 2.7 images, upstream",
    source="public page of Alibaba Model Studio about wan2.7-image, in Chinese",
    on="2026-11",
    confidence="medium",
    rules=build_sequence_rules("wan2.7-image"),
    outputs=build_sequence_outputs("1K", "2K", price=build_sequence_price("0.03")),
    ambiguities=SEQUENCE_AMBIGUITIES,
)
