"""wan2.6-t2i at MuleRouter: images from text."""

from ..mulerouter_rules import (
    EXTEND_DEFAULT,
    TEXT_LIMIT_GAP,
    TEXT_TO_IMAGE_AMBIGUITIES,
    build_image_outputs,
    build_text_to_image_rules,
)
from ..shared_ambiguities import DEFAULT_OF_N
from ..shared_prices import build_image_price
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.6-t2i",
    vendor=VENDOR,
    title="Wan 2.6 images from text",
    source="MuleRouter, wan2.6-t2i: the page's overview and examples, "
    "and the vendor's public client for the limits of texts and n",
    on="2026-11",
    confidence="medium",
    rules=build_text_to_image_rules(),
    outputs=build_image_outputs(
        price=build_image_price("0.03", "one public price list of the upstream model", "low"),
    ),
    ambiguities=(
        *TEXT_TO_IMAGE_AMBIGUITIES,
        DEFAULT_OF_N,
        EXTEND_DEFAULT,
    ),
    gaps=(TEXT_LIMIT_GAP,),
)
