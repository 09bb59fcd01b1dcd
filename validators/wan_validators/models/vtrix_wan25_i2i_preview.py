"""wan25_i2i_preview at Vtrix: images edited by text, as wan25_i2i_preview_intl."""

from ..shared_prices import TWO_LISTS, build_image_price
from ..spec import ModelSpec
from ..vendors.vtrix import VENDOR
from ..vtrix_rules import build_edit_ambiguities, build_edit_outputs, build_edit_rules

SPEC = ModelSpec(
    id="wan25_i2i_preview",
    vendor=VENDOR,
    title="Wan 2.5 image editing",
    source="Vtrix, the page of wan25_i2i_preview about the queue, "
    "and S2, which has the same limits, for n, seed and flags",
    on="2026-11",
    confidence="medium",
    rules=build_edit_rules("wan25_i2i_preview"),
    outputs=build_edit_outputs(
        price=build_image_price("0.03", TWO_LISTS, "medium"),
    ),
    ambiguities=build_edit_ambiguities("wan26_i2i"),
    gaps=("n, seed and flags on the page of this model, which was read in part",),
)
