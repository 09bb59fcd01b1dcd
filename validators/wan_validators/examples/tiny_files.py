"""Builds small image and audio files as ``data:`` URIs, each with one property."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

__all__ = ["build_bmp", "build_data_uri", "build_mp3", "build_png", "build_wav", "build_webp"]


def build_data_uri(content: bytes, declared: str) -> str:
    return f"data:{declared};base64,{b64encode(content).decode()}"


def build_png(
    side: int, *, height: int | None = None, alpha: bool = False, padding: int = 0
) -> bytes:
    """Builds a black PNG, a square without *height*, with *padding* bytes after its end."""
    rows = side if height is None else height
    row = bytes(1 + side * (4 if alpha else 1))
    header = struct.pack(">IIBBBBB", side, rows, 8, 6 if alpha else 0, 0, 0, 0)
    pixels = zlib.compress(row * rows, 9)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks + bytes(padding)


def build_bmp(side: int) -> bytes:
    """Builds a BMP of *side* by *side* pixels with an alpha channel."""
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    about = struct.pack("<IiiHHIIiiII", 108, side, side, 1, 32, 3, 0, 0, 0, 0, 0)
    content = (about + masks).ljust(108, b"\0")
    return b"BM" + struct.pack("<IHHI", 122, 0, 0, 122) + content


def build_webp(side: int) -> bytes:
    """Builds the start of a WEBP of *side* by *side* pixels with an alpha channel."""
    sides = struct.pack("<I", side - 1)[:3] * 2
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes([0x10, 0, 0, 0]) + sides
    return _riff(b"WEBP", chunk)


def build_wav(samples: int, rate: int) -> bytes:
    """Builds a silent WAV of *samples* bytes that plays *rate* of them in a second."""
    about = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate, 1, 8)
    return _riff(b"WAVE", about + b"data" + struct.pack("<I", samples) + b"\x80" * samples)


def build_mp3(frames: int) -> bytes:
    """Builds an MP3 of silent frames, each of 72 ms: MPEG 2.5 layer III, 8 kbit/s, mono."""
    return (b"\xff\xe3\x18\xc0" + bytes(68)) * frames


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _riff(kind: bytes, body: bytes) -> bytes:
    content = kind + body
    return b"RIFF" + struct.pack("<I", len(content)) + content
