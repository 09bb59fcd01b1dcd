"""Maps JSON Pointers to lines and columns, with a tokenizer that keeps its own stack.

The text must be valid JSON. The scan runs only if a position is needed.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import json_pointer

__all__ = [
    "MAX_DUPLICATES",
    "DuplicateMember",
    "Lines",
    "Position",
    "SourceMap",
    "Span",
    "find_word",
    "scan",
    "token_end",
]

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)


MAX_DUPLICATES = 50
"""The maximum number of reported duplicates; each pointer may be as long as the text."""


class Position(NamedTuple):
    """A position in a text: line and column count from 1, columns in code points."""

    line: int
    column: int


class Span(NamedTuple):
    """Offsets of a member's name and value; both are the value's for an array item."""

    name: int
    value: int


class DuplicateMember(NamedTuple):
    """A member that occurs twice in an object: its pointer, and the offsets of two names."""

    pointer: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class SourceMap:
    """The result of :func:`scan`: the spans of wanted pointers, and the duplicate members."""

    spans: dict[str, Span] = field(default_factory=dict)
    duplicates: list[DuplicateMember] = field(default_factory=list)


class Lines:
    """The lines of a text, found once, so that each lookup is fast."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in re.finditer("\n", text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Returns the offset of a *position* in an existing line."""
        return self._starts[position.line - 1] + position.column - 1

    def text(self, line: int) -> str:
        """Returns the text of an existing *line* without the line end."""
        start = self._starts[line - 1]
        end = self._text.find("\n", start)
        return self._text[start : None if end < 0 else end].removesuffix("\r")


def find_word(text: str, wanted: str) -> int:
    """Returns the offset of the first bare word (not a string) that starts with *wanted*.

    Python reads ``NaN1`` as ``NaN`` before it sees the rest. Returns 0 if there is none.
    """
    tokens = _TOKEN.finditer(text)
    return next((token.start() for token in tokens if token[0].startswith(wanted)), 0)


def scan(text: str, wanted: Iterable[str]) -> SourceMap:
    """Finds the *wanted* pointers and the first MAX_DUPLICATES duplicates in JSON *text*.

    The span of a duplicate member is the last one, as in the parsed value. The time is
    linear in the length of *text*. Nesting needs memory, but no recursion.
    """
    result = SourceMap()
    for span, subtree in _iter_values(text, _build_tree(wanted), result.duplicates):
        if subtree is not None and "" in subtree:
            result.spans[subtree[""]] = span
    return result


def token_end(text: str, start: int) -> int:
    """Returns the offset after the name or the scalar that begins at *start*."""
    token = _TOKEN.match(text, start)
    assert token is not None
    return token.end()


_Tree = dict[str, Any]
"""Wanted pointers as a tree of their parts; the key ``""`` has the complete pointer."""


def _build_tree(wanted: Iterable[str]) -> _Tree:
    root: _Tree = {}
    for pointer in wanted:
        node = root
        for part in pointer.split("/")[1:]:
            node = node.setdefault("/" + part, {})
        node[""] = pointer
    return root


@dataclass(slots=True)
class _Frame:
    """An open object or array: the wanted subtree, the current position, the names so far."""

    tree: _Tree | None
    names: dict[str, int] | None
    part: str = ""
    name: int = 0
    index: int = -1
    named: bool = False


def _iter_values(
    text: str, tree: _Tree, duplicates: list[DuplicateMember]
) -> Iterator[tuple[Span, _Tree | None]]:
    """Yields each value of *text* in order: its span and its wanted subtree."""
    stack: list[_Frame] = []
    for token in _TOKEN.finditer(text):
        mark, offset = token[0], token.start()
        if mark in "}]":
            stack.pop()
        elif mark == ",":
            stack[-1].named = False
        elif mark != ":":
            frame = stack[-1] if stack else None
            if frame is not None and frame.names is not None and not frame.named:
                _read_name(frame, mark, offset, stack, duplicates)
                continue
            subtree = _next_wanted(frame, tree)
            start = frame.name if frame is not None and frame.names is not None else offset
            yield Span(start, offset), subtree
            if mark in "{[":
                stack.append(_Frame(subtree, {} if mark == "{" else None))


def _read_name(
    frame: _Frame, mark: str, offset: int, stack: list[_Frame], duplicates: list[DuplicateMember]
) -> None:
    assert frame.names is not None
    name = json.loads(mark) if "\\" in mark else mark[1:-1]
    frame.part, frame.name, frame.named = json_pointer.escape(name), offset, True
    if name in frame.names and len(duplicates) < MAX_DUPLICATES:
        path = "".join(f"/{each.part}" for each in stack)
        duplicates.append(DuplicateMember(path, frame.names[name], offset))
    frame.names[name] = offset


def _next_wanted(frame: _Frame | None, tree: _Tree) -> _Tree | None:
    """Returns the wanted subtree of the next value in *frame*, or of the root."""
    if frame is None:
        return tree
    if frame.names is None:
        frame.index += 1
        frame.part = str(frame.index)
    return None if frame.tree is None else frame.tree.get(f"/{frame.part}")
