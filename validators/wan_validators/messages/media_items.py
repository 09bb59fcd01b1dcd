"""Moves URLs of other APIs into ``media``, an array of objects with a type and a URL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..constraints.items import VIDEO_TYPES, TypeSets, count_videos
from ..source.json_pointer import MISSING
from ..spec import UNKNOWN_MEMBER, ModelSpec
from .context import Change, Context, Hint
from .names import find_meanings, last_name, normalize_name

__all__ = ["propose_media_items"]

_TYPES: Final = {
    "image": ("first_frame", "reference_image"),
    "last_frame": ("last_frame",),
    "video": VIDEO_TYPES,
    "audio_url": ("driving_audio",),
}
"""The types of an item by what the name of a member means."""
_REFERENCES: Final = "referenceurl"
_MAX_MOVES = 20


def propose_media_items(context: Context, pointer: str) -> Iterator[Hint]:
    """Yields the move of unknown members into ``media``, if the one at *pointer* is among them.

    *pointer* may also be that of ``media`` itself, if it is missing.
    """
    place, types = _find_media(context.spec)
    present = context.value(place) if place else None
    if present is not MISSING and type(present) is not list:
        return
    strays = [each.pointer for each in context.findings if each.row.id == UNKNOWN_MEMBER]
    moved = {
        each: items
        for each in strays[:_MAX_MOVES]
        if (items := _build_items(last_name(each), context.value(each), types))
    }
    items = present if type(present) is list else []
    new = [item for group in moved.values() for item in group]
    new = [item for index, item in enumerate(new) if item not in (*items, *new[:index])]
    if pointer not in (*moved, place) or not new:
        return
    *others, last = map(last_name, moved)
    names = f"{', '.join(others)} and {last}" if others else last
    shown = ", ".join(f'{{"type": "{each["type"]}", "url": …}}' for each in new)
    yield Hint(
        f"move {names} into {context.to_outer(place)}, as {shown}",
        (*map(Change, moved), Change(place, [*items, *new])),
    )


def _find_media(spec: ModelSpec) -> tuple[str, Sequence[str]]:
    """Returns the pointer of the array and the types of its items, "" for a model without it."""
    for rule in spec.rules:
        if isinstance(rule.constraint, TypeSets):
            counts = [count for each in rule.constraint.sets for count in each]
            return rule.pointer, tuple(dict.fromkeys(count.name for count in counts))
    return "", ()


def _build_items(name: str, value: Any, types: Sequence[str]) -> list[dict[str, str]]:
    """Returns the items for a member of another API: a URL, or an array of URLs."""
    urls = value if type(value) is list else [value]
    if not all(type(url) is str for url in urls):
        return []
    found = [(_find_type(name, url, types), url) for url in urls]
    return [{"type": kind, "url": url} for kind, url in found if kind]


def _find_type(name: str, url: str, types: Sequence[str]) -> str | None:
    plain = normalize_name(name).removesuffix("s")
    if plain == _REFERENCES:
        plain = "referencevideo" if count_videos([url]) else "referenceimage"
    for each in types:
        if normalize_name(each) == plain.removesuffix("url"):
            return each
    meanings = find_meanings(name, _TYPES)
    return next((each for word in meanings for each in types if each in _TYPES[word]), None)
