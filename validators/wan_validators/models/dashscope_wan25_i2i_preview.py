"""wan2.5-i2i-preview at Alibaba Model Studio: images edited by text."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, Between, Items
from ..outputs import Images, Price
from ..shared_ambiguities import LEADING_ZEROS, MEGABYTES, ORIENTATION, SEED_SPAN, WHOLE_FLOATS
from ..shared_rules import billing_notice, negative_prompt, prompt, seed, size
from ..spec import ModelSpec, Rule, Severity
from ..upstream_rules import ALPHA_IGNORED, aspect_rule, upstream_body, upstream_image
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.5-i2i-preview",
    endpoint="image2image/image-synthesis",
    vendor=VENDOR,
    title="Wan 2.5 image editing, upstream",
    source="public pages of Alibaba Model Studio about wan2.5-i2i-preview, in Chinese and as "
    "OpenAPI",
    on="2026-11",
    confidence="high",
    rules=(
        *upstream_body("wan2.5-i2i-preview"),
        *prompt("/input/prompt", 2000, cut=True),
        Rule("images-count", "/input/images", Items(1, 3), required=True),
        *upstream_image("/input/images/*", sides=(384, 5000), megabytes=10),
        aspect_rule("/input/images/*", 4, severity=Severity.WARNING),
        *negative_prompt("/input/negative_prompt", cut=True),
        Rule("parameters-type", "/parameters", OBJECT),
        billing_notice("/parameters", 4),
        *size("/parameters/size", (768 * 768, 1280 * 1280), default="1280*1280"),
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
        inputs="/input/images",
        watermark="/parameters/watermark",
        has_image_count=True,
        keeps_aspect=True,
        billing="only images that were generated successfully are billed",
        price=Price(
            usd={"image": Decimal("0.03")},
            source="two public price lists, which agree",
            on="2026-11",
            confidence="medium",
        ),
    ),
    ambiguities=(
        ALPHA_IGNORED,
        MEGABYTES,
        ORIENTATION,
        SEED_SPAN,
        WHOLE_FLOATS,
        LEADING_ZEROS,
        Ambiguity(
            "the size when none is given",
            interpretations=(
                "the default is 1280*1280 (the schema)",
                "the aspect of the last image, with about 1280*1280 pixels in total (the prose)",
            ),
            chosen="the aspect of the last image",
            rules=("size-format",),
        ),
        Ambiguity(
            "the aspect of an input image",
            interpretations=(
                "1:4 to 4:1, in the table of one guide",
                "the page of the API names only the sides",
            ),
            chosen="a warning",
            rules=("image-aspect",),
        ),
        Ambiguity(
            "oss:// for images",
            interpretations=(
                "only pages about videos name it",
                "the official SDK uploads local images and sends it",
            ),
            chosen="allowed",
            rules=("image-source",),
        ),
    ),
)
