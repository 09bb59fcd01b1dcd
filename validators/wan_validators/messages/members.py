"""Finds out which member an unknown one means: another name, another level, another API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..source.json_pointer import MISSING, escape
from ..spec import ModelSpec
from .context import Change, Context, Hint
from .layout import CONTAINERS, propose_layout
from .media_items import propose_media_items
from .names import adapt_value, collect_homes, find_meanings, last_name, normalize_name, parent_of
from .sizes import find_allowed_size, parse_short_side
from .suggestions import find_nearest
from .text import describe_requirement

__all__ = ["find_home", "propose_member"]

_MODEL_IN_PATH: Final = (
    "remove it: the path names the model; for a file with several models, "
    'write {"model": …, "payload": {…}}'
)


def find_home(context: Context, pointer: str) -> str | None:
    """Returns the pointer where the unknown member at *pointer* belongs, if it has one."""
    name = last_name(pointer)
    homes = collect_homes(context.spec)
    same = [each for each in homes if normalize_name(each) == normalize_name(name)]
    home = homes[same[0]] if same else None
    return None if home is None or parent_of(home) == parent_of(pointer) else home


def propose_member(
    context: Context, pointer: str, row: str, known: frozenset[str]
) -> Iterator[Hint]:
    """Yields what the unknown member at *pointer* may mean; *row* is its rule's pointer."""
    name, parent = last_name(pointer), parent_of(pointer)
    value, siblings = context.value(pointer), context.value(parent)
    home, homes = find_home(context, pointer), collect_homes(context.spec)
    if pointer == "/model" and "model" not in homes:
        yield Hint(_MODEL_IN_PATH, (Change(pointer),))
    yield from propose_media_items(context, pointer)
    layout = [*propose_layout(context)]
    is_container = type(value) in (dict, list) and normalize_name(name) in CONTAINERS
    if is_container or (home and any(each.value is MISSING for each in _errors(context))):
        yield from layout
    names = [each for each in find_meanings(name, sorted(known)) if each not in siblings]
    for each in _required_first(context.spec, row, names):
        yield from _rename(context, pointer, f"{row}/{each}", each)
    for each in find_meanings(name, homes):
        if parent_of(homes[each]) != parent and context.value(homes[each]) is MISSING:
            yield from _move(context, pointer, homes[each])
    yield from layout
    yield from _join_sides(context, pointer, homes)
    if home is not None:
        yield from _describe_stray(context, pointer, home)
    else:
        yield from _rename_to_nearest(context, pointer, row, known)
        present = [each for each in find_meanings(name, sorted(known)) if each in siblings]
        reason = f"{present[0]} is already present" if present else "the API probably ignores it"
        yield Hint(f"remove it; {reason}", (Change(pointer),))


def _rename_to_nearest(
    context: Context, pointer: str, row: str, known: frozenset[str]
) -> Iterator[Hint]:
    siblings = context.value(parent_of(pointer))
    absent = [each for each in sorted(known) if each not in siblings]
    required = [each for each in absent if _is_required(context.spec, f"{row}/{each}")]
    for near in (
        find_nearest(last_name(pointer), required),
        find_nearest(last_name(pointer), absent),
    ):
        if near is not None:
            yield from _rename(context, pointer, f"{row}/{near}", near)
    homes = collect_homes(context.spec)
    free = [each for each in homes if context.value(homes[each]) is MISSING]
    near = find_nearest(last_name(pointer), free, cutoff=0.7)
    if near is not None:
        yield from _move(context, pointer, homes[near])


def _errors(context: Context) -> list[Any]:
    return [each for each in context.findings if each.row.severity == "error"]


def _required_first(spec: ModelSpec, row: str, names: list[str]) -> list[str]:
    return sorted(names, key=lambda each: not _is_required(spec, f"{row}/{each}"))


def _is_required(spec: ModelSpec, pointer: str) -> bool:
    return any(
        rule.pointer == pointer and rule.required and rule.severity == "error"
        for rule in spec.rules
    )


def _rename(context: Context, pointer: str, row: str, name: str) -> Iterator[Hint]:
    target = f"{parent_of(pointer)}/{escape(name)}"
    for value, how in adapt_value(context.spec, row, context.value(pointer)):
        if how is None:
            yield Hint(f"did you mean {name}?", (Change(target, source=pointer),))
        else:
            yield Hint(f"did you mean {name}? {how}", (Change(pointer), Change(target, value)))
    limits = [describe_requirement(r.constraint) for r in context.spec.rules if r.pointer == row]
    yield Hint(f"did you mean {name}? it {limits[0]}")


def _move(context: Context, pointer: str, home: str) -> Iterator[Hint]:
    lost = _describe_loss(context, home)
    for value, how in adapt_value(context.spec, home, context.value(pointer)):
        text = f"move it to {context.to_outer(home)}; {lost}"
        if how is None:
            yield Hint(text, (Change(home, source=pointer),))
        else:
            yield Hint(f"{text}; {how}", (Change(pointer), Change(home, value)))


def _describe_stray(context: Context, pointer: str, home: str) -> Iterator[Hint]:
    outer = context.to_outer(home)
    if context.value(home) is MISSING:
        yield Hint(f"it belongs at {outer}, with another value; {_describe_loss(context, home)}")
    else:
        yield Hint(f"remove it here; {outer} is already present and is used", (Change(pointer),))


def _describe_loss(context: Context, home: str) -> str:
    defaults = [rule.default for rule in context.spec.rules if rule.pointer == home]
    default = next((each for each in defaults if each is not MISSING), MISSING)
    applies = "" if default is MISSING else f", and the default {default} applies"
    return f"where it is, the API ignores it{applies}"


def _join_sides(context: Context, pointer: str, homes: Mapping[str, str]) -> Iterator[Hint]:
    """Yields the size or the tier that members width and height mean together."""
    parent, name = parent_of(pointer), last_name(pointer)
    sides = [context.value(f"{parent}/{each}") for each in ("width", "height")]
    if name not in ("width", "height") or MISSING in sides:
        return
    removed = (Change(f"{parent}/width"), Change(f"{parent}/height"))
    for each in ("size", "resolution"):
        home = homes.get(each, "")
        if not home or context.value(home) is not MISSING:
            continue
        value: Any = find_allowed_size(context.spec, home, sides)
        if each == "resolution":
            value = f"{parse_short_side(sides)}P"
        if value is not None:
            yield Hint(
                f'write width and height as {context.to_outer(home)}: "{value}"',
                (*removed, Change(home, value)),
            )
