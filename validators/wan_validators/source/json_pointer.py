"""JSON Pointer (RFC 6901): reads and writes values in a payload."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

__all__ = [
    "ANY",
    "MISSING",
    "Missing",
    "Path",
    "escape",
    "find",
    "iter_values",
    "parse",
    "put",
    "text",
    "value",
]

Path = tuple[str | int, ...]

ANY: Final = "*"


class Missing:
    """The type of :data:`MISSING`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"  # a copy is the same object


MISSING: Final = Missing()
"""The value of an absent member; JSON's ``null`` is ``None``."""


@lru_cache(maxsize=4096)  # the pointers of the tables, again and again
def parse(pointer: str) -> Path:
    """Parses ``/input/messages/0`` to ``("input", "messages", 0)``."""
    return tuple(
        int(part) if part.isdecimal() else part.replace("~1", "/").replace("~0", "~")
        for part in pointer.split("/")[1:]
    )


def escape(part: object) -> str:
    """Returns one reference token with ``~`` and ``/`` escaped as ``~0`` and ``~1``."""
    return str(part).replace("~", "~0").replace("/", "~1")


def text(path: Path) -> str:
    """Formats a path as a pointer; the inverse of :func:`parse`."""
    return "".join(f"/{escape(part)}" for part in path)


def find(document: Any, path: Path) -> list[tuple[Path, Any]]:
    """Returns each location and value of *path* in *document*, as :func:`iter_values` does."""
    return [*iter_values(document, path)]


def iter_values(document: Any, path: Path, start: int = 0) -> Iterator[tuple[Path, Any]]:
    """Yields each location and value of *path* in *document*.

    ``ANY`` matches each item of an array. An absent last member has the value MISSING. A
    path through an absent value or a scalar matches nothing. *document* is the value after
    the first *start* parts of *path*.
    """
    for depth in range(start, len(path)):
        part = path[depth]
        if part == ANY:
            head, rest = path[:depth], path[depth + 1 :]
            for i, item in enumerate(document if type(document) is list else ()):
                if not rest:
                    yield (*head, i), item
                elif type(item) is dict or type(item) is list:
                    yield from iter_values(item, (*head, i, *rest), depth + 1)
            return
        if type(document) is dict and type(part) is str:
            if part not in document:
                if depth == len(path) - 1:
                    yield path, MISSING
                return
            document = document[part]
        elif type(document) is list and type(part) is int and part < len(document):
            document = document[part]
        else:
            return
    yield path, document


def value(document: Any, path: Path) -> Any:
    """Returns the value at *path*, or MISSING. *path* must not contain ``ANY``."""
    for part in path:
        if type(document) is dict and type(part) is str:
            document = document.get(part, MISSING)
        elif type(document) is list and type(part) is int and part < len(document):
            document = document[part]
        else:
            return MISSING
    return document


def put(document: Any, path: Path, value: Any) -> Any:
    """Returns a copy of *document* with *value* at *path*; MISSING removes the member."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(head, int):
        items = [put(item, rest, value) if i == head else item for i, item in enumerate(document)]
        return [item for item in items if item is not MISSING]
    copy = dict(document or {})
    copy[head] = put(copy.get(head), rest, value)
    return {name: member for name, member in copy.items() if member is not MISSING}
