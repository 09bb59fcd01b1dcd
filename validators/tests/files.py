"""Small image and audio files: real ones from Pillow and wave, and headers made by hand."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from base64 import b64encode
from typing import Any

from PIL import Image


def image(
    format: str, sides: tuple[int, int] = (384, 384), mode: str = "RGB", **more: Any
) -> bytes:
    """A real image of one colour; *more* goes to Pillow's writer."""
    file = io.BytesIO()
    Image.new(mode, sides).save(file, format, **more)
    return file.getvalue()


def png(width: int, height: int, *chunks: bytes, colour: int = 0) -> bytes:
    """A PNG of which only the header is true: it announces any sides and holds no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", header), *chunks, chunk(b"IDAT", b""), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_after(metadata: int, sides: tuple[int, int] = (384, 384)) -> bytes:
    """A JPEG whose size comes after at least *metadata* bytes of application segments."""
    filler = segment(0xEB, b"\0" * 60_000) * (metadata // 60_000 + 1)
    whole = image("JPEG", sides)
    return whole[:2] + filler + whole[2:]


def bmp_with_alpha(width: int, height: int) -> bytes:
    """A BMP with the fourth kind of header, whose last mask is that of an alpha channel."""
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    about = struct.pack("<IiiHHIIiiII", 108, width, height, 1, 32, 3, 0, 0, 0, 0, 0)
    header = (about + masks).ljust(108, b"\0")
    return b"BM" + struct.pack("<IHHI", 122, 0, 0, 122) + header


def rle_bmp(width: int, height: int) -> bytes:
    """A whole BMP of one colour, run-length encoded: its data is the mark of the end alone."""
    about = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 2, 0, 0, 2, 0)
    palette = b"\0\0\0\0\xff\xff\xff\0"
    return b"BM" + struct.pack("<IHHI", 64, 0, 0, 62) + about + palette + b"\0\1"


def riff(kind: bytes, body: bytes) -> bytes:
    """A WEBP with one chunk."""
    content = b"WEBP" + kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(content)) + content


def vp8x(width: int, height: int, *, alpha: bool) -> bytes:
    """A WEBP in the extended layout, up to the end of its header."""
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return riff(b"VP8X", bytes([0x10 if alpha else 0, 0, 0, 0]) + sides)


def wav(samples: int, rate: int = 10) -> bytes:
    """A WAV of *samples* bytes, *rate* of them a second: by default tenths of a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(rate)
        writer.writeframes(b"\x80" * samples)
    return file.getvalue()


def mp3(frames: int) -> bytes:
    """An MP3 of silent frames, each of 72 ms: MPEG 2.5 layer III, 8 kbit/s, 8 kHz, mono."""
    return (b"\xff\xe3\x18\xc0" + b"\0" * 68) * frames


def data_uri(content: bytes, declared: str) -> str:
    """*content* as it stands in a payload."""
    return f"data:{declared};base64,{b64encode(content).decode()}"
