"""The headers of image and audio files: format by content, sides, transparency, duration.

Pillow and tinytag read them, and are imported only when there is a file to read. WEBP is
the exception: Pillow allocates the canvas as soon as it opens one, so its three header
layouts (RFC 9649, section 2) are read here.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile


MAX_HEADER_BYTES: Final = 2 * 1024 * 1024
"""Bytes of an image in which its header must end; metadata of ordinary files take far less."""

MAX_READS: Final = 250_000
"""How often a sound file is read from: an MP3 of 15 MB has fewer frames, one of 30 s some 1,200."""

_PILLOW_LOCK: Final = Lock()
"""Held while warnings are off, which they are for all threads at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the first bytes of a file say; *format* is None if they are of no known format.

    *sides* is (width, height) in pixels; *transparent* tells whether there is an alpha
    channel or a transparent colour; *seconds* is the playing time. Each is None if unknown,
    all of them when the file is damaged.
    """

    format: str | None = None
    sides: tuple[int, int] | None = None
    transparent: bool | None = None
    seconds: float | None = None


def read_image_header(data: bytes) -> Header:
    """The header of an image file; only JPEG, PNG, BMP and WEBP are read beyond the format."""
    kind = _image_format(data)
    if kind == "WEBP":
        return _webp(data)
    return _read_with_pillow(kind, data) if kind in ("JPEG", "PNG", "BMP") else Header(format=kind)


def read_audio_header(data: bytes) -> Header:
    """The header of an audio file; only WAV and MP3 are read beyond the format."""
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
    # Eleven set bits start an MPEG frame, two of the next tell the layer; AAC in ADTS has 00.
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:
        return ("AAC", "MP3", "MP2", "MP1")[data[1] >> 1 & 3]
    return None


def _seconds(format: str, data: bytes) -> float | None:
    from tinytag import TinyTag

    tag = TinyTag.get(file_obj=_LimitedFile(data), tags=False)
    if format == "WAV" and tag.duration and tag.bitrate:
        # A WAV that was written to a pipe claims 4 GB: no file plays for longer than its bytes.
        return min(tag.duration, len(data) / (tag.bitrate * 125))
    return tag.duration


class _LimitedFile(io.BytesIO):
    """A file that can be read from READS times, so that a reader gives up on endless junk."""

    left = MAX_READS

    def read(self, size: int | None = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise EOFError("whatever this is, it is not made of frames")
        return super().read(size)


def _read_with_pillow(format: str, data: bytes) -> Header:
    try:
        # The plugin's class, not Image.open, which refuses sides that would make a large
        # picture: here a large picture is a finding. It also warns of damaged metadata,
        # which are nobody's concern here.
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
