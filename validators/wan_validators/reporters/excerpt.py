"""Makes payload text safe for a terminal, and cuts it to the relevant part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

__all__ = ["WIDTH", "escape_controls", "format_excerpt"]

WIDTH: Final = 100
"""The maximum width of an excerpt in terminal cells, without the marks of cuts."""

_BEFORE: Final = 60
_TAB: Final = "    "
_CUT: Final = "…"


def escape_controls(text: str) -> str:
    """Escapes each character of *text* that a terminal would interpret or hide.

    These are all characters that are not printable in Unicode: control and format
    characters, lone surrogates, and white space other than the space.
    """
    return text if text.isprintable() else "".join(map(_escape_character, text))


def format_excerpt(line: str, column: int) -> tuple[str, str]:
    """Returns the part of *line* around *column* (from 1), and a caret for the next line.

    The time does not depend on the length of the line, which may be megabytes.
    """
    at = column - 1
    before = _take_fitting(line[max(0, at - _BEFORE) : at][::-1], _BEFORE)[::-1]
    left = _cells(before)
    after = _take_fitting(line[at : at + WIDTH - left], WIDTH - left)
    start = _CUT if len(before) < at else ""
    end = _CUT if at + len(after) < len(line) else ""
    return start + "".join((*before, *after)) + end, " " * (len(start) + left) + "^"


def _take_fitting(characters: str, room: int) -> list[str]:
    """Returns the first displayed *characters* that fit into *room* cells."""
    if characters.isascii() and characters.isprintable():
        return [*characters[:room]]
    shown: list[str] = []
    for character in characters:
        shown.append(_TAB if character == "\t" else _escape_character(character))
        room -= _cells(shown[-1:])
        if room < 0:
            return shown[:-1]
    return shown


def _escape_character(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def _cells(shown: Iterable[str]) -> int:
    text = "".join(shown)
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    from unicodedata import category, east_asian_width  # most texts need no tables

    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
