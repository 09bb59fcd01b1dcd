"""wan2.6-image at MuleRouter: images edited by text."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import TEXT_LIMIT_GAP, build_edit_rules, build_image_outputs
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
from ..shared_prices import build_image_price
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.6-image",
    vendor=VENDOR,
    title="Wan 2.6 image editing",
    source="MuleRouter, wan2.6-image, Create Generation Task",
    on="2026-11",
    confidence="medium",
    rules=build_edit_rules(),
    outputs=build_image_outputs(
        inputs="/images",
        price=build_image_price("0.03", "a price list of a sister model upstream", "low"),
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
    gaps=(TEXT_LIMIT_GAP,),
)
