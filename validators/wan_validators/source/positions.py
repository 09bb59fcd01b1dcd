"""From JSON Pointers to lines and columns: a tokenizer that keeps its own stack.

It is run over text that is known to be JSON, and only when there is something to place.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import json_pointer

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)


MAX_DUPLICATES = 50
"""As many are named. Each holds a pointer, which may be as long as the text itself."""


class Position(NamedTuple):
    """A place in a text: line and column count from 1, columns in code points."""

    line: int
    column: int


class Span(NamedTuple):
    """Offsets of a member's name and of its value; both are the value's where it has no name."""

    name: int
    value: int


class DuplicateMember(NamedTuple):
    """A member that an object has twice: its pointer, and the offsets of two of its names."""

    pointer: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class SourceMap:
    """What :func:`scan` found: where the wanted pointers are, and which members came twice."""

    spans: dict[str, Span] = field(default_factory=dict)
    duplicates: list[DuplicateMember] = field(default_factory=list)


class Lines:
    """The lines of a text, found once, so that placing many offsets takes no longer."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in re.finditer("\n", text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def text(self, line: int) -> str:
        """What stands on *line*, which must be there, without the end of the line."""
        start = self._starts[line - 1]
        end = self._text.find("\n", start)
        return self._text[start : None if end < 0 else end].removesuffix("\r")


def find_word(text: str, wanted: str) -> int:
    """The offset of the first bare word *wanted* (no string) in *text*, which must be there."""
    return next(token.start() for token in _TOKEN.finditer(text) if token[0] == wanted)


def scan(text: str, wanted: Iterable[str]) -> SourceMap:
    """Finds the *wanted* pointers, and the first MOST_DUPLICATES duplicates, in JSON *text*.

    Of duplicate members, the span is that of the last, as in the parsed value. Time is
    linear, and depth costs nothing but memory.
    """
    result = SourceMap()
    for span, wish in _iter_values(text, _tree(wanted), result.duplicates):
        if wish is not None and "" in wish:
            result.spans[wish[""]] = span
    return result


_Tree = dict[str, Any]
"""Wanted pointers by their parts; the member ``""`` at the end of one holds it in full."""


def _tree(wanted: Iterable[str]) -> _Tree:
    root: _Tree = {}
    for each in wanted:
        node = root
        for part in each.split("/")[1:]:
            node = node.setdefault("/" + part, {})
        node[""] = each
    return root


@dataclass(slots=True)
class _Frame:
    """An open object or array: what is wanted in it, where we are, and the names so far."""

    tree: _Tree | None
    names: dict[str, int] | None
    at: str = ""
    name: int = 0
    index: int = -1
    named: bool = False


def _iter_values(
    text: str, tree: _Tree, duplicates: list[DuplicateMember]
) -> Iterator[tuple[Span, _Tree | None]]:
    """Every value of *text* in order: its span, and what is wanted of it and below it."""
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
                _name(frame, mark, offset, stack, duplicates)
                continue
            wish = _next_wanted(frame, tree)
            start = frame.name if frame is not None and frame.names is not None else offset
            yield Span(start, offset), wish
            if mark in "{[":
                stack.append(_Frame(wish, {} if mark == "{" else None))


def _name(
    frame: _Frame, mark: str, offset: int, stack: list[_Frame], duplicates: list[DuplicateMember]
) -> None:
    assert frame.names is not None
    name = json.loads(mark) if "\\" in mark else mark[1:-1]
    frame.at, frame.name, frame.named = json_pointer.escape(name), offset, True
    if name in frame.names and len(duplicates) < MAX_DUPLICATES:
        path = "".join(f"/{each.at}" for each in stack)
        duplicates.append(DuplicateMember(path, frame.names[name], offset))
    frame.names[name] = offset


def _next_wanted(frame: _Frame | None, tree: _Tree) -> _Tree | None:
    """What is wanted of the value that comes next in *frame*, or at the root of *tree*."""
    if frame is None:
        return tree
    if frame.names is None:
        frame.index += 1
        frame.at = str(frame.index)
    return None if frame.tree is None else frame.tree.get(f"/{frame.at}")
