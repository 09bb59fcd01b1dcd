"""Plans the output of a payload: the number and sides of pictures, or the length of a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from math import isqrt
from random import Random
from typing import Any, Final

from wan_validators.constraints.size import parse_sides
from wan_validators.media import reference
from wan_validators.outputs import (
    AREA,
    RATIO_SIDES,
    TIERS,
    Images,
    Price,
    Videos,
    find_tier,
)
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec

__all__ = [
    "GRID",
    "SEEDS",
    "Artefact",
    "Film",
    "Part",
    "Picture",
    "Plan",
    "Words",
    "content_type",
    "cost",
    "extension",
    "keep_images",
    "plan",
    "replace_texts",
]

SEEDS: Final = 2**31
"""The number of seeds; they start at 0, and 0 follows the last one."""

GRID: Final = 16
"""Sides that are not in the payload are multiples of this many pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of exactly *width* by *height* pixels, drawn from *seed*.

    *watermark* asks for "AI Generated" in the lower right corner.
    """

    width: int
    height: int
    seed: int
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class Film:
    """A video of *seconds* times *fps* frames, drawn from *seed*.

    Both sides are even and at least 16. *audio* asks for a sound track of the same length.
    """

    width: int
    height: int
    seconds: int
    fps: int
    audio: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Words:
    """A text between the pictures of an interleaved output."""

    text: str


Artefact = Picture | Film
"""A part of a plan that is a file."""

Part = Artefact | Words

_TYPES: Final = {Picture: ("image/png", "png"), Film: ("video/mp4", "mp4")}


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of one task's output, in order.

    *unit* is the unit in the price list: ``image``, or a second of video by its tier.
    """

    parts: tuple[Part, ...]
    unit: str


def content_type(artefact: Artefact) -> str:
    """Returns the MIME type of the file."""
    return _TYPES[type(artefact)][0]


def extension(artefact: Artefact) -> str:
    """Returns the file extension, without the dot."""
    return _TYPES[type(artefact)][1]


def plan(spec: ModelSpec, payload: Any, seed: int, *, interleaved: bool = False) -> Plan:
    """Plans the output of *payload*, which is unwrapped and has no errors.

    *seed* is the default for a payload without a seed. With *interleaved* the plan has texts
    between the images, even if the payload does not ask for them. Equal arguments give equal
    plans.
    """
    outputs = spec.outputs
    own_seed = spec.value(payload, outputs.seed)
    first = (seed if own_seed is MISSING else own_seed) % SEEDS
    if isinstance(outputs, Videos):
        return _plan_film(spec, outputs, payload, first)
    return _plan_pictures(spec, outputs, payload, first, interleaved=interleaved)


def cost(price: Price, plan: Plan) -> Decimal | None:
    """Returns the cost of *plan* in USD, or None if *price* does not have its unit."""
    usd = price.usd.get(plan.unit)
    return None if usd is None else usd * sum(map(_count_units, plan.parts))


def keep_images(plan: Plan, max_images: int) -> Plan:
    """Returns *plan* with its first *max_images* images, but at least one fewer than before.

    It keeps at least one image.
    """
    pictures = [part for part in plan.parts if isinstance(part, Picture)]
    kept = pictures[: max(1, min(max_images, len(pictures) - 1))]
    parts = tuple(part for part in plan.parts if not isinstance(part, Picture) or part in kept)
    return Plan(parts, plan.unit)


def replace_texts(plan: Plan, texts: Sequence[str]) -> Plan:
    """Returns *plan* with *texts*, in turn, in place of its own."""
    said = cycle(texts)
    parts = tuple(Words(next(said)) if isinstance(part, Words) else part for part in plan.parts)
    return Plan(parts, plan.unit)


def _count_units(part: Part) -> int:
    match part:
        case Picture():
            return 1
        case Film(seconds=seconds):
            return seconds
        case Words():
            return 0


def _plan_pictures(
    spec: ModelSpec, outputs: Images, payload: Any, seed: int, *, interleaved: bool
) -> Plan:
    width, height = _find_picture_sides(spec, outputs, payload)
    watermark = _is_flag_set(spec, payload, outputs.watermark)
    is_interleaved = _is_flag_set(spec, payload, outputs.interleave)
    if is_interleaved and outputs.max_images is not None:
        most = spec.value(payload, outputs.max_images)
        count = Random(seed).randint(1, most)  # noqa: S311  (must be reproducible, not secure)
    else:
        count = spec.value(payload, outputs.count)
        if _is_flag_set(spec, payload, outputs.sequential):
            count = Random(seed).randint(1, count)  # noqa: S311  (as above)
    pictures = tuple(
        Picture(width, height, (seed + nth) % SEEDS, watermark) for nth in range(count)
    )
    if not (is_interleaved or interleaved):
        return Plan(pictures, "image")
    texts = _build_texts(count, _prompt_length(spec, payload), seed)
    parts = (part for pair in zip(texts, pictures, strict=True) for part in pair)
    return Plan(tuple(parts), "image")


def _plan_film(spec: ModelSpec, outputs: Videos, payload: Any, seed: int) -> Plan:
    resolution = spec.value(payload, outputs.resolution)
    tier = find_tier(resolution)
    aspect = _find_aspect(payload, outputs.input, default=(0, 0))
    if aspect == (0, 0) and outputs.ratio:
        ratio = spec.value(payload, outputs.ratio)
        width, height = RATIO_SIDES[tier, "16:9" if ratio is MISSING else ratio]
    else:
        sides = aspect if aspect != (0, 0) else (16, 9)
        width, height = parse_sides(resolution) or _compute_sides(TIERS[tier], *sides)
    duration = spec.value(payload, outputs.duration)
    seconds = outputs.seconds if duration is MISSING or duration == 0 else duration
    is_flagged = _is_flag_set(spec, payload, outputs.audio)
    has_url = _is_present(spec, payload, outputs.audio_url) and not outputs.audio_wins
    audio = outputs.always_audio or has_url or is_flagged
    return Plan((Film(width, height, seconds, outputs.fps, audio, seed),), tier)


def _is_flag_set(spec: ModelSpec, payload: Any, at: str | None) -> bool:
    """Returns True if the flag at *at* is true; *at* is None for a model without the flag."""
    return at is not None and spec.value(payload, at) is True


def _is_present(spec: ModelSpec, payload: Any, at: str | None) -> bool:
    """Returns True if *at* has a value; *at* is None for a model without the member."""
    return at is not None and spec.value(payload, at) is not MISSING


def _find_picture_sides(spec: ModelSpec, outputs: Images, payload: Any) -> tuple[int, int]:
    given = json_pointer.value(payload, json_pointer.parse(outputs.size))
    sides = parse_sides(given if outputs.keeps_aspect else spec.value(payload, outputs.size))
    if sides is not None:
        return sides
    token = spec.value(payload, outputs.size)
    area = outputs.tokens.get(token, AREA) if type(token) is str else AREA
    return _compute_sides(
        area, *_clamp_aspect(*_find_aspect(payload, outputs.inputs, default=(1, 1)))
    )


def _clamp_aspect(width: int, height: int) -> tuple[int, int]:
    """Limits an aspect to 1:4 to 4:1, the range of a size (S0, S2, S4)."""
    return min(max(4 * width, height), 16 * height), 4 * height


def _compute_sides(pixels: int, width: int, height: int) -> tuple[int, int]:
    """Returns sides of at most *pixels* in total, in the given aspect, as multiples of GRID."""
    across = isqrt(pixels * width // height)
    down = isqrt(pixels * height // width)
    return across // GRID * GRID, down // GRID * GRID


def _find_aspect(payload: Any, at: str | None, default: tuple[int, int]) -> tuple[int, int]:
    """Returns width and height of the last input image.

    Returns *default* if they cannot be read here, or if the model takes no image.
    """
    if at is None:
        return default
    found = [value for _, value in json_pointer.find(payload, json_pointer.parse(at))]
    listed = [item for value in found for item in (value if type(value) is list else [value])]
    frames = [item["url"] for item in listed if _is_first_frame(item)]
    images = frames or [item for item in listed if type(item) is str]
    facts = reference.parse_image_reference(images[-1]) if images else None
    return default if facts is None else facts.header.sides or default


def _is_first_frame(item: Any) -> bool:
    return type(item) is dict and item.get("type") == "first_frame"


def _prompt_length(spec: ModelSpec, payload: Any) -> int:
    """Returns the number of characters of the prompt."""
    found = json_pointer.find(payload, spec.rule("prompt-type").path)
    return sum(len(text) for _, text in found if type(text) is str)


def _build_texts(count: int, length: int, seed: int) -> tuple[Words, ...]:
    """Builds a text for each picture; no page says what it is like, so *seed* varies it."""
    about = f"of {count}, after a prompt of length {length}"
    texts = []
    for nth in range(count):
        before, after = _TEXT_EDGES[(seed + nth) % len(_TEXT_EDGES)]
        scene = _SCENES[nth % len(_SCENES)]
        texts.append(Words(f"{before}Picture {nth + 1} {about}: {scene}.{after}"))
    return tuple(texts)


_TEXT_EDGES: Final = (
    ("", ""),
    ("  ", "\n"),
    ("\u201c", "\u201d"),
    ("", " \u2014 山水画 \U0001f304"),
    ("\n\n", " \u00a0"),
)
"""What comes before and after a text: clients may wrongly strip, decode or normalise it."""


_SCENES: Final = (
    "the land lies still in the first light",
    "the view opens towards the far ridges",
    "the sun stands over the hills",
    "the shadows of the slopes grow long",
    "the day ends behind the last ridge",
)
