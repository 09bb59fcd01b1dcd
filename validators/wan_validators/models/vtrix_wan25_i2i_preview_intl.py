"""wan25_i2i_preview_intl at Vtrix: images edited by text; no error codes documented (S2)."""

from ..shared_prices import TWO_LISTS, build_image_price
from ..spec import ModelSpec
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import build_edit_ambiguities, build_edit_outputs, build_edit_rules

SPEC = ModelSpec(
    id="wan25_i2i_preview_intl",
    vendor=VENDOR,
    title="Wan 2.5 image editing, international",
    source="S2: Vtrix, model page wan25_i2i_preview_intl",
    rules=build_edit_rules("wan25_i2i_preview_intl"),
    outputs=build_edit_outputs(
        price=build_image_price(
            "0.03",
            TWO_LISTS,
            "medium",
            on="2026-10",
        ),
    ),
    ambiguities=build_edit_ambiguities("wan26_i2i"),
)
