"""Rules and ambiguities that several models of Vtrix share."""

from __future__ import annotations

from typing import Final

from .ambiguity import Ambiguity
from .constraints.basic import OBJECT, Items, OneOf
from .frozen import replace
from .outputs import Images, Price
from .shared_ambiguities import (
    ALPHA,
    BARE_BASE64_REJECTED,
    LEADING_ZEROS,
    MEGABYTES,
    MODEL_IN_HEADER,
    NULL,
    ORIENTATION,
    SEED_SPAN,
    WHOLE_FLOATS,
)
from .shared_prices import build_image_price
from .shared_rules import (
    SEEDS,
    Rows,
    audio,
    image,
    negative_prompt,
    prompt,
    size,
)
from .spec import Rule, Severity
from .upstream_messages import CONTENT, message_rules
from .upstream_rules import (
    FLAGS,
    URL_ROWS,
    build_image_outputs,
    image_parameters,
    upstream_body,
)

__all__ = [
    "COMMON_AMBIGUITIES",
    "SIZE_SIGN",
    "TEXT_TO_IMAGE_AMBIGUITIES",
    "TEXT_TO_IMAGE_GAPS",
    "TEXT_TO_IMAGE_PRICE",
    "build_edit_ambiguities",
    "build_edit_outputs",
    "build_edit_rules",
    "build_one_text_rules",
    "build_text_to_image_rules",
    "build_video_parameters",
    "build_video_sound",
    "image_of_unknown_limits",
]

TEXT_TO_IMAGE_PIXELS: Final = (1104 * 1472, 1440 * 1440)
"""The smallest recommended size is 1104*1472, below the printed least of 1280*1280 pixels."""

LIMITED_IMAGE_ROWS: Final = ("image-format", "image-dimensions", "image-bytes")
"""The rows with limits that only some pages have."""

COMMON_AMBIGUITIES: Final = (NULL, WHOLE_FLOATS, MODEL_IN_HEADER)

TEXT_TO_IMAGE_AMBIGUITIES: Final = (
    *COMMON_AMBIGUITIES,
    LEADING_ZEROS,
    Ambiguity(
        "the smallest size",
        interpretations=(
            "at least 1280*1280 pixels in total",
            "the same page recommends 1104*1472 and 960*1696, which have fewer",
        ),
        chosen="at least those of 1104*1472, the smallest that is recommended",
        rules=("size-pixels",),
    ),
    Ambiguity(
        "text over the limit",
        interpretations=(
            "the readable parts of the pages give only the limit",
            "the pages of other Wan 2.5 models at this vendor say that it is truncated",
        ),
        chosen="truncated, with a warning",
        rules=("prompt-length", "negative-prompt-length"),
    ),
)

SIZE_SIGN: Final = Ambiguity(
    "the character between width and height",
    interpretations=(
        "the prose prints the multiplication sign",
        "the format is width*height",
    ),
    chosen="an asterisk",
    rules=("size-format",),
)

TEXT_TO_IMAGE_PRICE: Final = build_image_price(
    "0.03", "several public price lists of the upstream model", "medium"
)
TEXT_TO_IMAGE_GAPS: Final = (
    "whether a text over the limit is rejected or cut",
    "the seeds of the further images of one request",
)


def build_edit_rules(model: str) -> Rows:
    """Returns the rules of a model that edits one to three images (S2)."""
    return (
        *upstream_body(model),
        *prompt("/input/prompt", 2000, cut=True),
        Rule("images-count", "/input/images", Items(1, 3), required=True),
        *image("/input/images/*", sides=(384, 5000), opaque=True, bare=Severity.ERROR),
        *negative_prompt("/input/negative_prompt", cut=True),
        *image_parameters(
            size("/parameters/size", (768 * 768, 1280 * 1280), default="1280*1280"),
            counts_seeds=True,
        ),
    )


def build_edit_outputs(*, price: Price) -> Images:
    """Returns the outputs of a model that edits images."""
    return build_image_outputs(price=price, inputs="/input/images", keeps_aspect=True)


def build_edit_ambiguities(newer: str) -> tuple[Ambiguity, ...]:
    """Returns the ambiguities of a model that edits images; *newer* is the model after it."""
    return (
        BARE_BASE64_REJECTED,
        MEGABYTES,
        ALPHA,
        ORIENTATION,
        SEED_SPAN,
        *COMMON_AMBIGUITIES,
        LEADING_ZEROS,
        Ambiguity(
            "text over the limit",
            interpretations=(
                "the prose says that it is truncated",
                f"{newer} at the same vendor says so too, but has codes that reject it",
            ),
            chosen="truncated, with a warning: this page has no codes",
            rules=("prompt-length", "negative-prompt-length"),
        ),
        Ambiguity(
            "the size when none is given",
            interpretations=(
                "the default is 1280*1280",
                "the aspect of the last image, with about 1280*1280 pixels in total",
            ),
            chosen="the aspect of the last image",
            rules=("size-format",),
        ),
        SIZE_SIGN,
        Ambiguity(
            f"n when moving to or from {newer}",
            interpretations=("the default here is 4", "the default there is 1"),
            chosen="the default of each page, with an info if n is absent",
            rules=("n-default",),
        ),
    )


def build_text_to_image_rules(model: str) -> Rows:
    """Returns the rules of a model that makes images from text, as on its two pages."""
    return (
        *upstream_body(model),
        *prompt("/input/prompt", 2000, cut=True),
        *negative_prompt("/input/negative_prompt", cut=True),
        *image_parameters(_text_image_size()),
    )


def build_one_text_rules(model: str) -> Rows:
    """Returns the rules of a model that makes images from one text in one message.

    The page was read down to the size; the other parameters are those of the upstream model.
    """
    return (
        *(row for row in message_rules(model) if row.id != "content-array"),
        Rule("content-array", CONTENT, Items(1, 1), required=True),
        Rule("content-part-type", f"{CONTENT}/0", OBJECT),
        *prompt(f"{CONTENT}/0/text", 2100, cut=True),
        *image_parameters(_text_image_size(), has_negative=True),
    )


def image_of_unknown_limits(pointer: str) -> Rows:
    """Returns the rules for a required image whose page gives neither formats nor sizes."""
    rows = image(pointer, sides=(0, 0), opaque=False, required=True, bare=Severity.ERROR)
    return tuple(row for row in rows if row.id not in LIMITED_IMAGE_ROWS)


def build_video_sound(pointer: str, *, limited: bool) -> Rows:
    """Returns the rules for a sound, without those of its content unless *limited*."""
    rows = (replace(row, nullable=False) for row in audio(pointer))
    return tuple(row for row in rows if limited or row.id in URL_ROWS)


def build_video_parameters(resolution: Rule) -> Rows:
    """Returns the rules for the parameters of a video; *resolution* is about its size."""
    return (
        Rule("parameters-type", "/parameters", OBJECT),
        resolution,
        Rule("duration-choice", "/parameters/duration", OneOf((5, 10)), default=5),
        *FLAGS,
        Rule("seed-range", "/parameters/seed", SEEDS),
    )


def _text_image_size() -> Rows:
    return size("/parameters/size", TEXT_TO_IMAGE_PIXELS, default="1280*1280")
