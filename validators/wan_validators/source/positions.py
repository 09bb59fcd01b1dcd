"""Maps JSON Pointers to lines and columns, with a tokenizer that keeps its own stack.

The text must be valid JSON. The scan runs only if a position is needed.
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from . import json_pointer

__all__ = [
    "MAX_DUPLICATES",
    "DuplicateMember",
    "Lines",
    "Position",
    "Span",
    "find_duplicates",
    "find_spans",
    "find_word",
    "token_end",
]

_INSIDE: Final = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
_STRING: Final = f'"{_INSIDE}"'
_SCALAR: Final = rf'{_STRING}|[^\s{{}}\[\],:"]++'
_TOKEN = re.compile(rf"[{{}}\[\],:]|{_SCALAR}", re.DOTALL)
_match_member = re.compile(rf'[\s,]*+(?:"({_INSIDE})"\s*+:\s*+({_SCALAR})?+|\}})', re.DOTALL).match
"""Matches the inside of a name, and the value if it is a scalar, or the end of the object."""

_match_gap = re.compile(r"[\s,]*+").match
_match_bracket = re.compile(
    rf'[^"\[\]{{}}]*+(?:{_STRING}[^"\[\]{{}}]*+)*+[\[\]{{}}]', re.DOTALL
).match
"""Matches up to the next bracket outside of strings, in one step for many values."""

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


class Lines:
    """The lines of a text, found once, so that each lookup is fast."""

    def __init__(self, text: str) -> None:
        self._text = text
        # An array, as a text of megabytes can have as many lines.
        self._starts = array("q", (0,))
        end = text.find("\n")
        while end >= 0:
            self._starts.append(end + 1)
            end = text.find("\n", end + 1)

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


def find_spans(text: str, wanted: Iterable[str], *, is_unique: bool = False) -> dict[str, Span]:
    """Finds the *wanted* pointers in JSON *text*.

    The span of a duplicate member is the last one, as in the parsed value. If *is_unique* is
    true, there are no duplicates, so the scan ends at the last wanted pointer. The time is linear
    in the length of *text*. Nesting needs memory, but no recursion.
    """
    scanner = _Scanner(text, wanted, is_unique=is_unique)
    scanner.scan()
    return scanner.spans


def find_duplicates(text: str) -> list[DuplicateMember]:
    """Finds the first members of JSON *text* that occur twice, at most one over MAX_DUPLICATES."""
    scanner = _DuplicateScanner(text, ())
    scanner.scan()
    return scanner.duplicates


def _find_gap_end(text: str, at: int) -> int:
    """Returns the offset behind the white space and commas at *at*."""
    gap = _match_gap(text, at)
    assert gap is not None
    return gap.end()


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
    """An open object or array: the wanted subtree, the current part, the names so far.

    *names* is None for an array. *left* counts the wanted parts that did not come yet.
    """

    tree: _Tree
    names: dict[str, int] | None
    left: int
    part: str = ""
    index: int = -1


class _Scanner:
    """Scans one text, but skips the containers that no pointer leads into."""

    def __init__(self, text: str, wanted: Iterable[str], *, is_unique: bool = False) -> None:
        self.spans: dict[str, Span] = {}
        self._text = text
        self._wanted = {*wanted}
        self._is_unique = is_unique
        self._stack: list[_Frame] = []

    def scan(self) -> None:
        stack = self._stack
        start = _find_gap_end(self._text, 0)
        if start == len(self._text):
            return
        at = self._read_value(start, start, _build_tree(self._wanted))
        while stack and not self._is_complete():
            frame = stack[-1]
            if self._may_skip(frame):
                stack.pop()
                at = self._skip(at, depth=1)
            elif frame.names is None:
                at = self._read_item(at, frame)
            else:
                at = self._read_member(at, frame)

    def _is_complete(self) -> bool:
        return self._is_unique and len(self.spans) == len(self._wanted)

    def _may_skip(self, frame: _Frame) -> bool:
        """Returns True if the rest of *frame* does not matter."""
        return not frame.tree or (self._is_unique and not frame.left)

    def _read_item(self, at: int, frame: _Frame) -> int:
        """Reads the next item of an array, or its end, and returns the offset behind it."""
        at = _find_gap_end(self._text, at)
        if self._text[at] == "]":
            self._stack.pop()
            return at + 1
        frame.index += 1
        frame.part = str(frame.index)
        return self._read_value(at, at, _descend(frame))

    def _read_member(self, at: int, frame: _Frame) -> int:
        """Reads the next members of an object, or its end, and returns the offset behind them.

        These are scalars that are not wanted, which need no more steps, and one other member.
        """
        text, tree = self._text, frame.tree
        while True:
            token = _match_member(text, at)
            assert token is not None
            at = token.end()
            if token[1] is None:
                self._stack.pop()
                return at
            name = token[1] if "\\" not in token[1] else json.loads(f'"{token[1]}"')
            frame.part = json_pointer.escape(name) if "/" in name or "~" in name else name
            if self._note_name(frame, token.start(1) - 1):
                return at
            if token[2] is None or f"/{frame.part}" in tree:
                value = at if token[2] is None else token.start(2)
                return self._read_value(token.start(1) - 1, value, _descend(frame))

    def _note_name(self, frame: _Frame, start: int) -> bool:
        """Notes the name at *start* in *frame*; returns True if that ends the scan."""
        return False

    def _read_value(self, name: int, at: int, tree: _Tree) -> int:
        """Reads a scalar, or the start of a container, and returns the offset behind it."""
        if "" in tree:
            self.spans[tree[""]] = Span(name, at)
        mark = self._text[at]
        if mark not in "{[":
            return token_end(self._text, at)
        names: dict[str, int] | None = {} if mark == "{" else None
        self._stack.append(_Frame(tree, names, len(tree) - ("" in tree)))
        return at + 1

    def _skip(self, at: int, depth: int) -> int:
        """Returns the offset behind the end of the innermost *depth* containers around *at*."""
        match, text = _match_bracket, self._text
        while depth:
            token = match(text, at)
            assert token is not None
            at = token.end()
            depth += 1 if text[at - 1] in "{[" else -1
        return at


class _DuplicateScanner(_Scanner):
    """Scans everything, up to the first duplicate over the maximum."""

    def __init__(self, text: str, wanted: Iterable[str]) -> None:
        super().__init__(text, wanted)
        self.duplicates: list[DuplicateMember] = []

    def _is_complete(self) -> bool:
        return len(self.duplicates) > MAX_DUPLICATES

    def _may_skip(self, frame: _Frame) -> bool:
        return False

    def _note_name(self, frame: _Frame, start: int) -> bool:
        assert frame.names is not None
        first = frame.names.setdefault(frame.part, start)
        if first != start:
            path = "".join(f"/{each.part}" for each in self._stack)
            self.duplicates.append(DuplicateMember(path, first, start))
            frame.names[frame.part] = start
        return self._is_complete()


def _descend(frame: _Frame) -> _Tree:
    """Returns the wanted subtree of the current part of *frame*."""
    tree: _Tree | None = frame.tree.get(f"/{frame.part}") if frame.tree else None
    if tree is None:
        return {}
    frame.left -= 1
    return tree
