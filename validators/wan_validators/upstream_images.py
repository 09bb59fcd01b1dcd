"""Rules of the upstream family wan2.7-image: separate images, or a sequence of them."""

from __future__ import annotations

from typing import Final

from .ambiguity import Ambiguity
from .constraints.basic import (
    BOOLEAN,
    OBJECT,
    STRING,
    Absent,
    Between,
    BetweenIf,
    Items,
    ObjectCount,
)
from .constraints.items import Percentage, PercentageSum
from .constraints.relations import EntryPerItem, LimitWithItem
from .constraints.size import Pixels, Ratio, Size, TwoPartSize
from .frozen import replace
from .outputs import Images, Price
from .shared_ambiguities import LEADING_ZEROS, MEGABYTES, ORIENTATION, WHOLE_FLOATS
from .shared_prices import build_image_price
from .shared_rules import SEEDS, Rows, maximum_notice, no_effect
from .spec import Equals, Rule, Severity
from .upstream_messages import (
    CONTENT,
    FAILED_TASK,
    IMAGE,
    PARAMETERS,
    SIZE,
    N,
    build_message_outputs,
    message_rules,
    part_rules,
)
from .upstream_rules import ALPHA_IGNORED, OSS_IMAGES, aspect_rule, upstream_image

__all__ = [
    "SEQUENCE_AMBIGUITIES",
    "build_sequence_outputs",
    "build_sequence_price",
    "build_sequence_rules",
]

SEQUENTIAL: Final = Equals(f"{PARAMETERS}/enable_sequential", value=True, default=False)
SEPARATE: Final = ~SEQUENTIAL
MOST: Final = Between(1, 12)
BOXES: Final = Items(0, 9)
TOTALS: Final = {"1K": 1024 * 1024, "2K": 2048 * 2048, "4K": 4096 * 4096}
"""The total pixels of each token."""

SEQUENCE_AMBIGUITIES: Final = (
    ALPHA_IGNORED,
    FAILED_TASK,
    MEGABYTES,
    ORIENTATION,
    WHOLE_FLOATS,
    LEADING_ZEROS,
    Ambiguity(
        "n when moving from an older model",
        interpretations=("the default is 1 here", "it is 4 at every older model of the vendor"),
        chosen="1, as this page says, or 12 for a sequence",
        rules=("n-separate",),
    ),
    Ambiguity(
        "the number of texts in the content",
        interpretations=(
            "the page gives no number",
            "exactly one, as for the older models with messages",
        ),
        chosen="a warning for any number but one",
        rules=("text-count",),
    ),
    OSS_IMAGES,
)


def build_sequence_rules(
    model: str, *, tokens: tuple[str, ...] = ("1K", "2K"), sequence_tokens: tuple[str, ...] = ()
) -> Rows:
    """Returns the rules of *model*; the last of *tokens* is the largest separate image.

    *sequence_tokens* are those of a sequence if they differ.
    """
    few = sequence_tokens or tokens
    from_text = _build_from_text_rule(tokens, few) if few != tokens else ()
    return (
        *message_rules(model),
        *part_rules(5000, one_text=False),
        Rule("images-count", CONTENT, ObjectCount("image", 0, 9)),
        *upstream_image(IMAGE, sides=(240, 8000), megabytes=20),
        aspect_rule(IMAGE, 8),
        Rule("parameters-type", PARAMETERS, OBJECT),
        Rule("sequential-type", SEQUENTIAL.pointer, BOOLEAN, default=False),
        Rule("n-range", N, MOST),
        Rule("n-separate", N, BetweenIf(MOST, Between(1, 4)), when=SEPARATE, default=1),
        replace(maximum_notice(N, 12, SEQUENTIAL), default=12),
        Rule("seed-range", f"{PARAMETERS}/seed", SEEDS),
        *_build_size_rules(tokens, few),
        *from_text,
        Rule("watermark-type", f"{PARAMETERS}/watermark", BOOLEAN, default=False),
        Rule("thinking-mode-type", f"{PARAMETERS}/thinking_mode", BOOLEAN, default=True),
        no_effect("thinking-mode-mode", f"{PARAMETERS}/thinking_mode", SEQUENTIAL),
        Rule(
            "thinking-mode-images",
            f"{PARAMETERS}/thinking_mode",
            LimitWithItem(CONTENT, "image", None, BOOLEAN, Absent()),
            severity=Severity.INFO,
            when=SEPARATE,
            message="thinking_mode has no effect when there is an image",
        ),
        Rule("bbox-list-type", f"{PARAMETERS}/bbox_list", BOXES),
        Rule("bbox-list-images", f"{PARAMETERS}/bbox_list", EntryPerItem(CONTENT, "image", BOXES)),
        Rule("bbox-boxes", f"{PARAMETERS}/bbox_list/*", Items(0, 2)),
        Rule("color-palette-count", f"{PARAMETERS}/color_palette", Items(3, 10)),
        Rule("color-palette-sum", f"{PARAMETERS}/color_palette", PercentageSum("ratio")),
        Rule(
            "color-palette-mode",
            f"{PARAMETERS}/color_palette",
            Absent(),
            severity=Severity.WARNING,
            when=SEQUENTIAL,
            message="color_palette is only for images without enable_sequential=true",
        ),
        Rule("color-type", f"{PARAMETERS}/color_palette/*", OBJECT),
        Rule("color-hex-type", f"{PARAMETERS}/color_palette/*/hex", STRING, required=True),
        Rule("color-ratio-type", f"{PARAMETERS}/color_palette/*/ratio", STRING, required=True),
        Rule("color-ratio-format", f"{PARAMETERS}/color_palette/*/ratio", Percentage()),
    )


def _build_from_text_rule(tokens: tuple[str, ...], few: tuple[str, ...]) -> Rows:
    """Returns the rule that the sizes beyond *few* are made from text alone."""
    largest = Pixels(768 * 768, TOTALS[tokens[-1]], tokens)
    smaller = Pixels(768 * 768, TOTALS[few[-1]], few)
    return (
        Rule(
            "size-with-images",
            SIZE,
            LimitWithItem(CONTENT, "image", None, largest, smaller),
            when=SEPARATE,
            message="4K, and more than 2048*2048 pixels, are made from text without images only",
        ),
    )


def _build_size_rules(tokens: tuple[str, ...], few: tuple[str, ...]) -> Rows:
    """Returns the rules of the size, with two sets of limits if a sequence allows less."""
    known = TOTALS[tokens[-1]], TOTALS[few[-1]]
    sets: tuple[tuple[tuple[str, ...], int, Equals | None], ...] = (
        ((tokens, known[0], None),)
        if tokens == few
        else ((tokens, known[0], SEPARATE), (few, known[1], SEQUENTIAL))
    )
    return (
        Rule("size-type", SIZE, STRING, default="2K"),
        *(Rule("size-format", SIZE, TwoPartSize(each), when=when) for each, _, when in sets),
        Rule("size-integers", SIZE, Size(tokens)),
        *(
            Rule("size-pixels", SIZE, Pixels(768 * 768, most, tokens), when=when)
            for _, most, when in sets
        ),
        Rule("size-ratio", SIZE, Ratio((1, 8), (8, 1), tokens)),
    )


def build_sequence_price(usd: str) -> Price:
    """Returns the price of a model that costs *usd* an image."""
    return build_image_price(usd, "the vendor's skill for agents, April 2026", "medium")


def build_sequence_outputs(*tokens: str, price: Price) -> Images:
    """Returns the outputs of a model that takes *tokens* as sizes."""
    totals = {name: TOTALS[name] for name in tokens}
    return build_message_outputs(price=price, sequential=SEQUENTIAL.pointer, tokens=totals)
