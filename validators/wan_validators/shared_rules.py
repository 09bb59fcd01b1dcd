"""Rules that several models share: the same ids and order, with the limits of each page."""

from __future__ import annotations

from typing import Any

from . import error_codes
from .ambiguity import Ambiguity
from .constraints.basic import STRING, Anything, Between, BetweenIf, Constraint, NotBlank, Text
from .constraints.media import (
    AUDIO_VIEW,
    Base64,
    Complete,
    Declared,
    Dimensions,
    Duration,
    FileSize,
    Format,
    Opaque,
    PaddedDuration,
    Prefixed,
    Reachable,
    Reference,
)
from .constraints.size import Pixels, Ratio, Size, TwoPartSize
from .spec import Equals, Rule, Severity

__all__ = [
    "ALPHA",
    "AUDIO_FORMATS",
    "BARE_BASE64",
    "IMAGE_FORMATS",
    "MEGABYTES",
    "MIB",
    "ORIENTATION",
    "SEEDS",
    "SEED_SPAN",
    "VIDEO_LENGTH",
    "Rows",
    "audio",
    "billing_notice",
    "coded_rule",
    "image",
    "negative_prompt",
    "prompt",
    "seed",
    "size",
]

IMAGE_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
AUDIO_FORMATS = ("WAV", "MP3")
SEEDS = Between(0, 2_147_483_647)
MIB = 1024 * 1024

MEGABYTES = Ambiguity(
    "the meaning of a file size of 10MB (for audio, 15MB)",
    interpretations=("1024 * 1024 bytes for each MB", "1,000,000 bytes for each MB"),
    chosen="the larger, so that no allowed file is rejected",
    rules=("image-bytes",),
)
BARE_BASE64 = Ambiguity(
    "base64 without the prefix data:",
    interpretations=('"Base64 encoded data" is allowed', "every example is a data: URI"),
    chosen="allowed, with a warning",
    rules=("image-prefix",),
)
ALPHA = Ambiguity(
    "an alpha channel whose pixels are all opaque, and the formats that must not have one",
    interpretations=(
        "transparent is an image with an alpha channel, in any format that can have one",
        "transparent is an image with a transparent pixel, and only PNG is named",
    ),
    chosen="an alpha channel counts even if it is opaque: an error in PNG, a warning in WEBP "
    "and BMP; a PNG palette whose levels are all opaque is allowed",
    rules=("image-transparency", "image-alpha"),
)
ORIENTATION = Ambiguity(
    "width and height of an image with an EXIF orientation",
    interpretations=("as stored in the file", "as shown, after the rotation"),
    chosen="as stored; both sides have the same limits, so only the aspect of the output "
    "depends on it",
    rules=("image-dimensions",),
)
SEED_SPAN = Ambiguity(
    "a seed near the maximum with n over 1",
    interpretations=(
        "seed must be at most 2147483647",
        "the images use seed to seed+n-1, which can exceed the maximum",
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
"""These ambiguities occur in the same words on several pages."""

Rows = tuple[Rule, ...]


def coded_rule(id: str, pointer: str, constraint: Constraint, code: str, **more: Any) -> Rule:
    """Returns a rule with a code and its message from the 001021xxx table."""
    return Rule(id, pointer, constraint, code=code, message=error_codes.TEXTS[code], **more)


def image(pointer: str, *, sides: tuple[int, int], opaque: bool, required: bool = False) -> Rows:
    """Returns the rules for one input image.

    *sides* are the minimum and maximum of width and height in pixels. If *opaque* is true,
    transparency is forbidden in PNG, the only format for which the pages name it.
    """
    transparent = (
        Rule("image-transparency", pointer, Opaque(formats=("PNG",))),
        Rule("image-alpha", pointer, Opaque(formats=("BMP", "WEBP")), severity=Severity.WARNING),
    )
    forbidden = transparent if opaque else ()
    return (
        Rule("image-type", pointer, STRING, required=required),
        Rule("image-source", pointer, Reference()),
        Rule("image-reachable", pointer, Reachable(), severity=Severity.WARNING),
        Rule("image-prefix", pointer, Prefixed(), severity=Severity.WARNING),
        Rule("image-base64", pointer, Base64()),
        Rule("image-format", pointer, Format(names=IMAGE_FORMATS)),
        Rule("image-complete", pointer, Complete(), severity=Severity.WARNING),
        Rule("image-mime", pointer, Declared(), severity=Severity.WARNING),
        *forbidden,
        Rule("image-dimensions", pointer, Dimensions(low=sides[0], high=sides[1])),
        Rule("image-bytes", pointer, FileSize(high=10 * MIB)),
    )


def audio(pointer: str) -> Rows:
    """Returns the rules for custom audio (S1: WAV or MP3, 3 to 30 s, at most 15 MB)."""
    return (
        Rule("audio-type", pointer, STRING, nullable=True),
        Rule("audio-source", pointer, Reference(AUDIO_VIEW)),
        Rule("audio-reachable", pointer, Reachable(AUDIO_VIEW), severity=Severity.WARNING),
        Rule("audio-base64", pointer, Base64(AUDIO_VIEW)),
        Rule("audio-format", pointer, Format(AUDIO_VIEW, names=AUDIO_FORMATS)),
        Rule("audio-complete", pointer, Complete(AUDIO_VIEW), severity=Severity.WARNING),
        Rule("audio-mime", pointer, Declared(AUDIO_VIEW), severity=Severity.WARNING),
        Rule("audio-duration", pointer, Duration(AUDIO_VIEW, low=3, high=30)),
        Rule(
            "audio-padding",
            pointer,
            PaddedDuration(AUDIO_VIEW, high=30),
            severity=Severity.WARNING,
        ),
        Rule("audio-bytes", pointer, FileSize(AUDIO_VIEW, high=15 * MIB)),
    )


def prompt(pointer: str, max_length: int, severity: Severity = Severity.ERROR) -> Rows:
    """Returns the rules for a required prompt. *severity* applies above *max_length* characters."""
    return (
        Rule("prompt-type", pointer, STRING, required=True),
        Rule("prompt-length", pointer, Text(0, max_length), severity=severity),
        Rule("prompt-blank", pointer, NotBlank(), severity=Severity.WARNING),
    )


def negative_prompt(pointer: str, severity: Severity = Severity.ERROR) -> Rows:
    """Returns the rules for an optional text of at most 500 characters."""
    return (
        Rule("negative-prompt-type", pointer, STRING),
        Rule("negative-prompt-length", pointer, Text(0, 500), severity=severity),
    )


def size(pointer: str, pixels: tuple[int, int], **more: Any) -> Rows:
    """Returns the rules for ``width*height`` with an aspect from 1:4 to 4:1.

    *pixels* are the minimum and maximum of width times height. *more* goes to the first rule.
    """
    return (
        Rule("size-format", pointer, TwoPartSize(), **more),
        Rule("size-integers", pointer, Size()),
        Rule("size-pixels", pointer, Pixels(*pixels)),
        Rule("size-ratio", pointer, Ratio((1, 4), (4, 1))),
    )


def seed(pointer: str, n: str, default_n: int) -> Rows:
    """Returns the rules for a seed, and for the last of the seeds of *n* images."""
    spans = (
        Rule(
            "seed-span",
            pointer,
            BetweenIf(SEEDS, Between(SEEDS.low, SEEDS.high - count + 1)),
            severity=Severity.WARNING,
            when=Equals(n, value=count, default=default_n),
            message=f"{count} images use the seeds seed to seed+{count - 1}, "
            f"which run past {SEEDS.high}",
        )
        for count in (2, 3, 4)
    )
    return (Rule("seed-range", pointer, SEEDS), *spans)


def billing_notice(pointer: str, n: int) -> Rule:
    """Returns the rule that reports the billed number of images if *pointer* is absent."""
    return Rule(
        "n-default",
        pointer,
        Anything(),
        severity=Severity.INFO,
        required=True,
        message=f"n is left out, and the default makes and bills {n} images",
    )
