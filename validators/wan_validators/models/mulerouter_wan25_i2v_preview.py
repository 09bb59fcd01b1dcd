"""wan2.5-i2v-preview at MuleRouter: a video with sound from an image (S1)."""

from decimal import Decimal

from ..ambiguity import Ambiguity
from ..constraints.basic import BOOLEAN, OBJECT, Absent, OneOf
from ..outputs import Price, Videos
from ..shared_ambiguities import (
    ALPHA,
    BARE_BASE64,
    MEGABYTES,
    ORIENTATION,
    VIDEO_LENGTH,
    VIDEO_SIZE,
    WHOLE_FLOATS,
)
from ..shared_rules import SEEDS, audio, image, negative_prompt, prompt
from ..spec import Equals, ModelSpec, Rule, Severity
from ..vendors.mulerouter import VENDOR

SILENT = Equals("/audio", value=False, default=True)

SPEC = ModelSpec(
    id="wan2.5-i2v-preview",
    vendor=VENDOR,
    title="Wan 2.5 video from an image",
    source="S1: MuleRouter, wan2.5-i2v-preview, Create Generation Task",
    rules=(
        Rule("payload-type", "", OBJECT),
        *prompt("/prompt", 2000),
        *image("/image", sides=(360, 2000), opaque=True, required=True),
        *negative_prompt("/negative_prompt"),
        Rule("audio-flag-type", "/audio", BOOLEAN, nullable=True, default=True),
        *audio("/audio_url"),
        Rule(
            "audio-conflict",
            "/audio_url",
            Absent(),
            severity=Severity.WARNING,
            when=SILENT,
            message="audio_url overrides audio=false: the video will have this sound",
        ),
        Rule("resolution-tier", "/resolution", OneOf(("480P", "720P", "1080P")), default="720P"),
        Rule("duration-choice", "/duration", OneOf((5, 10))),
        Rule("prompt-extend-type", "/prompt_extend", BOOLEAN, default=True),
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
            usd={"480P": Decimal("0.05"), "720P": Decimal("0.10"), "1080P": Decimal("0.15")},
            source="two public price lists of the upstream model, which agree",
            on="2026-10",
            confidence="medium",
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
            "the playing time of an MP3",
            interpretations=(
                "3-30 seconds",
                "encoders pad to whole frames, so a file of 30 s plays for 0.04 s more",
            ),
            chosen="without the padding if the file tells it; else a warning if only the "
            "padding is outside, and an error if the sound itself is",
            rules=("audio-duration", "audio-padding"),
        ),
        Ambiguity(
            "audio as a data: URI",
            interpretations=(
                "audio_url is a URI, which a data: URI is",
                "it is called an audio file URL",
            ),
            chosen="allowed, and its content is checked",
            rules=("audio-source",),
        ),
        Ambiguity(
            "null",
            interpretations=(
                "audio, audio_url and safety_filter are marked as nullable",
                "the other members are not",
            ),
            chosen="null is allowed only for these three",
            rules=("audio-flag-type", "audio-type", "safety-filter-type"),
        ),
    ),
)
