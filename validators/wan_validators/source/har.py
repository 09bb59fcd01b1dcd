"""Reads the requests of a HAR file (HTTP Archive 1.2), with the places of their bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from . import positions
from .embedding import Piece
from .json_pointer import ANY, Path, find

__all__ = ["HarRequest", "find_requests"]

_STRING: Final = re.compile(
    r'[^"\\]+|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.'
)
_BODY: Final = ("request", "postData", "text")


class HarRequest(NamedTuple):
    """One request. *number* counts from 1; *body* is None without a body.

    The names of *headers* are in lower case.
    """

    number: int
    method: str
    url: str
    body: list[Piece] | None
    headers: dict[str, str]


def find_requests(text: str) -> list[HarRequest] | None:
    """Returns the requests of a HAR file. None if *text* is not JSON or not a HAR file."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = find(document, ("log", "entries"))
    entries = found[0][1] if found else None
    return [*_read_entries(entries, text)] if type(entries) is list else None


def _read_entries(entries: list[Any], text: str) -> Iterator[HarRequest]:
    pointers = {
        index: f"/log/entries/{index}/{'/'.join(_BODY)}"
        for index, entry in enumerate(entries)
        if _get_text(entry, _BODY) is not None
    }
    spans = positions.find_spans(text, pointers.values())
    for index, entry in enumerate(entries):
        method, url = (_get_text(entry, ("request", name)) for name in ("method", "url"))
        pieces = None
        if index in pointers:
            pieces = [*_read_string(text, spans[pointers[index]].value)]
        headers = dict(_iter_headers(entry))
        yield HarRequest(index + 1, (method or "").upper(), url or "", pieces, headers)


def _iter_headers(entry: Any) -> Iterator[tuple[str, str]]:
    """Yields name and value of each header of the request that has both as texts."""
    for place, _ in find(entry, ("request", "headers", ANY)):
        name, value = (_get_text(entry, (*place, member)) for member in ("name", "value"))
        if name is not None and value is not None:
            yield name.lower(), value


def _get_text(entry: Any, path: Path) -> str | None:
    for _, value in find(entry, path):
        return value if type(value) is str else None
    return None


def _read_string(text: str, at: int) -> Iterator[Piece]:
    """Yields the parts of the JSON string at *at*."""
    at += 1
    while text[at] != '"':
        found = _STRING.match(text, at)
        assert found is not None
        part = found[0]
        yield Piece(json.loads(f'"{part}"') if part[0] == "\\" else part, at)
        at = found.end()
    yield Piece("", at)
