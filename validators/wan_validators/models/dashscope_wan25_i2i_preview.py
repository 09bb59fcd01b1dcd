"""wan2.5-i2i-preview at Alibaba Model Studio: images edited by text."""

from ..ambiguity import Ambiguity
from ..constraints.basic import Items
from ..shared_ambiguities import LEADING_ZEROS, MEGABYTES, ORIENTATION, SEED_SPAN, WHOLE_FLOATS
from ..shared_prices import build_image_price
from ..shared_rules import negative_prompt, prompt, size
from ..spec import ModelSpec, Rule, Severity
from ..upstream_rules import (
    ALPHA_IGNORED,
    OSS_IMAGES,
    aspect_rule,
    build_counted_outputs,
    image_parameters,
    upstream_body,
    upstream_image,
)
from ..vendors.dashscope import VENDOR

SPEC = ModelSpec(
    id="dashscope/wan2.5-i2i-preview",
    endpoint="image2image/image-synthesis",
    vendor=VENDOR,
    title="Wan 2.5 image editing, upstream",
    source="public pages of Alibaba Model Studio about wan2.5-i2i-preview, in Chinese and as "
    "OpenAPI",
    on="2026-11",
    confidence="high",
    rules=(
        *upstream_body("wan2.5-i2i-preview"),
        *prompt("/input/prompt", 2000, cut=True),
        Rule("images-count", "/input/images", Items(1, 3), required=True),
        *upstream_image("/input/images/*", sides=(384, 5000), megabytes=10),
        aspect_rule("/input/images/*", 4, severity=Severity.WARNING),
        *negative_prompt("/input/negative_prompt", cut=True),
        *image_parameters(
            size("/parameters/size", (768 * 768, 1280 * 1280), default="1280*1280"),
            counts_seeds=True,
        ),
    ),
    outputs=build_counted_outputs(
        inputs="/input/images",
        keeps_aspect=True,
        price=build_image_price("0.03", "two public price lists, which agree", "medium"),
    ),
    ambiguities=(
        ALPHA_IGNORED,
        MEGABYTES,
        ORIENTATION,
        SEED_SPAN,
        WHOLE_FLOATS,
        LEADING_ZEROS,
        Ambiguity(
            "the size when none is given",
            interpretations=(
                "the default is 1280*1280 (the schema)",
                "the aspect of the last image, with about 1280*1280 pixels in total (the prose)",
            ),
            chosen="the aspect of the last image",
            rules=("size-format",),
        ),
        Ambiguity(
            "the aspect of an input image",
            interpretations=(
                "1:4 to 4:1, in the table of one guide",
                "the page of the API names only the sides",
            ),
            chosen="a warning",
            rules=("image-aspect",),
        ),
        OSS_IMAGES,
    ),
)
