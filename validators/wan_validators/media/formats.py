"""Detects the format of a file by its first bytes, whatever its name or MIME type says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["detect_format", "detect_weak_format", "find_audio_start"]

_MAX_BRANDS: Final = 64
_MAX_TAGS: Final = 100
_MAX_TEXT_BYTES: Final = 64 * 1024

_MAGICS: Final = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"BM", "BMP"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "BigTIFF"),
    (b"MM\x00+", "BigTIFF"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"8BPS", "PSD"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"qoif", "QOI"),
    (b"icns", "ICNS"),
    (b"DDS ", "DDS"),
    (b"gimp xcf", "XCF"),
    (b"fLaC", "FLAC"),
    (b"FORM", "AIFF"),
    (b"#!AMR", "AMR"),
    (b"ADIF", "AAC"),
    (b"0&\xb2u\x8ef\xcf\x11", "WMA"),
    (b"MThd", "MIDI"),
    (b"caff", "CAF"),
    (b".snd", "AU"),
    (b"riff\x2e\x91\xcf\x11", "W64"),
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"FLV\x01", "FLV"),
    (b"PK\x03\x04", "ZIP"),
)

_RIFF: Final = {b"WEBP": "WEBP", b"WAVE": "WAV", b"AVI ": "AVI"}

_BRANDS: Final = (
    ("AVIF", "any", (b"avif", b"avis")),
    ("HEIC", "any", (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")),
    ("CR3", "major", (b"crx ",)),
    ("MOV", "major", (b"qt  ",)),
    ("3GP", "major", (b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a", b"3g2b")),
    ("MP4", "major", (b"M4V ", b"M4VH", b"M4VP")),
    ("M4A", "any", (b"M4A ", b"M4B ", b"M4P ")),
    ("HEIF", "any", (b"mif1", b"msf1", b"mif2", b"miaf")),
)
"""Brands of ISO base media files. The first row with the major or any brand is the format."""

_ICONS: Final = {b"\x00\x00\x01\x00": "ICO", b"\x00\x00\x02\x00": "CUR"}

_ADTS_OR_MPEG: Final = ("AAC", "MP3", "MP2", "MP1")
"""The layer of an MPEG audio frame, from its bits; 00 is AAC in ADTS."""

_WEAK_MAGICS: Final = {b"\xff\x0a": "JPEG XL", b"\x0b\x77": "AC-3"}

_MARKUP: Final = (
    rb"(?is)\s*+(?:<\?.*?\?>\s*+|<!--.*?-->\s*+|<!DOCTYPE(?:[^\[>]|\[[^\]]*+\])*+>\s*+)*+"
    rb"<(?:[\w.-]+:)?(svg|html|head|body)\b"
)
_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def detect_format(data: bytes) -> str | None:
    """Detects a format by a characteristic start. Returns None if there is none."""
    if data[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _RIFF.get(data[8:12])
    if data[4:8] == b"ftyp":
        return _detect_brand(data)
    if data[4:8] in (b"moov", b"mdat", b"wide"):
        return "MOV"
    for magic, name in _MAGICS:
        if data.startswith(magic):
            return name
    if data[:4] in _ICONS and data[4:6].strip(b"\x00"):
        return _ICONS[data[:4]]
    if data.startswith(b"OggS"):
        return "Opus" if b"OpusHead" in data[:64] else "OGG"
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return "WebM" if b"webm" in data[:64] else "Matroska"
    if data.startswith((b"ID3", b"APETAGEX")):
        return _detect_behind_tags(data)
    return _detect_markup(data)


def detect_weak_format(data: bytes) -> str | None:
    """Detects a format by two bytes, which the start of a text in base64 can be as well."""
    if data[:2] in _WEAK_MAGICS:
        return _WEAK_MAGICS[data[:2]]
    # An MPEG frame starts with eleven set bits; two later bits are the layer.
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:
        return _ADTS_OR_MPEG[data[1] >> 1 & 3]
    return None


def _detect_behind_tags(data: bytes) -> str:
    at = find_audio_start(data)
    start = data[at : at + 64]
    is_tag = start.startswith((b"ID3", b"APETAGEX"))
    return (None if is_tag else detect_format(start)) or detect_weak_format(start) or "MP3"


def find_audio_start(data: bytes) -> int:
    """Returns the position behind the ID3v2 and APE tags, and their zeros, at the start."""
    at = 0
    for _ in range(_MAX_TAGS):
        head = data[at : at + 32]
        if head.startswith(b"ID3") and len(head) >= 10:
            # Seven bits of each byte count; a footer repeats the header (ID3v2.4, section 3).
            size = sum(
                (byte & 0x7F) << shift for byte, shift in zip(head[6:10], _SHIFTS, strict=True)
            )
            at += 10 + size + (10 if head[5] & 0x10 else 0)
        elif head.startswith(b"APETAGEX"):
            at += 32 + int.from_bytes(head[12:16], "little")
        else:
            break
        if data[at : at + 1] == b"\x00":
            at = _skip_zeros(data, at)
    return at


_SHIFTS: Final = (21, 14, 7, 0)
_NOT_ZERO: Final = re.compile(rb"[^\x00]")


def _skip_zeros(data: bytes, at: int) -> int:
    found = _NOT_ZERO.search(data, at)
    return found.start() if found else len(data)


def _detect_brand(data: bytes) -> str:
    brands = [*_read_brands(data)]
    for name, where, known in _BRANDS:
        if any(brand in known for brand in (brands if where == "any" else brands[:1])):
            return name
    return "MP4"


def _read_brands(data: bytes) -> Iterator[bytes]:
    """Reads the major brand and the compatible ones (ISO/IEC 14496-12, section 4.3)."""
    yield data[8:12]
    end = min(int.from_bytes(data[:4], "big"), 16 + 4 * _MAX_BRANDS)
    for at in range(16, end, 4):
        yield data[at : at + 4]


def _detect_markup(data: bytes) -> str | None:
    text = data[:_MAX_TEXT_BYTES]
    for mark, encoding in _BYTE_ORDER_MARKS:
        if text.startswith(mark):
            text = text.decode(encoding, "ignore").encode()
    if not text.lstrip().startswith(b"<"):
        return None
    if found := re.match(_MARKUP, text):
        return "SVG" if found[1].lower() == b"svg" else "HTML"
    return "XML" if text.lstrip().startswith(b"<?xml") else None
