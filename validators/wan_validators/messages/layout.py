"""Moves members that are at the wrong level, or that have the form of another API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..source.json_pointer import MISSING, escape
from ..spec import UNKNOWN_MEMBER
from .context import Change, Context, Hint
from .names import adapt_value, collect_homes, find_meanings, last_name, normalize_name, parent_of
from .values import unwrap_url

__all__ = ["CONTAINERS", "propose_layout"]

CONTAINERS: Final = [
    "input",
    "inputs",
    "parameters",
    "params",
    "payload",
    "body",
    "data",
    "arguments",
    "args",
    "options",
    "config",
    "request",
    "generationconfig",
    "extrabody",
    "json",
]
_CHATS: Final = ("messages", "message", "chat", "conversation")
_MAX_MOVES = 40


class _Move(NamedTuple):
    source: str
    target: str
    value: Any


def propose_layout(context: Context) -> Iterator[Hint]:
    """Yields the move of all members that are at the wrong level, or of another API's form."""
    homes = collect_homes(context.spec)
    moves, pieces, containers = _collect_moves(context, homes)
    changes: list[Change] = [Change(each.source) for each in moves]
    changes += [Change(source) for source, _, _ in pieces]
    changes += [Change(each) for each in containers]
    changes += [Change(each.target, each.value) for each in moves]
    parts = [part for _, _, part in pieces]
    if "messages" in homes and parts:
        message = {"role": "user", "content": [part for group in parts for part in group]}
        changes.append(Change(homes["messages"], [message]))
        yield Hint(
            f"write {_join([name for _, name, _ in pieces])} as {homes['messages']}: "
            '[{"role": "user", "content": [{"text": …}, {"image": …}]}]'
            + _describe_moves(context, moves),
            tuple(changes),
        )
    elif moves and all(parent_of(each.source) == parent_of(each.target) for each in moves):
        names = _join(
            [f"{last_name(each.target)} in place of {last_name(each.source)}" for each in moves]
        )
        yield Hint(f"write {names}", tuple(changes))
    elif moves and containers:
        names, out = (
            _join(list(map(_describe_name, moves))),
            _join(list(map(last_name, containers))),
        )
        level = "the top level" if len(context.spec.unknown_member_rules) == 1 else "another level"
        yield Hint(
            f"members belong at {level}: move {names} out of {out}; "
            "where they are, the API ignores them",
            tuple(changes),
        )
    elif moves:
        text = _describe_moves(context, moves).removeprefix("; ")
        yield Hint(f"{text}; where they are, the API ignores them", tuple(changes))


def _describe_moves(context: Context, moves: Sequence[_Move]) -> str:
    groups: dict[str, list[str]] = {}
    for each in moves:
        groups.setdefault(parent_of(context.to_outer(each.target)), []).append(_describe_name(each))
    texts = [f"{_join(names)} into {where[1:]}" for where, names in groups.items()]
    return f"; move {', '.join(texts)}" if texts else ""


def _describe_name(move: _Move) -> str:
    old, new = last_name(move.source), last_name(move.target)
    return old if old == new else f"{old} (as {new})"


def _join(names: Sequence[str]) -> str:
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} and {last}" if others else last


def _collect_moves(
    context: Context, homes: Mapping[str, str]
) -> tuple[list[_Move], list[tuple[str, str, list[Any]]], list[str]]:
    """Returns the moves, the pieces of a message, and the containers that they empty."""
    moves: dict[str, _Move] = {}
    pieces: list[tuple[str, str, list[Any]]] = []
    containers: list[str] = []
    strays = [each for each in context.findings if each.row.id == UNKNOWN_MEMBER][:_MAX_MOVES]
    sources: list[str] = []
    for each in strays:
        if _is_respelt_container(context, each.pointer):
            continue
        inner = _find_container(context, each.pointer)
        if inner is None:
            sources.append(each.pointer)
            continue
        containers.append(each.pointer)
        sources += [f"{inner}/{escape(name)}" for name in list(context.value(inner))[:_MAX_MOVES]]
    for source in sources:
        name, value = last_name(source), context.value(source)
        if "messages" in homes and context.value(homes["messages"]) is MISSING:
            part = _build_parts(name, value)
            if part:
                pieces.append((source, name, part))
                continue
        for target, moved in _place(context, homes, name, value):
            free = target not in moves and context.value(target) is MISSING
            if free and (source != target or containers):
                moves[target] = _Move(source, target, moved)
    pieces.sort(key=lambda piece: "text" not in piece[2][0])
    return list(moves.values()), pieces, containers


def _is_respelt_container(context: Context, pointer: str) -> bool:
    """Returns True if only the spelling of a container that the model has is wrong."""
    right = f"{parent_of(pointer)}/{normalize_name(last_name(pointer))}"
    is_known = any(rule.pointer == right for rule in context.spec.rules)
    return is_known and right != pointer and context.value(right) is MISSING


def _find_container(context: Context, pointer: str) -> str | None:
    """Returns the pointer of the object in the unknown member at *pointer* that has members."""
    value = context.value(pointer)
    if normalize_name(last_name(pointer)) not in CONTAINERS:
        return None
    if type(value) is list and value and type(value[0]) is dict:
        params = value[0].get("params")
        return f"{pointer}/0/params" if type(params) is dict else f"{pointer}/0"
    return pointer if type(value) is dict else None


def _build_parts(name: str, value: Any) -> list[Any]:
    """Returns the content parts of a message that the member *name* means, if any."""
    if normalize_name(name) in _CHATS:
        texts, images = _read_messages(value)
        text = [{"text": "\n".join(texts)}] if texts else []
        return [*text, *({"image": url} for url in images)]
    if type(value) is str and find_meanings(name, ["prompt"]):
        return [{"text": value}]
    if find_meanings(name, ["images"]):
        items = value if type(value) is list else [value]
        urls = [unwrap_url(item) for item in items]
        return [{"image": url} for url in urls] if all(type(url) is str for url in urls) else []
    return []


def _place(
    context: Context, homes: Mapping[str, str], name: str, value: Any
) -> Iterator[tuple[str, Any]]:
    """Yields each target of the member *name*, with its value there."""
    if normalize_name(name) in _CHATS and "messages" not in homes:
        texts, images = _read_messages(value)
        if texts:
            yield homes["prompt"], "\n".join(texts)
        if images and "images" in homes:
            yield homes["images"], images
        elif images:
            yield from ((homes[meant], images[0]) for meant in find_meanings("image", homes)[:1])
        return
    for meant in find_meanings(name, homes)[:1]:
        adapted = [each for each, _ in adapt_value(context.spec, homes[meant], value)]
        fitting = [each for each in adapted if _fits(context, homes[meant], each)]
        yield homes[meant], (fitting or [value])[0]


def _fits(context: Context, pointer: str, value: Any) -> bool:
    return all(
        rule.constraint.applies_to(seen) and rule.constraint.is_satisfied(seen)
        for rule in context.spec.rules
        if rule.pointer == pointer and rule.when is None and rule.severity == "error"
        for seen in [rule.constraint.view.extract(value)]
    )


def _read_messages(value: Any) -> tuple[list[str], list[str]]:
    """Returns the texts and the images of chat messages."""
    texts: list[str] = []
    images: list[str] = []
    for message in value if type(value) is list else [value]:
        content = message.get("content") if type(message) is dict else message
        for part in content if type(content) is list else [content]:
            text = part.get("text") if type(part) is dict else part
            url = unwrap_url(part)
            if type(text) is str:
                texts.append(text)
            elif type(url) is str:
                images.append(url)
    return texts, images
