"""Long texts: reports describe them, and replay files store them exactly but compressed."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from wan_validators.messages.formatting import clip, format_number
from wan_validators.source import json_pointer

from ..protocol.validation import InvalidDocument

__all__ = [
    "MAX_TEXT_CHARS",
    "compress_texts",
    "describe_text",
    "describe_texts",
    "restore_texts",
]

MAX_TEXT_CHARS: Final = 4096
"""The most characters of a text that a report or a replay file has as it is."""

MAX_RESTORED_BYTES: Final = 2**28
"""The most bytes of a restored text. Requests are smaller."""

_SHOWN_CHARS: Final = 200
_SHOWN_URI_CHARS: Final = 60
_DATA_URI: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?[;,]", re.ASCII | re.IGNORECASE)


def describe_text(text: str, max_chars: int = MAX_TEXT_CHARS) -> str:
    """Returns *text*; if it has more than *max_chars*, its start, kind, length and SHA-256."""
    if len(text) <= max_chars:
        return text
    uri = _DATA_URI.match(text)
    shown = text[: _SHOWN_URI_CHARS if uri else _SHOWN_CHARS]
    kind = f"a data URI of {uri[1] or 'text/plain'}" if uri else "a text"
    digest = sha256(_encode(text)).hexdigest()
    return f"{shown}… ({kind} with {format_number(len(text))} characters, SHA-256 {digest})"


def describe_texts(value: Any, max_chars: int = MAX_TEXT_CHARS, *, names: bool = True) -> Any:
    """Returns the JSON *value* with descriptions of its long texts, and of long *names*."""
    match value:
        case str():
            return describe_text(value, max_chars)
        case Mapping():
            return {
                describe_text(name, max_chars) if names else name: describe_texts(
                    each, max_chars, names=names
                )
                for name, each in value.items()
            }
        case list() | tuple():
            return [describe_texts(each, max_chars, names=names) for each in value]
    return value


def compress_texts(value: Any) -> list[dict[str, str]]:
    """Returns the place and the compressed form of each long text in the JSON *value*.

    Generated files consist mostly of padding, so that megabytes become a few kilobytes.
    """
    return [
        {
            "at": json_pointer.text(path),
            "zlib": b64encode(zlib.compress(_encode(text), 9)).decode("ascii"),
        }
        for path, text in _find_long_texts(value, ())
    ]


def restore_texts(value: Any, texts: Iterable[Mapping[str, str]]) -> None:
    """Puts *texts* of :func:`compress_texts` into the JSON *value*, in place of descriptions.

    Raises InvalidDocument if a place does not exist, or if a text is damaged.
    """
    for text in texts:
        *parents, last = text["at"].split("/")[1:] or [""]
        try:
            owner = value
            for part in parents:
                owner = owner[_parse_part(owner, part)]
            place = _parse_part(owner, last)
            if not isinstance(owner[place], str):
                raise TypeError
        except (LookupError, TypeError, ValueError):
            place = clip(repr(text["at"]))
            raise InvalidDocument(f"large: there is no text at {place} of the file") from None
        owner[place] = _decompress(text["zlib"], text["at"])


def _parse_part(owner: Any, part: str) -> str | int:
    """Returns *part* of a JSON Pointer as an index of an array, or as a name of an object."""
    return int(part) if isinstance(owner, list) else part.replace("~1", "/").replace("~0", "~")


def _find_long_texts(
    value: Any, path: json_pointer.Path
) -> Iterator[tuple[json_pointer.Path, str]]:
    match value:
        case str() if len(value) > MAX_TEXT_CHARS:
            yield path, value
        case Mapping():
            for name, each in value.items():
                yield from _find_long_texts(each, (*path, name))
        case list() | tuple():
            for index, each in enumerate(value):
                yield from _find_long_texts(each, (*path, index))


def _decompress(data: str, place: str) -> str:
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(b64decode(data, validate=True), MAX_RESTORED_BYTES)
        if not stream.eof:
            raise ValueError("it is cut off or too long")
        return found.decode("utf-8", "surrogatepass")
    except (ValueError, zlib.error) as error:
        message = f"large: the text at {clip(repr(place))} cannot be read: {error}"
        raise InvalidDocument(message) from None


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
