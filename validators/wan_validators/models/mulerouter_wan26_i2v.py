"""wan2.6-i2v at MuleRouter: a video with sound from an image."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, OneOf
from ..outputs import Price, Videos
from ..shared_ambiguities import (
    ALPHA,
    AUDIO_AS_DATA,
    AUDIO_PADDING,
    BARE_BASE64,
    MEGABYTES,
    MULTI_SHOTS,
    NULL_UNMARKED,
    ORIENTATION,
    SHOT_TYPE,
    VIDEO_LENGTH,
    VIDEO_SIZE,
    WHOLE_FLOATS,
)
from ..shared_rules import SEEDS, image, negative_prompt, prompt, sound, undocumented
from ..spec import ModelSpec, Rule
from ..vendors.mulerouter import VENDOR

TIERS = ("480P", "720P", "1080P", "2K", "4K")

SPEC = ModelSpec(
    id="wan2.6-i2v",
    vendor=VENDOR,
    title="Wan 2.6 video from an image",
    source="MuleRouter, wan2.6-i2v: the page's overview and examples, the table of the "
    "spark model, and the vendor's public clients",
    on="2026-11",
    confidence="medium",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
        *image("/image", sides=(360, 2000), opaque=True, required=True),
        *image("/last_frame", sides=(360, 2000), opaque=True),
        undocumented("last-frame-undocumented", "/last_frame", "an example of the page"),
        *negative_prompt("/negative_prompt"),
        Rule("resolution-tier", "/resolution", OneOf(TIERS), default="720P"),
        Rule("duration-choice", "/duration", OneOf((5, 10, 15))),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=True),
        Rule("shot-type-value", "/shot_type", OneOf(("single", "multi")), default="single"),
        *sound("/audio", "/audio_url"),
        Rule("seed-range", "/seed", SEEDS),
        Rule("safety-filter-type", "/safety_filter", BOOLEAN, nullable=True, default=True),
    ),
    outputs=Videos(
        resolution="/resolution",
        duration="/duration",
        seed="/seed",
        input="/image",
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
        BARE_BASE64,
        MEGABYTES,
        ALPHA,
        ORIENTATION,
        VIDEO_SIZE,
        WHOLE_FLOATS,
        VIDEO_LENGTH,
        NULL_UNMARKED,
        AUDIO_PADDING,
        AUDIO_AS_DATA,
        SHOT_TYPE,
        MULTI_SHOTS,
        Ambiguity(
            "the tiers of resolution",
            interpretations=(
                "720P and 1080P, in the features of the page",
                "480P too, in the vendor's clients",
                "480P, 720P, 1080P, 2K and 4K, in an error that the API was seen to return",
            ),
            chosen="all five",
            rules=("resolution-tier",),
        ),
        Ambiguity(
            "a payload without prompt",
            interpretations=("one client requires prompt", "another client does not"),
            chosen="rejected, as for the related models",
            rules=("prompt-type",),
        ),
        Ambiguity(
            "last_frame",
            interpretations=(
                "named in the features and in an example",
                "missing from the sample payload and from the clients",
            ),
            chosen="allowed with a warning, with the same limits as image",
            rules=("last-frame-undocumented",),
        ),
    ),
    gaps=(
        "whether a text over the limit is rejected or cut",
        "the frame rate; the mock makes 24 frames a second, as for wan2.5",
        "the sizes of 2K and 4K videos; the mock takes 2560*1440 and 3840*2160 pixels",
    ),
)
