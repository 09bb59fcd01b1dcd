"""wan2.6-t2i at Alibaba Model Studio: images from text."""

from decimal import Decimal

from ..constraints.basic import BOOLEAN, OBJECT, Between
from ..outputs import Images, Price
from ..shared_ambiguities import LEADING_ZEROS, WHOLE_FLOATS
from ..shared_rules import SEEDS, billing_notice, negative_prompt
from ..spec import ModelSpec, Rule
from ..upstream_messages import FAILED_TASK, message_rules, part_rules
from ..upstream_rules import LEAST_PIXELS, text_image_size
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
        Rule("parameters-type", "/parameters", OBJECT),
        billing_notice("/parameters", 4),
        *negative_prompt("/parameters/negative_prompt", cut=True),
        *text_image_size("/parameters/size"),
        Rule("n-range", "/parameters/n", Between(1, 4), default=4),
        billing_notice("/parameters/n", 4),
        Rule("watermark-type", "/parameters/watermark", BOOLEAN, default=False),
        Rule("prompt-extend-type", "/parameters/prompt_extend", BOOLEAN, default=True),
        Rule("seed-range", "/parameters/seed", SEEDS),
    ),
    outputs=Images(
        count="/parameters/n",
        size="/parameters/size",
        seed="/parameters/seed",
        watermark="/parameters/watermark",
        has_image_count=True,
        billing="only images that were generated successfully are billed",
        price=Price(
            usd={"image": Decimal("0.03")},
            source="a price list of a reseller, and a catalogue with 0.20 CNY",
            on="2026-11",
            confidence="medium",
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
