"""Takes long ``data:`` URIs out of JSON text, so that no decoder walks through their megabytes.

A JSON decoder looks at each character of a string. That it is clean base64 can be found out ten
times as fast, and such a string means itself.
"""

from __future__ import annotations

import os
import re
from typing import Any, Final

__all__ = ["LONG", "cut_data_uris", "find_cuts", "is_cut", "restore_strings"]

LONG: Final = 32 * 1024
"""The length from which a text is searched for URIs, and a URI is taken out."""

_START: Final = b'"data:'
_MAX_PREFIX: Final = 200
_CHUNK: Final = 64 * 1024
"""The length of base64 that is looked at in one step, a multiple of 4."""

_MARK: Final = f"wanproof-{os.urandom(8).hex()}-"
"""The start of what stands in place of a string; no text has it, as nobody can know it.

The number of the string follows, and its length.
"""


def cut_data_uris(data: bytes | bytearray) -> tuple[bytes, dict[str, str]] | None:
    """Returns *data* with marks in place of long URIs, and the URIs by their marks.

    Returns None if there are none.
    """
    parts: list[bytes | bytearray] = []
    strings: dict[str, str] = {}
    start, done = data.find(_START), 0
    while start >= 0:
        end = data.find(b'"', start + 1)
        if end - start > LONG and _is_value(data, start, end) and _is_clean(data, start + 1, end):
            mark = f"{_MARK}{len(strings)}-{end - start - 1}"
            strings[mark] = str(memoryview(data)[start + 1 : end], "ascii")
            parts += (data[done:start], b'"', mark.encode(), b'"')
            done = end + 1
        start = data.find(_START, end + 1) if end >= 0 else -1
    return (b"".join((*parts, data[done:])), strings) if strings else None


def is_cut(data: bytes | bytearray) -> bool:
    """Returns True if *data* has marks in place of URIs."""
    return _MARK.encode() in data


def find_cuts(text: str) -> list[tuple[int, int]]:
    """Returns the end of each mark in *text*, and by how much its string is longer."""
    if _MARK not in text:
        return []
    marks = re.finditer(rf"{_MARK}\d+-(\d+)", text)
    return [(mark.end(), int(mark[1]) - len(mark[0])) for mark in marks]


def restore_strings(value: Any, strings: dict[str, str]) -> Any:
    """Returns *value*, in which each mark is replaced by its string."""
    kind = type(value)
    if kind is str:
        return strings.get(value, value)
    if kind is list:
        value[:] = [restore_strings(item, strings) for item in value]
    elif kind is dict:
        for name, item in value.items():
            value[name] = restore_strings(item, strings)
    return value


def _is_value(data: bytes | bytearray, start: int, end: int) -> bool:
    """Returns True if the quotation marks enclose a value, not a name or a part of a string."""
    is_escaped = data[start - 1 : start] == b"\\"
    return not is_escaped and data[end + 1 : end + 100].lstrip()[:1] in (b",", b"]", b"}")


def _is_clean(data: bytes | bytearray, start: int, end: int) -> bool:
    """Returns True if the URI needs no escapes: a printable prefix and valid base64."""
    from pybase64 import b64decode

    comma = data.find(b",", start, start + _MAX_PREFIX) + 1
    prefix = data[start:comma]
    if not comma or b"\\" in prefix or not (prefix.isascii() and prefix.decode().isprintable()):
        return False
    view = memoryview(data)
    try:
        for at in range(comma, end, _CHUNK):  # the memory of a small result is used again
            b64decode(view[at : min(at + _CHUNK, end)], validate=True)
    except ValueError:
        return False
    return True
