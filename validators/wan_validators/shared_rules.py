"""Rules and values of several models: the same ids and order, with the limits of each page."""

from __future__ import annotations

from typing import Any

from . import error_codes
from .constraints.basic import (
    BOOLEAN,
    STRING,
    Absent,
    Anything,
    Between,
    BetweenIf,
    Constraint,
    NotBlank,
    Text,
    Undocumented,
)
from .constraints.media import (
    AUDIO_VIEW,
    AddressesFile,
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
from .constraints.text import Filled, Undamaged
from .frozen import replace
from .spec import Equals, Rule, Severity

__all__ = [
    "AUDIO_FORMATS",
    "IMAGE_FORMATS",
    "MIB",
    "SEEDS",
    "SIZES_480P",
    "SIZES_720P",
    "SIZES_1080P",
    "Rows",
    "audio",
    "billing_notice",
    "coded_rule",
    "image",
    "maximum_notice",
    "negative_prompt",
    "no_effect",
    "prompt",
    "seed",
    "size",
    "sound",
    "undocumented",
    "wording",
]

IMAGE_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
AUDIO_FORMATS = ("WAV", "MP3")
SEEDS = Between(0, 2_147_483_647)
MIB = 1024 * 1024

SIZES_480P = ("832*480", "480*832", "624*624")
SIZES_720P = ("1280*720", "720*1280", "960*960", "1088*832", "832*1088")
SIZES_1080P = ("1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632")
"""The sizes of a video of each tier, in the order of the pages."""


Rows = tuple[Rule, ...]


def coded_rule(id: str, pointer: str, constraint: Constraint, code: str, **more: Any) -> Rule:
    """Returns a rule with a code and its message from the 001021xxx table."""
    return Rule(id, pointer, constraint, code=code, message=error_codes.TEXTS[code], **more)


def image(
    pointer: str,
    *,
    sides: tuple[int, int],
    opaque: bool,
    required: bool = False,
    bare: Severity = Severity.WARNING,
) -> Rows:
    """Returns the rules for one input image.

    *sides* are the minimum and maximum of width and height in pixels. If *opaque* is true,
    transparency is forbidden in PNG, the only format for which the pages name it. *bare*
    applies to base64 without ``data:``.
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
        Rule("image-address", pointer, AddressesFile(), severity=Severity.WARNING),
        Rule("image-prefix", pointer, Prefixed(), severity=bare),
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
        Rule("audio-address", pointer, AddressesFile(AUDIO_VIEW), severity=Severity.WARNING),
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


def sound(audio_pointer: str, url_pointer: str) -> Rows:
    """Returns the rules for a sound track that is on by default, and for custom audio."""
    conflict = Rule(
        "audio-conflict",
        url_pointer,
        Absent(),
        severity=Severity.WARNING,
        when=Equals(audio_pointer, value=False, default=True),
        message="audio_url overrides audio=false: the video will have this sound",
    )
    return (
        Rule("audio-flag-type", audio_pointer, BOOLEAN, nullable=True, default=True),
        *audio(url_pointer),
        conflict,
    )


def prompt(
    pointer: str, max_length: int | None, *, cut: bool = False, required: bool = True
) -> Rows:
    """Returns the rules for a prompt. If *cut* is true, longer text is truncated.

    *max_length* is None if no source has it.
    """
    return (
        Rule("prompt-type", pointer, STRING, required=required),
        *_length("prompt", pointer, max_length, cut=cut),
        Rule("prompt-blank", pointer, NotBlank(), severity=Severity.WARNING),
        *wording("prompt", pointer),
    )


def negative_prompt(pointer: str, *, cut: bool = False, max_length: int | None = 500) -> Rows:
    """Returns the rules for a text whose limit is the same everywhere, as for a prompt."""
    return (
        Rule("negative-prompt-type", pointer, STRING),
        *_length("negative_prompt", pointer, max_length, cut=cut),
        *wording("negative-prompt", pointer),
    )


def wording(id: str, pointer: str) -> Rows:
    """Returns the warnings about a text that its author cannot have meant."""
    return (
        Rule(f"{id}-placeholder", pointer, Filled(), severity=Severity.WARNING),
        Rule(f"{id}-damaged", pointer, Undamaged(), severity=Severity.WARNING),
    )


def _length(name: str, pointer: str, high: int | None, *, cut: bool) -> Rows:
    if high is None:
        return ()
    rule = Rule(f"{name.replace('_', '-')}-length", pointer, Text(0, high))
    if not cut:
        return (rule,)
    message = f"{name} will be cut at {high} characters, and the rest is lost; shorten it"
    return (replace(rule, severity=Severity.WARNING, message=message),)


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


def billing_notice(pointer: str, default: int, when: Equals | None = None) -> Rule:
    """Returns the rule that reports the billed number of images if *pointer* is absent."""
    return _notice(
        "n-default", pointer, f"n is left out, and the default makes and bills {default}", when
    )


def maximum_notice(pointer: str, default: int, when: Equals) -> Rule:
    """Returns the rule that reports the largest number of billed images if *when* is true."""
    name = pointer.rpartition("/")[2]
    text = f"{name} is left out, and the default makes and bills up to {default}"
    return _notice(f"{name.replace('_', '-')}-default", pointer, text, when)


def _notice(id: str, pointer: str, says: str, when: Equals | None = None) -> Rule:
    message = f"{says} images"
    severity = Severity.INFO
    return Rule(
        id, pointer, Anything(), severity=severity, required=True, when=when, message=message
    )


def no_effect(id: str, pointer: str, when: Equals) -> Rule:
    """Returns the rule that reports a member without an effect; *when* is about a flag."""
    word = "when" if when.value else "without"
    message = f"{pointer.rpartition('/')[2]} has no effect {word} {when.path[-1]}=true"
    return Rule(id, pointer, Absent(), severity=Severity.INFO, when=when, message=message)


def undocumented(id: str, pointer: str, source: str) -> Rule:
    """Returns the warning for a member that *source* shows, but no table of the body has."""
    name = pointer.rpartition("/")[2]
    message = (
        f"{name} is in {source} but in no table of the body, "
        "and the API may ignore it without a word; compare the result with what you asked for"
    )
    return Rule(id, pointer, Undocumented(), severity=Severity.WARNING, message=message)
