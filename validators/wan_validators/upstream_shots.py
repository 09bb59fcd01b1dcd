"""Rules and outputs of the upstream family 2.6: videos with sound, of one or several shots."""

from __future__ import annotations

from typing import Any, Final

from .constraints.basic import Between, Constraint
from .frozen import replace
from .outputs import Price, Videos
from .shared_ambiguities import SHOT_TYPE
from .shared_rules import SIZES_720P, SIZES_1080P, Rows
from .upstream_videos import (
    EFFECTS_GAP,
    FRAME_AMBIGUITIES,
    FRAME_RATE_GAP,
    INPUT_USAGE,
    SIZE_USAGE,
    build_video_outputs,
    build_video_rules,
    frame_rules,
    size_choice,
    tier_choice,
)

__all__ = [
    "FRAME_SHOT_AMBIGUITIES",
    "FRAME_SHOT_GAPS",
    "SHOT_AMBIGUITY",
    "build_frame_shot_outputs",
    "build_frame_shot_rules",
    "build_text_shot_outputs",
    "build_text_shot_rules",
]

DURATIONS: Final = Between(2, 15)

SHOT_AMBIGUITY: Final = replace(
    SHOT_TYPE,
    interpretations=(
        "shot_type works only if prompt_extend is true",
        "no page says that it is rejected otherwise",
    ),
)
FRAME_SHOT_AMBIGUITIES: Final = (*FRAME_AMBIGUITIES, SHOT_AMBIGUITY)
FRAME_SHOT_GAPS: Final = (EFFECTS_GAP, FRAME_RATE_GAP)


def build_frame_shot_rules(
    model: str, *, duration: Constraint = DURATIONS, more: Rows = ()
) -> Rows:
    """Returns the rules of a model that starts from an image; *more* are rules at the end."""
    return build_video_rules(
        model,
        characters=1500,
        choice=tier_choice("720P", "1080P"),
        duration=duration,
        inputs=frame_rules(megabytes=20),
        template=True,
        shots=True,
        audio_url=True,
        more=more,
    )


def build_text_shot_rules(model: str, *, duration: Constraint = DURATIONS) -> Rows:
    """Returns the rules of a model that starts from text alone."""
    return build_video_rules(
        model,
        characters=1500,
        choice=size_choice(*SIZES_720P, *SIZES_1080P),
        duration=duration,
        needs_prompt=True,
        shots=True,
        audio_url=True,
    )


def build_frame_shot_outputs(
    *, price: Price, usage: tuple[str, ...] = INPUT_USAGE, **sound: Any
) -> Videos:
    """Returns the outputs of a model that starts from an image; *sound* says which have sound."""
    return build_video_outputs(
        "resolution",
        price=price,
        fps=24,
        input="/input/img_url",
        audio_url="/input/audio_url",
        hides_prompt=True,
        usage=usage,
        **sound,
    )


def build_text_shot_outputs(*, price: Price) -> Videos:
    """Returns the outputs of a model that starts from text alone."""
    return build_video_outputs(
        "size",
        price=price,
        fps=24,
        audio_url="/input/audio_url",
        always_audio=True,
        hides_prompt=True,
        usage=SIZE_USAGE,
    )
