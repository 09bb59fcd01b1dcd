"""wan2.5-t2i-preview at Alibaba Model Studio: images from text."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, Between
from ..outputs import Images, Price
from ..shared_ambiguities import LEADING_ZEROS, SEED_SPAN, WHOLE_FLOATS
from ..shared_rules import billing_notice, negative_prompt, prompt, seed
from ..spec import ModelSpec, Rule
from ..upstream_rules import LEAST_PIXELS, text_image_size, upstream_body
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.5-t2i-preview",
    endpoint="text2image/image-synthesis",
    vendor=VENDOR,
    title="Wan 2.5 images from text, upstream",
    source="public pages of Alibaba Model Studio about text to image, in Chinese and as OpenAPI",
    on="2026-11",
    confidence="high",
    rules=(
        *upstream_body("wan2.5-t2i-preview"),
        *prompt("/input/prompt", 2000, cut=True),
        *negative_prompt("/input/negative_prompt", cut=True),
        Rule("parameters-type", "/parameters", OBJECT),
        billing_notice("/parameters", 4),
        *text_image_size("/parameters/size"),
        Rule("n-range", "/parameters/n", Between(1, 4), default=4),
        billing_notice("/parameters/n", 4),
        Rule("watermark-type", "/parameters/watermark", BOOLEAN, default=False),
        Rule("prompt-extend-type", "/parameters/prompt_extend", BOOLEAN, default=True),
        *seed("/parameters/seed", n="/parameters/n", default_n=4),
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
            source="two public price lists, which agree",
            on="2026-11",
            confidence="medium",
        ),
    ),
    ambiguities=(
        LEADING_ZEROS,
        SEED_SPAN,
        WHOLE_FLOATS,
        LEAST_PIXELS,
        Ambiguity(
            "the pause between two polls",
            interpretations=("10 seconds, on the help page", "5 seconds, on the OpenAPI page"),
            chosen="10 seconds in the mock; it does not decide on validity",
            rules=("payload-type",),
        ),
    ),
)
