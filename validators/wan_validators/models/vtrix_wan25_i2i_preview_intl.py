"""wan25_i2i_preview_intl at Vtrix: images edited by text; no error codes documented (S2)."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, Between, Items, OneOf
from ..outputs import Images, Price
from ..shared_ambiguities import (
    ALPHA,
    BARE_BASE64_REJECTED,
    LEADING_ZEROS,
    MEGABYTES,
    MODEL_IN_HEADER,
    NULL,
    ORIENTATION,
    SEED_SPAN,
    WHOLE_FLOATS,
)
from ..shared_rules import billing_notice, image, negative_prompt, prompt, seed, size
from ..spec import ModelSpec, Rule, Severity
from ..vendors.vtrix import VENDOR

SPEC = ModelSpec(
    id="wan25_i2i_preview_intl",
    vendor=VENDOR,
    title="Wan 2.5 image editing, international",
    source="S2: Vtrix, model page wan25_i2i_preview_intl",
    rules=(
        Rule("payload-type", "", OBJECT),
        Rule("model-value", "/model", OneOf(("wan25_i2i_preview_intl",)), required=True),
        Rule("input-object", "/input", OBJECT, required=True),
        *prompt("/input/prompt", 2000, cut=True),
        Rule("images-count", "/input/images", Items(1, 3), required=True),
        *image("/input/images/*", sides=(384, 5000), opaque=True, bare=Severity.ERROR),
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
        keeps_aspect=True,
        price=Price(
            usd={"image": Decimal("0.03")},
            source="two public price lists of the upstream model, which agree",
            on="2026-10",
            confidence="medium",
        ),
    ),
    ambiguities=(
        BARE_BASE64_REJECTED,
        MEGABYTES,
        ALPHA,
        ORIENTATION,
        SEED_SPAN,
        NULL,
        WHOLE_FLOATS,
        LEADING_ZEROS,
        MODEL_IN_HEADER,
        Ambiguity(
            "text over the limit",
            interpretations=(
                "the prose says that it is truncated",
                "wan26_i2i at the same vendor says so too, but has codes that reject it",
            ),
            chosen="truncated, with a warning: this page has no codes",
            rules=("prompt-length", "negative-prompt-length"),
        ),
        Ambiguity(
            "the size when none is given",
            interpretations=(
                "the default is 1280*1280",
                "the aspect of the last image, with about 1280*1280 pixels in total",
            ),
            chosen="the aspect of the last image",
            rules=("size-format",),
        ),
        Ambiguity(
            "the character between width and height",
            interpretations=(
                "the prose prints the multiplication sign",
                "the format is width*height",
            ),
            chosen="an asterisk",
            rules=("size-format",),
        ),
        Ambiguity(
            "n when moving to or from wan26_i2i",
            interpretations=("the default here is 4", "the default there is 1"),
            chosen="the default of each page, with an info if n is absent",
            rules=("n-default",),
        ),
    ),
)
