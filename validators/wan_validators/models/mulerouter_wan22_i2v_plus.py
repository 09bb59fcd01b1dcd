"""wan2.2-i2v-plus at MuleRouter: a silent video from an image (S3)."""

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, OneOf
from ..outputs import Videos
from ..shared_ambiguities import (
    ALPHA,
    BARE_BASE64,
    MEGABYTES,
    ORIENTATION,
    VIDEO_LENGTH,
    VIDEO_SIZE,
    WHOLE_FLOATS,
)
from ..shared_prices import USD_22, build_video_price
from ..shared_rules import SEEDS, image, negative_prompt, prompt, undocumented
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SPEC = ModelSpec(
    id="wan2.2-i2v-plus",
    vendor=VENDOR,
    title="Wan 2.2 video from an image",
    source="S3: MuleRouter, wan2.2-i2v-plus, Create Generation Task",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 800),
        *image("/image", sides=(360, 2000), opaque=True, required=True),
        *image("/last_frame", sides=(360, 2000), opaque=True),
        undocumented("last-frame-undocumented", "/last_frame", "the second example of the page"),
        *negative_prompt("/negative_prompt"),
        Rule("resolution-tier", "/resolution", OneOf(("480P", "1080P")), default="1080P"),
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
        price=build_video_price(
            USD_22, "a guess: no price list names this model", "guess", on="2026-10"
        ),
    ),
    ambiguities=(
        BARE_BASE64,
        MEGABYTES,
        ALPHA,
        ORIENTATION,
        WHOLE_FLOATS,
        VIDEO_SIZE,
        VIDEO_LENGTH,
        Ambiguity(
            "resolution 720P",
            interpretations=(
                "the enumeration has only 480P and 1080P",
                "the page's own third example asks for 720P",
            ),
            chosen="rejected",
            rules=("resolution-tier",),
        ),
        Ambiguity(
            "last_frame",
            interpretations=(
                "listed in the features and in the second example",
                "missing from the table of the body",
            ),
            chosen="allowed with a warning, with the same limits as image",
            rules=("last-frame-undocumented",),
        ),
        Ambiguity(
            "safety_filter",
            interpretations=(
                "missing from the page",
                "present on a newer copy of it, default true",
            ),
            chosen="allowed, may be null",
            rules=("safety-filter-type",),
        ),
    ),
)
