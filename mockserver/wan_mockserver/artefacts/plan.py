"""What a payload asks to be made: how many pictures of which sides, or how long a film."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import isqrt
from random import Random
from typing import Any, Final

from wan_validators.constraints.size import parse_sides
from wan_validators.media import reference
from wan_validators.outputs import AREA, TIERS, Images, Price, Videos
from wan_validators.source import json_pointer
from wan_validators.source.json_pointer import MISSING
from wan_validators.spec import ModelSpec

SEEDS: Final = 2**31
"""There are as many seeds, from 0; the one after the last is 0 again."""

GRID: Final = 16
"""Sides that the payload does not give are multiples of this many pixels."""


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
    """A text between the pictures of an interleaved answer."""

    text: str


Part = Picture | Film | Words


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of one task's output, in their order.

    *unit* is what the price list charges for: ``image``, or a second of video by its tier.
    """

    parts: tuple[Part, ...]
    unit: str


def plan(spec: ModelSpec, payload: Any, seed: int, *, interleaved: bool = False) -> Plan:
    """What *payload*, unwrapped and without errors, asks for.

    *seed* serves where the payload gives none. With *interleaved* texts are made between
    the images even if the payload does not ask for them. The same four always give the same
    plan.
    """
    outputs = spec.outputs
    given = spec.value(payload, outputs.seed)
    first = (seed if given is MISSING else given) % SEEDS
    if isinstance(outputs, Videos):
        return _film(spec, outputs, payload, first)
    return _pictures(spec, outputs, payload, first, interleaved=interleaved)


def cost(price: Price, plan: Plan) -> Decimal | None:
    """What *plan* costs in USD; None if *price* has no such unit."""
    usd = price.usd.get(plan.unit)
    return None if usd is None else usd * sum(map(_units, plan.parts))


def keep_images(plan: Plan, max_images: int) -> Plan:
    """*plan* with only its first *max_images* images, one fewer than it has at most.

    The last image that there is stays.
    """
    pictures = [part for part in plan.parts if isinstance(part, Picture)]
    kept = pictures[: max(1, min(max_images, len(pictures) - 1))]
    parts = tuple(part for part in plan.parts if not isinstance(part, Picture) or part in kept)
    return Plan(parts, plan.unit)


def _units(part: Part) -> int:
    match part:
        case Picture():
            return 1
        case Film(seconds=seconds):
            return seconds
        case Words():
            return 0


def _pictures(
    spec: ModelSpec, outputs: Images, payload: Any, seed: int, *, interleaved: bool
) -> Plan:
    width, height = _picture_sides(spec, outputs, payload)
    watermark = _is_flag_set(spec, payload, outputs.watermark)
    asked = _is_flag_set(spec, payload, outputs.interleave)
    if asked and outputs.max_images is not None:
        most = spec.value(payload, outputs.max_images)
        count = Random(seed).randint(1, most)  # noqa: S311  (must repeat, need not surprise)
    else:
        count = spec.value(payload, outputs.count)
    pictures = tuple(
        Picture(width, height, (seed + nth) % SEEDS, watermark) for nth in range(count)
    )
    if not (asked or interleaved):
        return Plan(pictures, "image")
    texts = _texts(count, _prompt_length(spec, payload))
    parts = (part for pair in zip(texts, pictures, strict=True) for part in pair)
    return Plan(tuple(parts), "image")


def _film(spec: ModelSpec, outputs: Videos, payload: Any, seed: int) -> Plan:
    tier = spec.value(payload, outputs.resolution)
    width, height = _sides(TIERS[tier], *_aspect(payload, outputs.input, otherwise=(16, 9)))
    duration = spec.value(payload, outputs.duration)
    seconds = outputs.seconds if duration is MISSING else duration
    audio = _is_present(spec, payload, outputs.audio_url) or _is_flag_set(
        spec, payload, outputs.audio
    )
    return Plan((Film(width, height, seconds, outputs.fps, audio, seed),), tier)


def _is_flag_set(spec: ModelSpec, payload: Any, at: str | None) -> bool:
    """Whether the flag at *at* is true; a model without the flag is never asked."""
    return at is not None and spec.value(payload, at) is True


def _is_present(spec: ModelSpec, payload: Any, at: str | None) -> bool:
    """Whether there is anything but null at *at*; a model without the member has nothing."""
    return at is not None and spec.value(payload, at) is not MISSING


def _picture_sides(spec: ModelSpec, outputs: Images, payload: Any) -> tuple[int, int]:
    given = parse_sides(spec.value(payload, outputs.size))
    if given is not None:
        return given
    return _sides(AREA, *_clamp_aspect(*_aspect(payload, outputs.inputs, otherwise=(1, 1))))


def _clamp_aspect(width: int, height: int) -> tuple[int, int]:
    """The nearest aspect from 1:4 to 4:1, as two integers (S0, S2, S4: the range of a size)."""
    return min(max(4 * width, height), 16 * height), 4 * height


def _sides(pixels: int, width: int, height: int) -> tuple[int, int]:
    """Sides of at most *pixels* in all, in the aspect *width* to *height*, cut to the grid."""
    across = isqrt(pixels * width // height)
    down = isqrt(pixels * height // width)
    return across // GRID * GRID, down // GRID * GRID


def _aspect(payload: Any, at: str | None, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Finds width and height of the last input image.

    Returns *otherwise* if they cannot be read here, or if the model takes no image.
    """
    if at is None:
        return otherwise
    found = [value for _, value in json_pointer.find(payload, json_pointer.parse(at))]
    listed = [item for value in found for item in (value if type(value) is list else [value])]
    images = [item for item in listed if type(item) is str]
    facts = reference.parse_image_reference(images[-1]) if images else None
    return otherwise if facts is None else facts.header.sides or otherwise


def _prompt_length(spec: ModelSpec, payload: Any) -> int:
    """How many characters the prompt has, wherever the model keeps it."""
    found = json_pointer.find(payload, spec.rule("prompt-type").path)
    return sum(len(text) for _, text in found if type(text) is str)


def _texts(count: int, length: int) -> tuple[Words, ...]:
    about = f"of {count}, after a prompt of length {length}"
    return tuple(
        Words(f"Picture {nth + 1} {about}: {_SCENES[nth % len(_SCENES)]}.") for nth in range(count)
    )


_SCENES: Final = (
    "the land lies still in the first light",
    "the view opens towards the far ridges",
    "the sun stands over the hills",
    "the shadows of the slopes grow long",
    "the day ends behind the last ridge",
)
