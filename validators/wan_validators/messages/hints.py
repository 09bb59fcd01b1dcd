"""Builds hints: the correction of a value, if the value shows which one is meant.

A hint with changes is checked before it is given: the changed payload no longer has the
finding, and has no new error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import singledispatch
from typing import Any, NamedTuple

from ..constraints import basic as c
from ..constraints import media as m
from ..constraints import size as s
from ..frozen import replace
from ..media.reference import get_mime_types
from ..source.json_pointer import MISSING
from ..spec import Rule
from . import layout, media_items, members, references
from .context import Change, Context, Hint
from .formatting import format_last_name
from .sizes import find_allowed_size
from .values import MAX_HINT_CHARACTERS, propose_values

__all__ = ["MAX_HINT_CHARACTERS", "build_hint"]

_ONE_PAYLOAD = "for several payloads, write one per line in a .jsonl file"
_LEFT_OUT = ("", "null", "none", "nil", "undefined", "nan", "default", "auto", "random")


class _Site(NamedTuple):
    """A broken rule, with its *pointer* and *value* in the payload of *context*."""

    rule: Rule
    pointer: str
    value: Any
    context: Context


def build_hint(rule: Rule, pointer: str, value: Any, context: Context | None) -> Hint | None:
    """Returns the first proposed correction that works, with pointers into the original payload.

    Returns None if the value does not show what was meant, or if the payload is unknown.
    """
    if context is None:
        return Hint(_ONE_PAYLOAD) if rule.id == "payload-type" and type(value) is list else None
    site = _Site(rule, context.to_inner(pointer), value, context)
    if not context.is_near(site.pointer):
        return None
    for hint in _propose(site):
        if not hint.changes:
            return hint
        if context.is_correction(rule.id, site.pointer, hint.changes):
            outer = context.to_outer
            moved = [
                replace(
                    each,
                    pointer=outer(each.pointer),
                    source=None if each.source is None else outer(each.source),
                )
                for each in hint.changes
            ]
            return replace(hint, changes=tuple(moved))
    return None


def _propose(site: _Site) -> Iterator[Hint]:
    if site.value is MISSING:
        if site.rule.severity == "error":
            yield from media_items.propose_media_items(site.context, site.pointer)
            yield from layout.propose_layout(site.context)
        return
    yield from _propose_by_constraint(site.rule.constraint, site)
    for value, text in propose_values(site.rule.constraint, site.value):
        yield Hint(text, (Change(site.pointer, value),))
    yield from _propose_omission(site)


def _propose_omission(site: _Site) -> Iterator[Hint]:
    """Yields the advice to leave an optional member out, which no value stands for."""
    value = site.value
    is_text = type(value) is str and len(value) <= MAX_HINT_CHARACTERS
    word = value.strip().lower() if is_text else None
    is_absent = value is None or word in _LEFT_OUT
    is_negative = word in ("-1", "-1.0") or (isinstance(value, int | float) and value < 0)
    if not (is_absent or is_negative) or site.rule.pointer.endswith("*"):
        return
    rules = site.context.spec.rules_by_pointer.get(site.rule.pointer, [])
    is_optional = not any(rule.required and rule.severity == "error" for rule in rules)
    is_seed = any(rule.id == "seed-range" for rule in rules)
    if is_optional and (is_absent or is_seed):
        defaults = [rule.default for rule in rules if rule.default is not MISSING]
        default = f" to use the default {json.dumps(defaults[0])}" if defaults else ""
        reason = " for a random one" if is_seed else default
        yield Hint(f"leave {format_last_name(site.pointer)} out{reason}", (Change(site.pointer),))


@singledispatch
def _propose_by_constraint(constraint: c.Constraint, site: _Site) -> Iterator[Hint]:
    return iter(())


@_propose_by_constraint.register(s.TwoPartSize)
@_propose_by_constraint.register(s.Size)
@_propose_by_constraint.register(s.Pixels)
@_propose_by_constraint.register(s.Ratio)
def _(constraint: c.Constraint, site: _Site) -> Iterator[Hint]:
    value, pointer = site.value, site.pointer
    for token in getattr(constraint, "tokens", ()):
        if type(value) is str and value.strip().upper() == token:
            yield Hint(f'write "{token}"', (Change(pointer, token),))
    size = find_allowed_size(site.context.spec, site.rule.pointer, value)
    if size is not None:
        yield Hint(f'write "{size}"', (Change(pointer, size),))
    text = value.strip().lower() if type(value) is str else ""
    if text in ("auto", "adaptive", "original", "match_input_image", "source", "same", "keep"):
        yield Hint("leave size out: it is in pixels, and has a default", (Change(pointer),))
    if value is not None and type(value) is not str:
        yield Hint('write it as a string, such as "1280*720"', (Change(pointer, "1280*720"),))


@_propose_by_constraint.register
def _(constraint: c.KnownMembers, site: _Site) -> Iterator[Hint]:
    yield from members.propose_member(
        site.context, site.pointer, site.rule.pointer, constraint.known
    )


@_propose_by_constraint.register
def _(constraint: c.JsonType, site: _Site) -> Iterator[Hint]:
    value, pointer = site.value, site.pointer
    if not pointer and type(value) is list:
        yield Hint(_ONE_PAYLOAD)
    if constraint.type is bool and type(value) is str and "." in value:
        yield Hint(
            f"move it to {site.context.to_outer(f'{pointer}_url')}",
            (Change(f"{pointer}_url", source=pointer),),
        )


@_propose_by_constraint.register
def _(constraint: c.Absent, site: _Site) -> Iterator[Hint]:
    yield Hint(f"leave {format_last_name(site.pointer)} out", (Change(site.pointer),))


@_propose_by_constraint.register
def _(constraint: c.MutuallyExclusive, site: _Site) -> Iterator[Hint]:
    if site.value == {}:
        yield Hint("remove the empty object", (Change(site.pointer),))


@_propose_by_constraint.register
def _(constraint: m.Reference, site: _Site) -> Iterator[Hint]:
    for value, text in references.propose_references(site.value):
        yield Hint(text, (Change(site.pointer, value),))
    if site.value.strip():
        yield Hint(references.advise(site.value))


@_propose_by_constraint.register
def _(constraint: m.Base64, site: _Site) -> Iterator[Hint]:
    for value, text in references.propose_references(site.value):
        yield Hint(text, (Change(site.pointer, value),))
    for value, text in references.repair_base64(site.value):
        yield Hint(text, (Change(site.pointer, value),))


@_propose_by_constraint.register
def _(constraint: m.Prefixed, site: _Site) -> Iterator[Hint]:
    names = get_mime_types(constraint.view.extract(site.value).header.format or "")
    if names:
        prefix = f"data:{names[0]};base64,"
        yield Hint(f"put {prefix} before it", (Change(site.pointer, prefix + site.value),))


@_propose_by_constraint.register
def _(constraint: m.Declared, site: _Site) -> Iterator[Hint]:
    name = get_mime_types(constraint.view.extract(site.value).header.format)[0]
    yield Hint(
        f"declare it as {name}", (Change(site.pointer, references.declare(site.value, name)),)
    )


@_propose_by_constraint.register
def _(constraint: m.Reachable, site: _Site) -> Iterator[Hint]:
    yield Hint("upload it to a public URL, or send it as a data: URI")


@_propose_by_constraint.register
def _(constraint: m.Dimensions, site: _Site) -> Iterator[Hint]:
    yield Hint("scale the image before you send it")


@_propose_by_constraint.register
def _(constraint: m.Format, site: _Site) -> Iterator[Hint]:
    name = constraint.view.extract(site.value).header.format
    if name and name not in constraint.names:
        yield Hint(f"convert {name} to {constraint.names[0]}")
    else:
        yield Hint(f"encode the whole file again, as {constraint.names[0]} for example")


@_propose_by_constraint.register
def _(constraint: m.Opaque, site: _Site) -> Iterator[Hint]:
    yield Hint("flatten it: draw it on an opaque background, and save it without alpha channel")


@_propose_by_constraint.register
def _(constraint: m.FileSize, site: _Site) -> Iterator[Hint]:
    yield Hint("compress the file, or send a smaller one")


@_propose_by_constraint.register
def _(constraint: m.Duration, site: _Site) -> Iterator[Hint]:
    yield Hint(f"send a part of {constraint.low} to {constraint.high} seconds")
