"""wan25_i2i_preview_intl at Vtrix: images edited by text; no error codes documented (S2)."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..outputs import Images, Price
from ..shared_ambiguities import (
    ALPHA,
    BARE_BASE64_REJECTED,
    LEADING_ZEROS,
    MEGABYTES,
    ORIENTATION,
    SEED_SPAN,
)
from ..spec import ModelSpec
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import COMMON_AMBIGUITIES, build_edit_rules

AMBIGUITIES = (
    BARE_BASE64_REJECTED,
    MEGABYTES,
    ALPHA,
    ORIENTATION,
    SEED_SPAN,
    *COMMON_AMBIGUITIES,
    LEADING_ZEROS,
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
)

SPEC = ModelSpec(
    id="wan25_i2i_preview_intl",
    vendor=VENDOR,
    title="Wan 2.5 image editing, international",
    source="S2: Vtrix, model page wan25_i2i_preview_intl",
    rules=build_edit_rules("wan25_i2i_preview_intl"),
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
    ambiguities=AMBIGUITIES,
)
