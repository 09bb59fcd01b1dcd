"""Builds small image and audio files with given sides or duration, as ``data:`` URIs.

The images consist of a header only. That is enough, because nothing decodes their pixels.
The audio files contain silence.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

__all__ = [
    "FILE_BUILDERS",
    "OTHER_FILES",
    "TRUNCATED_FILES",
    "bmp",
    "build_data_uri",
    "build_large_uri",
    "encode_base64",
    "jpeg",
    "mp3",
    "pad_file",
    "png",
    "png_with_alpha",
    "png_with_transparent_colour",
    "wav",
    "webp",
    "webp_with_alpha",
]

DEFAULT_SIDE_PIXELS: Final = 512
"""A side in pixels that every documented model accepts."""

DEFAULT_DURATION_S: Final = 5
"""A duration that every documented model accepts."""


def png(
    width: int = DEFAULT_SIDE_PIXELS,
    height: int = DEFAULT_SIDE_PIXELS,
    *,
    colour: int = 2,
    extra: bytes = b"",
) -> bytes:
    """Builds a PNG. *colour* is the colour type: 2 RGB, 3 palette, 6 RGBA; *extra* are chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), extra, _chunk(b"IDAT", b""), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with_alpha() -> bytes:
    """Builds a PNG with an alpha channel."""
    return png(colour=6)


def png_with_transparent_colour() -> bytes:
    """Builds a palette PNG in which the first of two colours is transparent."""
    return png(colour=3, extra=_chunk(b"PLTE", bytes(6)) + _chunk(b"tRNS", b"\x00\xff"))


def jpeg(width: int = DEFAULT_SIDE_PIXELS, height: int = DEFAULT_SIDE_PIXELS) -> bytes:
    """Builds a baseline JPEG of this size."""
    components = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + components
    scan = b"\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00"
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda" + scan + b"\xff\xd9"


def bmp(width: int = DEFAULT_SIDE_PIXELS, height: int = DEFAULT_SIDE_PIXELS) -> bytes:
    """Builds a 24-bit BMP of this size."""
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info


def webp(
    width: int = DEFAULT_SIDE_PIXELS, height: int = DEFAULT_SIDE_PIXELS, *, alpha: bool = False
) -> bytes:
    """Builds a WebP in the extended layout (RFC 9649, section 2.7), without frames."""
    flags = bytes([0x10 if alpha else 0, 0, 0, 0])
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _riff(b"WEBP", b"VP8X" + struct.pack("<I", 10) + flags + canvas)


def webp_with_alpha() -> bytes:
    """Builds a WebP with an alpha channel."""
    return webp(alpha=True)


def bmp_with_alpha() -> bytes:
    """A BMP with a header of version 4, whose fourth mask is that of an alpha channel."""
    side = DEFAULT_SIDE_PIXELS
    info = struct.pack("<IiiHHIIiiII", 108, side, side, 1, 32, 3, 0, 0, 0, 0, 0)
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    return b"BM" + struct.pack("<IHHI", 122, 0, 0, 122) + (info + masks).ljust(108, b"\x00")


def wav(seconds: float = DEFAULT_DURATION_S) -> bytes:
    """Builds 8-bit mono WAV at 100 samples per second: 30 seconds are 3 kB."""
    samples = bytes([128]) * round(seconds * 100)
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 100, 100, 1, 8)
    return _riff(b"WAVE", form + b"data" + struct.pack("<I", len(samples)) + samples)


def _riff(kind: bytes, chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + kind + chunks


def mp3(seconds: float = DEFAULT_DURATION_S) -> bytes:
    """Builds MPEG-2 layer III at 8 kbit/s and 24 kHz: frames of 24 bytes, 24 ms each."""
    return (b"\xff\xf3\x14\xc4" + bytes(20)) * round(seconds / 0.024)


FILE_BUILDERS: Final[Mapping[str, Callable[[], bytes]]] = {
    "JPEG": jpeg,
    "PNG": png,
    "BMP": bmp,
    "WEBP": webp,
    "WAV": wav,
    "MP3": mp3,
}
"""Builders of a valid file of each documented format, by the name of the format."""

TRUNCATED_FILES: Final[Mapping[str, bytes]] = {
    name: make()[: 3 if name == "MP3" else 16] for name, make in FILE_BUILDERS.items()
}
"""Files cut after the bytes that identify the format.

Of an MP3 only three bytes are left, because one frame is already a complete file.
"""

INCOMPLETE_FILES: Final[Mapping[str, bytes]] = {
    "JPEG": jpeg()[:-2],
    "PNG": png()[:-12],
    "BMP": b"BM" + struct.pack("<I", 55) + bmp()[6:],
    "WEBP": webp()[:4] + struct.pack("<I", 100) + webp()[8:],
    "WAV": wav()[:-100],
}
"""Files with a whole header that lack their end; an MP3 has none."""

OTHER_FILES: Final[Mapping[str, bytes]] = {
    "image/gif": b"GIF89a"
    + struct.pack("<HH", DEFAULT_SIDE_PIXELS, DEFAULT_SIDE_PIXELS)
    + bytes(3),
    "image/tiff": b"II*\x00" + bytes(16),
    "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"/>',
    "image/avif": b"\x00\x00\x00\x1cftypavif" + bytes(16),
    "audio/ogg": b"OggS" + bytes(24),
    "audio/flac": b"fLaC" + bytes(38),
    "application/pdf": b"%PDF-1.7\n",
    "text/plain": b"neither a picture nor a sound",
}
"""Files of undocumented formats, by MIME type."""


def pad_file(data: bytes, size: int) -> bytes:
    """Appends bytes that readers skip, up to *size* bytes in total."""
    missing = size - len(data)
    if data.startswith(b"RIFF"):
        return data + b"JUNK" + struct.pack("<I", missing - 8) + bytes(missing - 8)
    return data + bytes(missing)


def encode_base64(data: bytes) -> str:
    """Returns *data* as Base64 text."""
    return b64encode(data).decode()


def build_data_uri(data: bytes, mime: str) -> str:
    """Returns *data* as a ``data:`` URI with the MIME type *mime*."""
    return f"data:{mime};base64,{encode_base64(data)}"


@cache
def build_large_uri(format: str, mime: str, size: int) -> str:
    """Builds a data URI of a file of *size* bytes; cached, because it is large."""
    return build_data_uri(pad_file(FILE_BUILDERS[format](), size), mime)
