"""wan2.6-t2v at MuleRouter: a video with sound from text."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, OneOf
from ..outputs import Price, Videos
from ..shared_ambiguities import (
    AUDIO_AS_DATA,
    AUDIO_PADDING,
    MULTI_SHOTS,
    NULL_UNMARKED,
    SHOT_TYPE,
    VIDEO_LENGTH,
    VIDEO_SIZES,
    WHOLE_FLOATS,
)
from ..shared_rules import SEEDS, negative_prompt, prompt, sound
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

SIZES = (
    *("832*480", "480*832", "624*624"),
    *("1280*720", "720*1280", "960*960", "1088*832", "832*1088"),
    *("1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632"),
    *("2560*1440", "1440*2560", "1920*1920"),
)

SPEC = ModelSpec(
    id="wan2.6-t2v",
    vendor=VENDOR,
    title="Wan 2.6 video from text",
    source="MuleRouter, wan2.6-t2v: the page's overview and examples, "
    "and the vendor's public client for the limits of texts",
    on="2026-11",
    confidence="medium",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
        *negative_prompt("/negative_prompt"),
        Rule("size-choice", "/size", OneOf(SIZES), nullable=True, default="1280*720"),
        Rule("duration-choice", "/duration", OneOf((5, 10, 15))),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=True),
        Rule("shot-type-value", "/shot_type", OneOf(("single", "multi")), default="single"),
        *sound("/audio", "/audio_url"),
        Rule("seed-range", "/seed", SEEDS),
        Rule("safety-filter-type", "/safety_filter", BOOLEAN, nullable=True, default=True),
    ),
    outputs=Videos(
        resolution="/size",
        duration="/duration",
        seed="/seed",
        audio="/audio",
        audio_url="/audio_url",
        seconds=5,
        fps=24,
        price=Price(
            usd={"720P": Decimal("0.10"), "1080P": Decimal("0.15")},
            source="one public price list of the upstream model",
            on="2026-11",
            confidence="medium",
        ),
    ),
    ambiguities=(
        WHOLE_FLOATS,
        VIDEO_LENGTH,
        NULL_UNMARKED,
        AUDIO_PADDING,
        AUDIO_AS_DATA,
        SHOT_TYPE,
        MULTI_SHOTS,
        VIDEO_SIZES,
        Ambiguity(
            "safety_filter",
            interpretations=("in no readable copy of the page", "in both of the vendor's clients"),
            chosen="allowed, may be null",
            rules=("safety-filter-type",),
        ),
    ),
    gaps=(
        "whether a text over the limit is rejected or cut",
        "the frame rate; the mock makes 24 frames a second, as for wan2.5",
    ),
)
