"""wan2.2-i2v-flash at MuleRouter: a silent video from an image."""

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, STRING, OneOf
from ..outputs import Price, Videos
from ..shared_ambiguities import (
    ALPHA,
    BARE_BASE64,
    MEGABYTES,
    NULL_UNMARKED,
    ORIENTATION,
    TEMPLATE,
    VIDEO_LENGTH,
    VIDEO_SIZE,
    WHOLE_FLOATS,
)
from ..shared_rules import SEEDS, image, negative_prompt, prompt
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.2-i2v-flash",
    vendor=VENDOR,
    title="Wan 2.2 fast video from an image",
    source="MuleRouter, wan2.2-i2v-flash: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 800),
        *image("/image", sides=(360, 2000), opaque=True, required=True),
        *negative_prompt("/negative_prompt"),
        Rule("template-type", "/template", STRING),
        Rule("resolution-tier", "/resolution", OneOf(("480P", "720P")), default="720P"),
        Rule("duration-choice", "/duration", OneOf((5,))),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=True),
        Rule("seed-range", "/seed", SEEDS),
        Rule("safety-filter-type", "/safety_filter", BOOLEAN, nullable=True, default=True),
    ),
    outputs=Videos(
        resolution="/resolution",
        duration="/duration",
        seed="/seed",
        input="/image",
        seconds=5,
        fps=30,
        price=Price(
            usd={},
            source="no price list names this model in USD",
            on="2026-11",
            confidence="unknown",
        ),
    ),
    ambiguities=(
        BARE_BASE64,
        MEGABYTES,
        ALPHA,
        ORIENTATION,
        VIDEO_SIZE,
        WHOLE_FLOATS,
        VIDEO_LENGTH,
        NULL_UNMARKED,
        TEMPLATE,
        Ambiguity(
            "resolution 1080P",
            interpretations=(
                "the enumeration has only 480P and 720P",
                "the combined page of video generation gives 1080P to this model",
            ),
            chosen="rejected",
            rules=("resolution-tier",),
        ),
    ),
    gaps=(
        "whether a text over the limit is rejected or cut",
        "the names of template, and whether the prompt counts beside one",
        "prices at this vendor, and in USD upstream",
    ),
)
