"""wan2.5-t2i-preview at MuleRouter: images from text."""

from ..mulerouter_rules import (
    EXTEND_DEFAULT,
    TEXT_LIMIT_GAP,
    TEXT_TO_IMAGE_AMBIGUITIES,
    build_image_outputs,
    build_text_to_image_rules,
)
from ..shared_prices import build_image_price
from ..spec import ModelSpec
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.5-t2i-preview",
    vendor=VENDOR,
    title="Wan 2.5 images from text",
    source="MuleRouter, the combined page of image generation: its overview and examples, "
    "and the vendor's public client for the path and the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=build_text_to_image_rules(),
    outputs=build_image_outputs(
        price=build_image_price(
            "0.03", "several public price lists of the upstream model", "medium"
        ),
    ),
    ambiguities=(
        *TEXT_TO_IMAGE_AMBIGUITIES,
        EXTEND_DEFAULT,
    ),
    gaps=(
        "the page of this model's own path; the combined page and two clients agree",
        TEXT_LIMIT_GAP,
    ),
)
