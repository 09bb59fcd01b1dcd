"""Rules and outputs of the upstream models that make a video of what references show."""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import Between, Items
from .constraints.items import VideoUrls
from .outputs import Price, Videos
from .shared_rules import SIZES_720P, SIZES_1080P, Rows
from .spec import Rule
from .upstream_media import INPUT_LENGTH_GAP, url_rules
from .upstream_videos import (
    FRAME_AMBIGUITIES,
    FRAME_RATE_GAP,
    SIZE_USAGE,
    build_video_outputs,
    build_video_rules,
    size_choice,
)

__all__ = [
    "REFERENCE_AMBIGUITIES",
    "REFERENCE_GAPS",
    "build_reference_outputs",
    "build_reference_rules",
]

REFERENCES: Final = "/input/reference_urls"

REFERENCE_AMBIGUITIES: Final = (
    *(each for each in FRAME_AMBIGUITIES if "resolution-tier" not in each.rules),
    Ambiguity(
        "prompt_extend",
        interpretations=(
            "the table of this model has no such member",
            "its prose mentions that the prompt is rewritten, as other models do",
        ),
        chosen="an unknown member, which is only a warning",
        rules=("prompt-type",),
    ),
    Ambiguity(
        "reference_video_urls",
        interpretations=(
            "reference_urls is required",
            "the deprecated reference_video_urls was sent in its place, with 2 to 30 seconds",
        ),
        chosen="reference_urls is required, and the other is an unknown member",
        rules=("references-count",),
    ),
)
REFERENCE_GAPS: Final = (
    FRAME_RATE_GAP,
    INPUT_LENGTH_GAP,
    "which URLs are videos, if their suffixes do not tell",
)


def build_reference_rules(model: str, *, more: Rows = ()) -> Rows:
    """Returns the rules of *model*; *more* are rules at the end."""
    return build_video_rules(
        model,
        characters=1500,
        choice=size_choice(*SIZES_720P, *SIZES_1080P),
        duration=Between(2, 10),
        needs_prompt=True,
        extends=False,
        shots=True,
        inputs=(
            Rule("references-count", REFERENCES, Items(1, 5), required=True),
            Rule("videos-count", REFERENCES, VideoUrls(3)),
            *url_rules(f"{REFERENCES}/*", required=False),
        ),
        more=more,
    )


def build_reference_outputs(*, price: Price, **more: Any) -> Videos:
    """Returns the outputs of a model; *more* says which videos have sound."""
    return build_video_outputs(
        "size",
        price=price,
        fps=24,
        hides_prompt=True,
        billed_inputs=REFERENCES,
        usage=SIZE_USAGE,
        **more,
    )
