"""Rows that several models share: the same ids and order everywhere, each page's own limits."""

from __future__ import annotations

from typing import Any

from . import error_codes
from .ambiguity import Ambiguity
from .constraints.basic import STRING, Anything, Between, BetweenIf, Constraint, NotBlank, Text
from .constraints.media import (
    AUDIO_VIEW,
    Base64,
    Declared,
    Dimensions,
    Duration,
    FileSize,
    Format,
    Opaque,
    Prefixed,
    Reachable,
    Reference,
)
from .constraints.size import Pixels, Ratio, Size, TwoPartSize
from .spec import Equals, Rule, Severity

IMAGE_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
AUDIO_FORMATS = ("WAV", "MP3")
SEEDS = Between(0, 2_147_483_647)
MIB = 1024 * 1024

MEGABYTES = Ambiguity(
    "what a file size of 10MB (for audio, 15MB) is",
    interpretations=("1024 * 1024 bytes for each MB", "1,000,000 bytes for each MB"),
    chosen="the larger, so that nothing allowed is refused",
    rules=("image-bytes",),
)
BARE_BASE64 = Ambiguity(
    "base64 without data: before it",
    interpretations=('"Base64 encoded data" is allowed', "every example is a data: URI"),
    chosen="allowed, with a warning",
    rules=("image-prefix",),
)
SEED_SPAN = Ambiguity(
    "a seed near the maximum with n over 1",
    interpretations=(
        "seed must be at most 2147483647",
        "the images use seed to seed+n-1, which may run past it",
    ),
    chosen="allowed, with a warning",
    rules=("seed-span",),
)
VIDEO_LENGTH = Ambiguity(
    "the duration of a video when none is given",
    interpretations=("an enumeration with no default", "5 seconds, as in the sample payload"),
    chosen="5 seconds in the mock; leaving it out is allowed",
    rules=("duration-choice",),
)
"""Doubts that several pages raise in the same words."""

Rows = tuple[Rule, ...]


def coded_rule(id: str, at: str, check: Constraint, code: str, **more: Any) -> Rule:
    """A row whose code and message are those of the 001021xxx table."""
    return Rule(id, at, check, code=code, message=error_codes.TEXTS[code], **more)


def image(at: str, *, sides: tuple[int, int], opaque: bool, required: bool = False) -> Rows:
    """What one input image must be: *sides* are the least and most pixels of either side.

    Where *opaque* is true, the page forbids transparency.
    """
    forbidden = (Rule("image-transparency", at, Opaque()),) if opaque else ()
    return (
        Rule("image-type", at, STRING, required=required),
        Rule("image-source", at, Reference()),
        Rule("image-reachable", at, Reachable(), severity=Severity.WARNING),
        Rule("image-prefix", at, Prefixed(), severity=Severity.WARNING),
        Rule("image-base64", at, Base64()),
        Rule("image-format", at, Format(names=IMAGE_FORMATS)),
        Rule("image-mime", at, Declared(), severity=Severity.WARNING),
        *forbidden,
        Rule("image-dimensions", at, Dimensions(low=sides[0], high=sides[1])),
        Rule("image-bytes", at, FileSize(high=10 * MIB)),
    )


def audio(at: str) -> Rows:
    """What the custom audio must be (S1: WAV or MP3, 3 to 30 s, at most 15 MB)."""
    return (
        Rule("audio-type", at, STRING, nullable=True),
        Rule("audio-source", at, Reference(AUDIO_VIEW)),
        Rule("audio-reachable", at, Reachable(AUDIO_VIEW), severity=Severity.WARNING),
        Rule("audio-base64", at, Base64(AUDIO_VIEW)),
        Rule("audio-format", at, Format(AUDIO_VIEW, names=AUDIO_FORMATS)),
        Rule("audio-mime", at, Declared(AUDIO_VIEW), severity=Severity.WARNING),
        Rule("audio-duration", at, Duration(AUDIO_VIEW, low=3, high=30)),
        Rule("audio-bytes", at, FileSize(AUDIO_VIEW, high=15 * MIB)),
    )


def prompt(at: str, max_length: int, severity: Severity = Severity.ERROR) -> Rows:
    """A required prompt of at most *max_length* characters; *severity* is that of a longer one."""
    return (
        Rule("prompt-type", at, STRING, required=True),
        Rule("prompt-length", at, Text(0, max_length), severity=severity),
        Rule("prompt-blank", at, NotBlank(), severity=Severity.WARNING),
    )


def negative_prompt(at: str, severity: Severity = Severity.ERROR) -> Rows:
    """An optional text of at most 500 characters."""
    return (
        Rule("negative-prompt-type", at, STRING),
        Rule("negative-prompt-length", at, Text(0, 500), severity=severity),
    )


def size(at: str, pixels: tuple[int, int], **more: Any) -> Rows:
    """``width*height`` with its total between *pixels* and its aspect from 1:4 to 4:1.

    *more* goes to the first row.
    """
    return (
        Rule("size-format", at, TwoPartSize(), **more),
        Rule("size-integers", at, Size()),
        Rule("size-pixels", at, Pixels(*pixels)),
        Rule("size-ratio", at, Ratio((1, 4), (4, 1))),
    )


def seed(at: str, n: str, default_n: int) -> Rows:
    """A seed, and the last of the seeds seed … seed+n-1 that n images are made with."""
    spans = (
        Rule(
            "seed-span",
            at,
            BetweenIf(SEEDS, Between(SEEDS.low, SEEDS.high - count + 1)),
            severity=Severity.WARNING,
            when=Equals(n, value=count, default=default_n),
            message=f"{count} images use the seeds seed to seed+{count - 1}, "
            f"which run past {SEEDS.high}",
        )
        for count in (2, 3, 4)
    )
    return (Rule("seed-range", at, SEEDS), *spans)


def images_billed(at: str, n: int) -> Rule:
    """Tells who leaves *at* out that the default makes, and bills, *n* images."""
    return Rule(
        "n-default",
        at,
        Anything(),
        severity=Severity.INFO,
        required=True,
        message=f"n is left out, and the default makes and bills {n} images",
    )
