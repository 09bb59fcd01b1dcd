"""wan2.5-t2i-preview at Alibaba Model Studio: images from text."""

from ..ambiguity import Ambiguity
from ..shared_ambiguities import LEADING_ZEROS, SEED_SPAN, WHOLE_FLOATS
from ..shared_prices import build_image_price
from ..shared_rules import negative_prompt, prompt
from ..spec import ModelSpec
from ..upstream_rules import (
    LEAST_PIXELS,
    build_counted_outputs,
    image_parameters,
    text_image_size,
    upstream_body,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.5-t2i-preview",
    endpoint="text2image/image-synthesis",
    vendor=VENDOR,
    title="Wan 2.5 images from text, upstream",
    source="public pages of Alibaba Model Studio about text to image, in Chinese and as OpenAPI",
    on="2026-11",
    confidence="high",
    rules=(
        *upstream_body("wan2.5-t2i-preview"),
        *prompt("/input/prompt", 2000, cut=True),
        *negative_prompt("/input/negative_prompt", cut=True),
        *image_parameters(text_image_size("/parameters/size"), counts_seeds=True),
    ),
    outputs=build_counted_outputs(
        price=build_image_price("0.03", "two public price lists, which agree", "medium"),
    ),
    ambiguities=(
        LEADING_ZEROS,
        SEED_SPAN,
        WHOLE_FLOATS,
        LEAST_PIXELS,
        Ambiguity(
            "the pause between two polls",
            interpretations=("10 seconds, on the help page", "5 seconds, on the OpenAPI page"),
            chosen="10 seconds in the mock; it does not decide on validity",
            rules=("payload-type",),
        ),
    ),
)
