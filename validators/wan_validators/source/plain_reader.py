"""Reads the usual JSON text as fast as the decoder in C allows, and leaves the rest alone.

The decoder keeps the last one of two members with the same name. So its result is used only if the
text has as many names as the result has members. Everything that could make this count wrong, or
that needs a finding, is left to the careful reader: white space before a colon, a byte order mark,
``NaN``, long integers, wrong bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NoReturn

from .data_uris import LONG, cut_data_uris, restore_strings
from .json_pointer import MISSING

__all__ = ["UNCOUNTED", "count_members", "has_query", "parse_plain", "read_plain"]

UNCOUNTED: Final = -1
"""In place of the number of names in a text, if counting them is not safe."""

_SPACES: Final = " \t\n\r"
_SPACED_COLONS: Final = (" :", "\n:", "\t:", "\r:")


def _reject_constant(word: str) -> NoReturn:
    raise ValueError(word)


_decoder = json.JSONDecoder(parse_constant=_reject_constant)
_scan: Final[Callable[[str, int], tuple[Any, int]]] = _decoder.scan_once  # type: ignore[attr-defined]


def read_plain(data: str | bytes | bytearray) -> Any:
    """Returns the value of *data*, or MISSING if the careful reader has to look at it.

    A value that is returned has no findings: the careful reader would return an equal one.
    """
    value, names = parse_plain(data)
    return value if names != UNCOUNTED and names == count_members(value) else MISSING


def parse_plain(data: str | bytes | bytearray) -> tuple[Any, int]:
    """Returns the value of *data*, and the number of names in it.

    If this is the number of members of all objects in the value, then no member occurs twice.
    """
    if len(data) > LONG and not isinstance(data, str) and (short := cut_data_uris(data)):
        value, names = parse_plain(short[0])
        return restore_strings(value, short[1]), names
    try:
        text = data if isinstance(data, str) else data.decode()
        value, end = _scan(text, 0)
    except (ValueError, RecursionError, StopIteration):
        return MISSING, UNCOUNTED
    if end != len(text) and text[end:].strip(_SPACES):
        return MISSING, UNCOUNTED
    # A name is a quotation mark before a colon. Text in strings can look like one, and then there
    # are too many. There are never too few, unless white space stands between the two. That is
    # not so if all other colons are those of URLs, which is the cheaper test.
    names = text.count('":')
    if text.count(":") != names + text.count("://") and any(
        spaced in text for spaced in _SPACED_COLONS
    ):
        return value, UNCOUNTED
    return value, names


def has_query(data: str | bytes | bytearray) -> bool:
    """Returns False if no string in *data* has a question mark, so no URL has a query."""
    if isinstance(data, str):
        return "?" in data or ("\\" in data and "\\u003" in data)
    return b"?" in data or (b"\\" in data and b"\\u003" in data)


def count_members(value: Any) -> int:
    """Returns the number of members of all objects in *value*."""
    kind = type(value)
    if kind is dict:
        count, items = len(value), value.values()
    elif kind is list:
        count, items = 0, value
    else:
        return 0
    for item in items:
        kind = type(item)
        if kind is dict or kind is list:
            count += count_members(item)
    return count
