"""The headers of image and audio files: format by content, sides, transparency, duration.

Pillow and tinytag read the headers; they are imported only if there is a file to read. WEBP
is the exception: Pillow allocates the canvas when it opens a file. So the three WEBP header
layouts (RFC 9649, section 2) are parsed here.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile


__all__ = [
    "MAX_HEADER_BYTES",
    "MAX_READS",
    "Header",
    "read_audio_header",
    "read_image_header",
]

MAX_HEADER_BYTES: Final = 2 * 1024 * 1024
"""The header of an image must end within these bytes; ordinary metadata need far less."""

MAX_READS: Final = 250_000
"""The maximum number of reads of an audio file. An MP3 of 15 MB has fewer frames."""

_PILLOW_LOCK: Final = Lock()
"""Held while warnings are disabled, because that affects all threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The content of a file header; *format* is None if the format is unknown.

    *sides* is (width, height) in pixels. *transparent* is true if there is an alpha channel
    or a transparent colour. *seconds* is the playing time. Each is None if unknown; all are
    None if the file is damaged.
    """

    format: str | None = None
    sides: tuple[int, int] | None = None
    transparent: bool | None = None
    seconds: float | None = None


def read_image_header(data: bytes) -> Header:
    """Reads the header of an image; only JPEG, PNG, BMP and WEBP beyond the format."""
    kind = _image_format(data)
    if kind == "WEBP":
        return _webp(data)
    return _read_with_pillow(kind, data) if kind in ("JPEG", "PNG", "BMP") else Header(format=kind)


def read_audio_header(data: bytes) -> Header:
    """Reads the header of an audio file; only WAV and MP3 beyond the format."""
    kind = _audio_format(data)
    if kind not in ("WAV", "MP3"):
        return Header(format=kind)
    try:
        return Header(format=kind, seconds=_seconds(kind, data))
    except Exception:  # noqa: BLE001  (hostile headers make parsers raise almost anything)
        return Header(format=kind)


def _image_format(data: bytes) -> str | None:
    for magic, name in (
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"BM", "BMP"),
        (b"GIF8", "GIF"),
        (b"II*\x00", "TIFF"),
        (b"MM\x00*", "TIFF"),
        (b"<svg", "SVG"),
        (b"<?xml", "SVG"),
        (b"%PDF-", "PDF"),
    ):
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        return {b"avif": "AVIF", b"heic": "HEIC", b"mif1": "HEIF"}.get(data[8:12], "MP4")
    return None


def _audio_format(data: bytes) -> str | None:
    for magic, name in (
        (b"ID3", "MP3"),
        (b"OggS", "OGG"),
        (b"fLaC", "FLAC"),
        (b"FORM", "AIFF"),
        (b"#!AMR", "AMR"),
    ):
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "WAV"
    if data[4:8] == b"ftyp":
        return "M4A"
    # An MPEG frame starts with eleven set bits; two later bits are the layer (00: AAC in ADTS).
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:
        return ("AAC", "MP3", "MP2", "MP1")[data[1] >> 1 & 3]
    return None


def _seconds(format: str, data: bytes) -> float | None:
    from tinytag import TinyTag

    tag = TinyTag.get(file_obj=_LimitedFile(data), tags=False)
    if format == "WAV" and tag.duration and tag.bitrate:
        # A WAV written to a pipe claims 4 GB, so the real number of bytes limits the duration.
        return min(tag.duration, len(data) / (tag.bitrate * 125))
    return tag.duration


class _LimitedFile(io.BytesIO):
    """A file with at most MAX_READS reads, so that parsers stop on invalid data."""

    left = MAX_READS

    def read(self, size: int | None = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise EOFError("too many reads: the data has no valid frames")
        return super().read(size)


def _read_with_pillow(format: str, data: bytes) -> Header:
    try:
        # The plugin's class, because Image.open rejects large sides, which are findings here.
        # Warnings about damaged metadata are not relevant.
        with _PILLOW_LOCK, warnings.catch_warnings(action="ignore"):
            image = _opener(format)(io.BytesIO(data[:MAX_HEADER_BYTES]))
    except Exception:  # noqa: BLE001  (hostile headers make parsers raise almost anything)
        return Header(format=format)
    transparent = "A" in image.mode or "transparency" in image.info
    return Header(format=format, sides=image.size, transparent=transparent)


def _opener(format: str) -> type[ImageFile]:
    from PIL import BmpImagePlugin, JpegImagePlugin, PngImagePlugin

    return {
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "BMP": BmpImagePlugin.BmpImageFile,
    }[format]


def _webp(data: bytes) -> Header:
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return Header(format="WEBP")
    number = int.from_bytes
    if kind == b"VP8X":
        sides = number(body[4:7], "little") + 1, number(body[7:10], "little") + 1
        transparent = bool(body[0] & 0x10)
    elif kind == b"VP8L" and body[0] == 0x2F:
        bits = number(body[1:5], "little")
        sides = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        transparent = bool(bits >> 28 & 1)
    elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        sides = number(body[6:8], "little") & 0x3FFF, number(body[8:10], "little") & 0x3FFF
        transparent = False
    else:
        return Header(format="WEBP")
    return Header(format="WEBP", sides=sides, transparent=transparent)
