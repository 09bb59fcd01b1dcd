"""wan2.5-i2i-preview at MuleRouter: images edited by text (S0)."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, Between, Items
from ..outputs import Images, Price
from ..shared_ambiguities import (
    BARE_BASE64,
    LEADING_ZEROS,
    MEGABYTES,
    ORIENTATION,
    SEED_SPAN,
    WHOLE_FLOATS,
)
from ..shared_rules import billing_notice, image, negative_prompt, prompt, seed, size
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.5-i2i-preview",
    vendor=VENDOR,
    title="Wan 2.5 image editing",
    source="S0: MuleRouter, wan2.5-i2i-preview, Create Generation Task",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
        Rule("images-count", "/images", Items(1, 3), required=True),
        *image("/images/*", sides=(384, 5000), opaque=False),
        *negative_prompt("/negative_prompt"),
        *size("/size", (768 * 768, 1440 * 1440), nullable=True, default="1280*1280"),
        Rule("n-range", "/n", Between(1, 4), default=4),
        billing_notice("/n", 4),
        *seed("/seed", n="/n", default_n=4),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=False),
        Rule("safety-filter-type", "/safety_filter", BOOLEAN, nullable=True, default=True),
    ),
    outputs=Images(
        count="/n",
        size="/size",
        seed="/seed",
        inputs="/images",
        price=Price(
            usd={"image": Decimal("0.03")},
            source="two public price lists of the upstream model, which agree",
            on="2026-10",
            confidence="medium",
        ),
    ),
    ambiguities=(
        BARE_BASE64,
        MEGABYTES,
        ORIENTATION,
        WHOLE_FLOATS,
        LEADING_ZEROS,
        SEED_SPAN,
        Ambiguity(
            "an empty array of images",
            interpretations=("images is required", "only a maximum is given: 3 items"),
            chosen="rejected: an edit needs an image",
            rules=("images-count",),
        ),
        Ambiguity(
            "transparency",
            interpretations=(
                "the page names PNG without a restriction",
                "the pages of related models forbid transparency",
            ),
            chosen="allowed here",
            rules=("image-format",),
        ),
        Ambiguity(
            "null",
            interpretations=(
                "size and safety_filter are marked as nullable",
                "the other members are not",
            ),
            chosen="null is allowed only for these two",
            rules=("size-format", "safety-filter-type"),
        ),
    ),
)
