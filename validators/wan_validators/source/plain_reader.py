"""Reads the usual JSON text as fast as a decoder in C allows, and leaves the rest alone.

Decoders keep the last one of two members with the same name. So a result is used only if the
text has as many names as the result has members. Everything that could make this count wrong, or
that needs a finding, is left to the careful reader: a byte order mark, ``NaN``, wrong bytes.

If msgspec is installed and there are many texts, its decoder is used, which takes a quarter of the
time of :mod:`json` and rejects a little more. To load it takes longer than to read the first texts
without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NoReturn

from .data_uris import LONG, cut_data_uris, restore_strings
from .json_pointer import MISSING

__all__ = [
    "TEXTS_WITHOUT_MSGSPEC",
    "count_members",
    "get_decoder",
    "has_query",
    "has_unique_names",
    "is_unambiguous",
    "parse_plain",
    "read_plain",
]

Decode = Callable[[bytes | bytearray], Any]
"""Returns the value of JSON text. Raises ValueError, or RecursionError, if it cannot."""

TEXTS_WITHOUT_MSGSPEC: Final = 200
"""The texts that are read before msgspec is loaded."""

_SPACES: Final = " \t\n\r"
_SPACED_COLONS: Final = (b" :", b"\n:", b"\t:", b"\r:")


def _reject_constant(word: str) -> NoReturn:
    raise ValueError(word)


_scan: Final[Callable[[str, int], tuple[Any, int]]] = json.JSONDecoder(
    parse_constant=_reject_constant
).scan_once  # type: ignore[attr-defined]


def _decode(data: bytes | bytearray) -> Any:
    text = data.decode()
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("no value") from None
    if end != len(text) and text[end:].strip(_SPACES):
        raise ValueError("more than one value")
    return value


_decode_fast: Decode = _decode
_texts_left = TEXTS_WITHOUT_MSGSPEC


def get_decoder(texts: int) -> Decode:
    """Returns the fastest decoder for *texts* more texts."""
    global _decode_fast, _texts_left  # noqa: PLW0603  (loaded once in a process)
    if _texts_left:
        _texts_left = max(0, _texts_left - texts)
        if not _texts_left:
            _decode_fast = load_decoder()
    return _decode_fast


def load_decoder() -> Decode:
    """Returns the decoder of msgspec, or the usual one if it is not installed or too old."""
    try:
        from msgspec import DecodeError
        from msgspec.json import Decoder
    except ImportError:
        return _decode
    return Decoder().decode if issubclass(DecodeError, ValueError) else _decode


def read_plain(data: str | bytes | bytearray) -> Any:
    """Returns the value of *data*, or MISSING if the careful reader has to look at it.

    A value that is returned has no findings: the careful reader would return an equal one.
    """
    value, names = parse_plain(data)
    return value if is_unambiguous(value, names) else MISSING


def parse_plain(data: str | bytes | bytearray) -> tuple[Any, bytes | bytearray]:
    """Returns the value of *data*, and a text that has the names in it.

    The value is MISSING if the careful reader has to look at it.
    """
    try:
        if isinstance(data, str):
            data = data.encode()
        if len(data) > LONG and (short := cut_data_uris(data)):
            value, text = parse_plain(short[0])
            return restore_strings(value, short[1]), text
        return get_decoder(1)(data), data
    except (ValueError, RecursionError):
        return MISSING, data if isinstance(data, bytes | bytearray) else b""


def is_unambiguous(value: Any, names: bytes | bytearray) -> bool:
    """Returns True if *value*, read from a text with these *names*, is all that is in the text."""
    try:
        return value is not MISSING and has_unique_names(names, count_members(value))
    except RecursionError:
        return False


def has_unique_names(text: bytes | bytearray, members: int) -> bool:
    """Returns True if *text* has as many names as its value has *members*: none occurs twice.

    Returns False also for some texts without such names.
    """
    # Each name has a colon, and so do strings, such as URLs. So there may seem to be too many
    # names, but never too few.
    colons = text.count(b":")
    if members in (colons, colons - text.count(b"://")):
        return True
    # A name is a quotation mark before a colon, unless white space stands between the two.
    names = text.count(b'":')
    return names == members and not any(spaced in text for spaced in _SPACED_COLONS)


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
