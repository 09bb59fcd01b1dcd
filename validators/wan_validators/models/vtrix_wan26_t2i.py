"""wan26_t2i at Vtrix: images from one text in one message."""

from ..shared_prices import build_image_price
from ..spec import ModelSpec
from ..upstream_rules import build_image_outputs
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import TEXT_TO_IMAGE_AMBIGUITIES, build_one_text_rules

SPEC = ModelSpec(
    id="wan26_t2i",
    vendor=VENDOR,
    title="Wan 2.6 images from text",
    source="Vtrix, the first part of the page of wan26_t2i, "
    "and the public page of the upstream model for n, seed and flags",
    on="2026-11",
    confidence="low",
    rules=build_one_text_rules("wan26_t2i"),
    outputs=build_image_outputs(
        price=build_image_price("0.03", "one public price list of the upstream model", "low"),
    ),
    ambiguities=TEXT_TO_IMAGE_AMBIGUITIES,
    gaps=(
        "n, seed, prompt_extend and watermark at this vendor",
        "the default of n; the upstream model makes 4, and wan26_i2i at this vendor 1",
        "the codes of errors",
        "whether a text over the limit is rejected or cut",
    ),
)
