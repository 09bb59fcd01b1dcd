"""wan2.7-image-pro at Alibaba Model Studio: as wan2.7-image, and larger from text alone."""

from ..spec import ModelSpec
from ..upstream_images import (
    SEQUENCE_AMBIGUITIES,
    build_sequence_outputs,
    build_sequence_price,
    build_sequence_rules,
)
from ..vendors.dashscope import MESSAGES, VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.7-image-pro",
    endpoint=MESSAGES,
    vendor=VENDOR,
    title="Wan 2.7 images in high resolution, upstream",
    source="public page of Alibaba Model Studio about wan2.7-image-pro, in Chinese",
    on="2026-11",
    confidence="medium",
    rules=build_sequence_rules(
        "wan2.7-image-pro", tokens=("1K", "2K", "4K"), sequence_tokens=("1K", "2K")
    ),
    outputs=build_sequence_outputs("1K", "2K", "4K", price=build_sequence_price("0.075")),
    ambiguities=SEQUENCE_AMBIGUITIES,
)
