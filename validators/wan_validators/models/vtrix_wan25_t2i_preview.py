"""wan25_t2i_preview at Vtrix: images from text."""

from decimal import Decimal

from ..outputs import Images, Price
from ..spec import ModelSpec
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import TEXT_TO_IMAGE_AMBIGUITIES, build_text_to_image_rules

SPEC = ModelSpec(
    id="wan25_t2i_preview",
    vendor=VENDOR,
    title="Wan 2.5 images from text",
    source="Vtrix, the page of wan25_t2i_preview",
    on="2026-11",
    confidence="medium",
    rules=build_text_to_image_rules("wan25_t2i_preview"),
    outputs=Images(
        count="/parameters/n",
        size="/parameters/size",
        seed="/parameters/seed",
        watermark="/parameters/watermark",
        price=Price(
            usd={"image": Decimal("0.03")},
            source="several public price lists of the upstream model",
            on="2026-11",
            confidence="medium",
        ),
    ),
    ambiguities=TEXT_TO_IMAGE_AMBIGUITIES,
    gaps=(
        "whether a text over the limit is rejected or cut",
        "the seeds of the further images of one request",
    ),
)
