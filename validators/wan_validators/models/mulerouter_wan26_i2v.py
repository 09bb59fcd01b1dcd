"""wan2.6-i2v at MuleRouter: a video with sound from an image."""

from ..ambiguity import Ambiguity
from ..mulerouter_rules import (
    FRAME_RATE_GAP,
    IMAGE_AMBIGUITIES,
    SOUND_AMBIGUITIES,
    TEXT_LIMIT_GAP,
    VIDEO_AMBIGUITIES,
    build_frame_pair_rules,
    build_video_outputs,
    build_video_rules,
    tier_choice,
)
from ..shared_ambiguities import MULTI_SHOTS, SHOT_TYPE
from ..shared_prices import USD_26, build_video_price
from ..spec import ModelSpec
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
    rules=build_video_rules(
        2000,
        choice=tier_choice(*TIERS, default="720P"),
        durations=(5, 10, 15),
        frames=build_frame_pair_rules("an example of the page"),
        shots=True,
        sounds=True,
    ),
    outputs=build_video_outputs(
        "/resolution",
        sounds=True,
        fps=24,
        input="/image",
        price=build_video_price(USD_26, "one public price list of the upstream model", "medium"),
    ),
    ambiguities=(
        *IMAGE_AMBIGUITIES,
        *VIDEO_AMBIGUITIES,
        *SOUND_AMBIGUITIES,
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
        TEXT_LIMIT_GAP,
        FRAME_RATE_GAP,
        "the sizes of 2K and 4K videos; the mock takes 2560*1440 and 3840*2160 pixels",
    ),
)
