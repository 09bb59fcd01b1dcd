"""Reads the headers of image and audio files: format by content, sides, transparency, time.

The parsers read bytes in place. They need neither pixels nor other libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import audio_headers, image_headers
from .formats import detect_format, detect_weak_format
from .header import Header

__all__ = ["Header", "read_audio_header", "read_image_header"]


def read_image_header(data: bytes) -> Header:
    """Reads the header of an image; only JPEG, PNG, BMP and WEBP beyond the format."""
    return _read(data, image_headers.READERS)


def read_audio_header(data: bytes) -> Header:
    """Reads the header of an audio file; only WAV and MP3 beyond the format."""
    return _read(data, audio_headers.READERS)


def _read(data: bytes, readers: Mapping[str, Callable[[bytes], Header | None]]) -> Header:
    kind = detect_format(data) or detect_weak_format(data)
    reader = readers.get(kind) if kind else None
    return (reader(data) if reader else None) or Header(format=kind)
