"""wan2.5-t2i-preview at MuleRouter: images from text."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, Between
from ..outputs import Images, Price
from ..shared_ambiguities import (
    LEADING_ZEROS,
    NULL_UNMARKED,
    SEED_SPAN,
    WHOLE_FLOATS,
)
from ..shared_rules import billing_notice, negative_prompt, prompt, seed, size
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.5-t2i-preview",
    vendor=VENDOR,
    title="Wan 2.5 images from text",
    source="MuleRouter, the combined page of image generation: its overview and examples, "
    "and the vendor's public client for the path and the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
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
        price=Price(
            usd={"image": Decimal("0.03")},
            source="several public price lists of the upstream model",
            on="2026-11",
            confidence="medium",
        ),
    ),
    ambiguities=(
        LEADING_ZEROS,
        SEED_SPAN,
        WHOLE_FLOATS,
        Ambiguity(
            "the default of prompt_extend",
            interpretations=("false, on the page", "true, in the help of the vendor's CLI"),
            chosen="false; it does not decide on validity",
            rules=("prompt-extend-type",),
        ),
        NULL_UNMARKED,
    ),
    gaps=(
        "the page of this model's own path; the combined page and two clients agree",
        "whether a text over the limit is rejected or cut",
    ),
)
