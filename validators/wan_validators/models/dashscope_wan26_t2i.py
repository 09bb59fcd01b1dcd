"""wan2.6-t2i at Alibaba Model Studio: images from text."""

from ..shared_ambiguities import LEADING_ZEROS, WHOLE_FLOATS
from ..shared_prices import build_image_price
from ..spec import ModelSpec
from ..upstream_messages import FAILED_TASK, message_rules, part_rules
from ..upstream_rules import (
    LEAST_PIXELS,
    build_counted_outputs,
    image_parameters,
    text_image_size,
)
from ..vendors.dashscope import MESSAGES, VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.6-t2i",
    endpoint=MESSAGES,
    vendor=VENDOR,
    title="Wan 2.6 images from text, upstream",
    source="public pages of Alibaba Model Studio about wan2.6-t2i, in Chinese and as OpenAPI",
    on="2026-11",
    confidence="medium",
    rules=(
        *message_rules("wan2.6-t2i"),
        *part_rules(2100, images=False),
        *image_parameters(text_image_size("/parameters/size"), has_negative=True),
    ),
    outputs=build_counted_outputs(
        price=build_image_price(
            "0.03", "a price list of a reseller, and a catalogue with 0.20 CNY", "medium"
        ),
    ),
    ambiguities=(
        FAILED_TASK,
        LEADING_ZEROS,
        WHOLE_FLOATS,
        LEAST_PIXELS,
    ),
    gaps=("whether an image in the content is ignored or rejected",),
)
