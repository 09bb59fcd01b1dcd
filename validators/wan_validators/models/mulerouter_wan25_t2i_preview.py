"""wan2.5-t2i-preview at MuleRouter: images from text."""

from decimal import Decimal

from ..mulerouter_rules import (
    EXTEND_DEFAULT,
    TEXT_LIMIT_GAP,
    TEXT_TO_IMAGE_AMBIGUITIES,
    build_image_outputs,
    build_text_to_image_rules,
)
from ..outputs import Price
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
        price=Price(
            usd={"image": Decimal("0.03")},
            source="several public price lists of the upstream model",
            on="2026-11",
            confidence="medium",
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
