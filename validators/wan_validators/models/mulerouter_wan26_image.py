"""wan2.6-image at MuleRouter: images edited by text."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, Between, Items
from ..outputs import Images, Price
from ..shared_ambiguities import (
    BARE_BASE64,
    DEFAULT_OF_N,
    LEADING_ZEROS,
    MEGABYTES,
    NULL_UNMARKED,
    ORIENTATION,
    SEED_SPAN,
    WHOLE_FLOATS,
)
from ..shared_rules import billing_notice, image, negative_prompt, prompt, seed, size
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.6-image",
    vendor=VENDOR,
    title="Wan 2.6 image editing",
    source="MuleRouter, wan2.6-image, Create Generation Task",
    on="2026-11",
    confidence="medium",
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
            source="a price list of a sister model upstream",
            on="2026-11",
            confidence="low",
        ),
    ),
    ambiguities=(
        BARE_BASE64,
        MEGABYTES,
        ORIENTATION,
        LEADING_ZEROS,
        SEED_SPAN,
        WHOLE_FLOATS,
        DEFAULT_OF_N,
        NULL_UNMARKED,
        Ambiguity(
            "the number of images",
            interpretations=("at most 3, in the table of the body", "at most 2, in the prose"),
            chosen="3: the table of the body",
            rules=("images-count",),
        ),
        Ambiguity(
            "prompt_extend",
            interpretations=("in the table of the body, default false", "in no client"),
            chosen="allowed",
            rules=("prompt-extend-type",),
        ),
    ),
    gaps=("whether a text over the limit is rejected or cut",),
)
