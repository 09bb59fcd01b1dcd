"""Reads the headers of JPEG, PNG, BMP and WEBP files: sides, transparency, early ends.

Pixels are never decoded and metadata is skipped, so time is linear in the number of parts.
Each function returns None if the header is damaged or cut short.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .header import MAX_PARTS, Header

__all__ = ["READERS"]

_number = int.from_bytes

_SIGNATURE_BYTES: Final = 8
_GREY_OR_RGB, _PALETTE, _ALPHA = (0, 2), 3, (4, 6)

_MARKER: Final = re.compile(rb"\xff([^\x00\xff])")
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a length: TEM, RST0 to RST7, SOI."""

_MAX_FILL_BYTES: Final = 64 * 1024
"""The maximum number of bytes between two segments of a JPEG."""

_BIT_FIELDS: Final = (3, 6)


def read_png(data: bytes) -> Header | None:
    """Reads a PNG up to its end (PNG specification, section 5)."""
    chunk = data[_SIGNATURE_BYTES : _SIGNATURE_BYTES + 25]
    if chunk[:8] != b"\0\0\0\x0dIHDR" or len(chunk) < 25:
        return None
    if zlib.crc32(chunk[4:21]) != _number(chunk[21:], "big"):
        return None
    width, height, _, colour = struct.unpack_from(">IIBB", chunk, 8)
    transparent, truncated, before_pixels = colour in _ALPHA, True, True
    for name, start, end in _iterate_png_chunks(data):
        if name == b"tRNS" and before_pixels:
            transparent |= _is_transparent(colour, data[start:end])
        elif name == b"IDAT":
            before_pixels = False
        elif name == b"IEND":
            truncated = False
    return Header(format="PNG", sides=(width, height), transparent=transparent, truncated=truncated)


def _iterate_png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Iterates over the complete chunks up to IEND: name, start and end of the body.

    If there are too many chunks, the last one is taken to be IEND.
    """
    at = _SIGNATURE_BYTES
    for _ in range(MAX_PARTS):
        name, start = data[at + 4 : at + 8], at + 8
        at = start + _number(data[at : at + 4], "big") + 4
        if len(name) < 4 or at > len(data):
            return
        yield name, start, at - 4
        if name == b"IEND":
            return
    yield b"IEND", at, at


def _is_transparent(colour: int, levels: bytes) -> bool:
    """Returns True if a tRNS chunk makes a colour transparent; in a palette, 255 is opaque."""
    if colour == _PALETTE:
        return bool(levels.strip(b"\xff"))
    return colour in _GREY_OR_RGB and bool(levels)


def read_jpeg(data: bytes) -> Header | None:
    """Reads a JPEG up to its first frame, and looks for its end (ITU-T T.81, annex B)."""
    sides = None
    for marker, start, end in _iterate_jpeg_segments(data):
        if marker in _START_OF_FRAME and sides is None:
            if end < start + 6:
                return None
            height, width = struct.unpack_from(">HH", data, start + 1)
            sides = width, height
        elif marker == 0xDA:
            # In the pixels, 0xFF 0xD9 is the end and nothing else. A thumbnail is before them.
            truncated = data.find(b"\xff\xd9", end) < 0
            break
    else:
        truncated = True
    if sides is None:
        return None
    return Header(format="JPEG", sides=sides, transparent=False, truncated=truncated)


def _iterate_jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Iterates over the complete segments: marker, start and end of the body."""
    at = 2
    for _ in range(MAX_PARTS):
        found = _MARKER.search(data, at, at + _MAX_FILL_BYTES)
        if found is None:
            return
        marker, at = found[1][0], found.end()
        if marker in _STANDALONE:
            continue
        length = _number(data[at : at + 2], "big")
        start, at = at + 2, at + length
        if marker == 0xD9 or length < 2 or at > len(data):
            return
        yield marker, start, at


def read_bmp(data: bytes) -> Header | None:
    """Reads a BMP with any of its info headers, from OS/2 1.x to version 5."""
    if len(data) < 26:
        return None
    length = _number(data[14:18], "little")
    if length == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        alpha = False
    elif 16 <= length <= 124 and len(data) >= 14 + length:
        width, height = struct.unpack_from("<ii", data, 18)
        compression = _number(data[30:34], "little") if length >= 40 else 0
        # Three masks of colours are followed by the mask of the alpha channel. The header has
        # all four from 56 bytes on; behind one of 40 bytes there are four if compression is 6.
        has_mask = compression in _BIT_FIELDS and (length >= 56 or compression == 6)
        alpha = has_mask and data[66:70].strip(b"\0") != b""
    else:
        return None
    return Header(
        format="BMP",
        sides=(abs(width), abs(height)),
        transparent=alpha,
        truncated=_number(data[2:6], "little") > len(data),
    )


def read_webp(data: bytes) -> Header | None:
    """Reads a WEBP in any of its three layouts (RFC 9649, section 2)."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        sides = _number(body[4:7], "little") + 1, _number(body[7:10], "little") + 1
        transparent = bool(body[0] & 0x10)
    elif kind == b"VP8L" and body[0] == 0x2F:
        bits = _number(body[1:5], "little")
        sides = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        transparent = bool(bits >> 28 & 1)
    elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        sides = _number(body[6:8], "little") & 0x3FFF, _number(body[8:10], "little") & 0x3FFF
        transparent = False
    else:
        return None
    # A missing padding byte at the end is harmless.
    whole = 8 + _number(data[4:8], "little") - 1
    return Header(format="WEBP", sides=sides, transparent=transparent, truncated=len(data) < whole)


READERS: Final[Mapping[str, Callable[[bytes], Header | None]]] = {
    "JPEG": read_jpeg,
    "PNG": read_png,
    "BMP": read_bmp,
    "WEBP": read_webp,
}
"""The reader of each documented format."""
