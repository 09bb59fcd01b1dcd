"""wan2.2-t2v-plus at MuleRouter: a silent video from text."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, OneOf
from ..outputs import Price, Videos
from ..shared_ambiguities import (
    NULL_UNMARKED,
    VIDEO_LENGTH,
    WHOLE_FLOATS,
)
from ..shared_rules import SEEDS, negative_prompt, prompt
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SIZES = (
    *("832*480", "480*832", "624*624"),
    *("1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632"),
)

SPEC = ModelSpec(
    id="wan2.2-t2v-plus",
    vendor=VENDOR,
    title="Wan 2.2 video from text",
    source="MuleRouter, wan2.2-t2v-plus: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 800),
        *negative_prompt("/negative_prompt"),
        Rule("size-choice", "/size", OneOf(SIZES), nullable=True, default="1920*1080"),
        Rule("duration-choice", "/duration", OneOf((5,))),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=True),
        Rule("seed-range", "/seed", SEEDS),
        Rule("safety-filter-type", "/safety_filter", BOOLEAN, nullable=True, default=True),
    ),
    outputs=Videos(
        resolution="/size",
        duration="/duration",
        seed="/seed",
        seconds=5,
        fps=30,
        price=Price(
            usd={"480P": Decimal("0.02"), "1080P": Decimal("0.10")},
            source="a guess, from ratios of prices in another currency",
            on="2026-11",
            confidence="guess",
        ),
    ),
    ambiguities=(
        WHOLE_FLOATS,
        VIDEO_LENGTH,
        NULL_UNMARKED,
        Ambiguity(
            "size 1280*720",
            interpretations=(
                "the enumeration has only 480P and 1080P sizes",
                "the page's own second example asks for 1280*720",
            ),
            chosen="rejected",
            rules=("size-choice",),
        ),
    ),
    gaps=("whether a text over the limit is rejected or cut",),
)
