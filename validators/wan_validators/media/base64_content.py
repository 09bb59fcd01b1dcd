"""Reads parts of a large file in base64 text, without decoding all of it into memory."""

from __future__ import annotations

from typing import Final

__all__ = ["Base64Content", "is_base64"]

_CHUNK: Final = 64 * 1024
"""Characters that are decoded in one step; the memory of such a result is used again."""


def is_base64(text: str, start: int) -> bool:
    """Returns True if *text* is base64 from *start* on: whole groups, padding at the end only."""
    from pybase64 import b64decode

    try:
        for at in range(start, len(text), _CHUNK):
            chunk = text[at : at + _CHUNK]
            decoded = b64decode(chunk, validate=True)
            if at + _CHUNK < len(text) and len(decoded) * 4 != len(chunk) * 3:
                return False  # padding that more text follows
    except ValueError:
        return False
    return True


class Base64Content:
    """The bytes of valid base64 from *start* on in *text*, with what the reader of PNG asks for."""

    def __init__(self, text: str, start: int) -> None:
        self._text, self._start = text, start
        self._length = (len(text) - start) // 4 * 3 - text.count("=", len(text) - 2)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> bytes:
        from pybase64 import b64decode

        first, last, _ = part.indices(self._length)
        group = first // 3
        text = self._text[self._start + group * 4 : self._start + -(-last // 3) * 4]
        return b64decode(text)[first - group * 3 : last - group * 3]

    def startswith(self, prefix: bytes | tuple[bytes, ...]) -> bool:
        longest = len(prefix) if isinstance(prefix, bytes) else max(map(len, prefix))
        return self[:longest].startswith(prefix)
