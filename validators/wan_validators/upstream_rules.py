"""Rules that models with the body of the upstream API share: files, images and the body."""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import BOOLEAN, OBJECT, Between, OneOf
from .constraints.media import AUDIO_VIEW, Aspect, FileSize, Opaque, Reference
from .constraints.size import AdvisedPixels
from .frozen import replace
from .outputs import Images, Price
from .shared_rules import (
    MIB,
    SEEDS,
    Rows,
    audio,
    billing_notice,
    image,
    negative_prompt,
    seed,
    size,
)
from .spec import Rule, Severity

__all__ = [
    "ALPHA_IGNORED",
    "FLAGS",
    "LEAST_PIXELS",
    "OSS_IMAGES",
    "URL_ROWS",
    "aspect_rule",
    "build_counted_outputs",
    "build_image_outputs",
    "image_parameters",
    "text_image_size",
    "upstream_audio",
    "upstream_body",
    "upstream_image",
]

URL_ROWS: Final = ("audio-type", "audio-source", "audio-reachable", "audio-address")
"""The rows for a sound whose content is not checked."""

FLAGS: Final = (
    Rule("watermark-type", "/parameters/watermark", BOOLEAN, default=False),
    Rule("prompt-extend-type", "/parameters/prompt_extend", BOOLEAN, default=True),
)

USUAL_SIZES: Final = ("1104*1472", "1472*1104", "960*1696", "1696*960")
"""Sizes that the newer pages recommend, below the least pixels that they print."""

LEAST_PIXELS: Final = Ambiguity(
    "the least pixels of an image",
    interpretations=(
        "1280*1280 (the newer pages, which also recommend 1104*1472 and 960*1696)",
        "768*768 (the page of winter 2025/26)",
    ),
    chosen="an error below 768*768, and a warning from there to 1280*1280, unless it is "
    "recommended: the newer figure cannot be exact",
    rules=("size-pixels", "size-advised"),
)

ALPHA_IGNORED: Final = Ambiguity(
    "an alpha channel",
    interpretations=(
        "the older page does not support PNG with an alpha channel",
        "the newer page ignores the channel",
    ),
    chosen="a warning",
    rules=("image-alpha",),
)


OSS_IMAGES: Final = Ambiguity(
    "oss:// for images",
    interpretations=(
        "only pages about videos name it",
        "the official SDK uploads local images and sends it",
    ),
    chosen="allowed",
    rules=("image-source",),
)


def upstream_body(*models: str) -> Rows:
    """Returns the rules for the body around ``input``; *models* are its names on the wire."""
    return (
        Rule("payload-type", "", OBJECT),
        Rule("model-value", "/model", OneOf(models), required=True),
        Rule("input-object", "/input", OBJECT, required=True),
    )


def upstream_image(
    pointer: str, *, sides: tuple[int, int], megabytes: int, required: bool = False
) -> Rows:
    """Returns the rules for an image, which may also be an ``oss://`` URL of the vendor."""
    rows: list[Rule] = []
    for row in image(pointer, sides=sides, opaque=False, required=required, bare=Severity.ERROR):
        if row.id == "image-dimensions":
            alpha = Opaque(formats=("PNG", "BMP", "WEBP"))
            rows.append(Rule("image-alpha", pointer, alpha, severity=Severity.WARNING))
        changed = {
            "image-source": Reference(oss=True),
            "image-bytes": FileSize(high=megabytes * MIB),
        }.get(row.id, row.constraint)
        rows.append(replace(row, constraint=changed))
    return tuple(rows)


def aspect_rule(pointer: str, longest: int, **more: Any) -> Rule:
    """Returns the rule for an image whose longer side is at most *longest* times the other."""
    limit = Aspect(low=(1, longest), high=(longest, 1))
    return Rule("image-aspect", pointer, limit, **more)


def text_image_size(pointer: str) -> Rows:
    """Returns the rules for the size of an image from text, whose least pixels are disputed."""
    advised = AdvisedPixels(768 * 768, 1280 * 1280, USUAL_SIZES)
    return (
        *size(pointer, (768 * 768, 1440 * 1440), default="1280*1280"),
        Rule(
            "size-advised",
            pointer,
            advised,
            severity=Severity.WARNING,
            message="size has fewer than 1280*1280 pixels and is none of the recommended sizes, so "
            "the API may refuse it",
        ),
    )


def image_parameters(
    sizes: Rows, *, has_negative: bool = False, counts_seeds: bool = False
) -> Rows:
    """Returns the rules of ``parameters`` for one to four images; *sizes* are those of the size.

    With *has_negative*, the negative prompt is a parameter, too. With *counts_seeds*, each image
    has the seed after the one before.
    """
    negative = negative_prompt("/parameters/negative_prompt", cut=True) if has_negative else ()
    seeds = (
        seed("/parameters/seed", n="/parameters/n", default_n=4)
        if counts_seeds
        else (Rule("seed-range", "/parameters/seed", SEEDS),)
    )
    return (
        Rule("parameters-type", "/parameters", OBJECT),
        billing_notice("/parameters", 4),
        *negative,
        *sizes,
        Rule("n-range", "/parameters/n", Between(1, 4), default=4),
        billing_notice("/parameters/n", 4),
        *FLAGS,
        *seeds,
    )


def build_image_outputs(*, price: Price, **more: Any) -> Images:
    """Returns the outputs of images that ``parameters`` decide on; *more* are fields."""
    return Images(
        count="/parameters/n",
        size="/parameters/size",
        seed="/parameters/seed",
        watermark="/parameters/watermark",
        price=price,
        **more,
    )


def build_counted_outputs(*, price: Price, **more: Any) -> Images:
    """Returns the outputs of images whose page documents their count and their bill."""
    return build_image_outputs(
        price=price,
        has_image_count=True,
        billing="only images that were generated successfully are billed",
        **more,
    )


def upstream_audio(pointer: str) -> Rows:
    """Returns the rules for a sound, which must be a URL; its content is not checked."""
    rows = [replace(row, nullable=False) for row in audio(pointer) if row.id in URL_ROWS]
    source = Reference(AUDIO_VIEW, oss=True, data=False)
    return tuple(
        replace(row, constraint=source) if row.id == "audio-source" else row for row in rows
    )
