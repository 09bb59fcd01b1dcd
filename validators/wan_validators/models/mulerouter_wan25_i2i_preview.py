"""wan2.5-i2i-preview at MuleRouter: images edited by text (S0)."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import build_edit_rules, build_image_outputs
from ..shared_ambiguities import (
    BARE_BASE64,
    LEADING_ZEROS,
    MEGABYTES,
    ORIENTATION,
    SEED_SPAN,
    WHOLE_FLOATS,
)
from ..shared_prices import TWO_LISTS, build_image_price
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.5-i2i-preview",
    vendor=VENDOR,
    title="Wan 2.5 image editing",
    source="S0: MuleRouter, wan2.5-i2i-preview, Create Generation Task",
    rules=build_edit_rules(),
    outputs=build_image_outputs(
        inputs="/images",
        price=build_image_price(
            "0.03",
            TWO_LISTS,
            "medium",
            on="2026-10",
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
