"""wan25_t2i_preview_intl at Vtrix: images from text."""

from ..spec import ModelSpec
from ..upstream_rules import build_image_outputs
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import (
    TEXT_TO_IMAGE_AMBIGUITIES,
    TEXT_TO_IMAGE_GAPS,
    TEXT_TO_IMAGE_PRICE,
    build_text_to_image_rules,
)

SPEC = ModelSpec(
    id="wan25_t2i_preview_intl",
    vendor=VENDOR,
    title="Wan 2.5 images from text, international",
    source="Vtrix, the pages of wan25_t2i_preview_intl about the queue and its parameters",
    on="2026-11",
    confidence="medium",
    rules=build_text_to_image_rules("wan25_t2i_preview_intl"),
    outputs=build_image_outputs(price=TEXT_TO_IMAGE_PRICE),
    ambiguities=TEXT_TO_IMAGE_AMBIGUITIES,
    gaps=TEXT_TO_IMAGE_GAPS,
)
