"""Rules of the upstream models of the family 2.7, which take ``input.media``."""

from __future__ import annotations

from typing import Any, Final

from .ambiguity import Ambiguity
from .constraints.basic import BOOLEAN, OBJECT, Constraint, Items, OneOf
from .constraints.items import TypeCount, TypeSets, UrlOnly
from .constraints.media import MEDIA_VIEW, AddressesFile
from .frozen import replace
from .outputs import Price, Videos
from .shared_rules import SEEDS, Rows, negative_prompt, prompt
from .source.json_pointer import MISSING
from .spec import Rule
from .upstream_rules import aspect_rule, upstream_audio, upstream_body, upstream_image
from .upstream_videos import INPUT_USAGE, build_video_outputs, tier_choice

__all__ = [
    "FAMILY_CHANGES",
    "INPUT_LENGTH_GAP",
    "MEDIA",
    "RATIOS",
    "VIDEO_GAP",
    "build_family_outputs",
    "build_family_rules",
    "media_rules",
    "url_rules",
]

MEDIA: Final = "/input/media"
RATIOS: Final = ("16:9", "9:16", "1:1", "4:3", "3:4")

FAMILY_CHANGES: Final = Ambiguity(
    "what changed with the family 2.7",
    interpretations=(
        "its pages say that watermark was true, prompt 800 and negative_prompt a parameter",
        "the pages of the family 2.6 say false, 1500 and a member of input",
    ),
    chosen="each family as on its own pages",
    rules=("watermark-type",),
)
VIDEO_GAP: Final = "the sides, the aspect and the seconds of videos, which are not in the payload"
INPUT_LENGTH_GAP: Final = (
    'the seconds of input videos, which are billed, too; costs are "at least" those of the output'
)


def media_rules(
    sets: tuple[tuple[TypeCount, ...], ...],
    *,
    items: Items | None = None,
    voice: bool = False,
) -> Rows:
    """Returns the rules of ``media``; *sets* are the types that go together.

    *items* is the number of all items. Only images can be base64. With *voice*, an item may have
    a ``reference_voice``.
    """
    names = tuple(dict.fromkeys(count.name for each in sets for count in each))
    files = tuple(name for name in names if not name.endswith(("frame", "image")))
    counted = [Rule("media-count", MEDIA, items, required=True)] if items else []
    return (
        *counted,
        Rule("media-set", MEDIA, TypeSets(sets), required=not items),
        Rule("media-item", f"{MEDIA}/*", OBJECT),
        *([Rule("media-data", f"{MEDIA}/*", UrlOnly(files))] if files else []),
        Rule("media-kind", f"{MEDIA}/*/type", OneOf(names), required=True),
        *url_rules(f"{MEDIA}/*/url"),
        aspect_rule(f"{MEDIA}/*/url", 8),
        *(upstream_audio(f"{MEDIA}/*/reference_voice") if voice else ()),
    )


def url_rules(pointer: str, *, required: bool = True) -> Rows:
    """Returns the rules of a URL of any kind of file, and of an image as base64."""
    rows = upstream_image(pointer, sides=(240, 8000), megabytes=20, required=required)
    any_file = AddressesFile(MEDIA_VIEW)
    return tuple(
        replace(row, constraint=any_file) if isinstance(row.constraint, AddressesFile) else row
        for row in rows
    )


def build_family_rules(
    *models: str,
    media: Rows = (),
    needs_prompt: bool = False,
    duration: Constraint,
    default_duration: int = 5,
    ratio: str | None = None,
    has_ratio: bool = False,
    more: Rows = (),
) -> Rows:
    """Returns the rules of a model of this family; *models* are its names.

    *ratio* is the default of the member ``ratio``, if the model has one.
    """
    kind, *texts = prompt("/input/prompt", 5000, cut=True)
    if not needs_prompt:
        # The official SDK sends null for a call without a prompt.
        kind = replace(kind, required=False, nullable=True)
    default = MISSING if ratio is None else ratio
    ratio_rule = Rule("ratio-choice", "/parameters/ratio", OneOf(RATIOS), default=default)
    length = Rule("duration-choice", "/parameters/duration", duration, default=default_duration)
    return (
        *upstream_body(*models),
        kind,
        *texts,
        *negative_prompt("/input/negative_prompt", cut=True),
        *media,
        Rule("parameters-type", "/parameters", OBJECT),
        tier_choice("720P", "1080P"),
        *((ratio_rule,) if has_ratio else ()),
        length,
        Rule("prompt-extend-type", "/parameters/prompt_extend", BOOLEAN, default=True),
        Rule("watermark-type", "/parameters/watermark", BOOLEAN, default=False),
        Rule("seed-range", "/parameters/seed", SEEDS),
        *more,
    )


def build_family_outputs(
    *, price: Price, has_media: bool = True, usage: tuple[str, ...] = INPUT_USAGE, **more: Any
) -> Videos:
    """Returns the outputs of a model of this family; all of its videos have sound."""
    return build_video_outputs(
        "resolution",
        fps=24,
        always_audio=True,
        hides_prompt=True,
        billed_inputs=MEDIA if has_media else None,
        price=price,
        usage=usage,
        **more,
    )
