"""Formats are named by content, whatever a file is called."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wan_validators.media.formats import detect_format, detect_weak_format, find_audio_start
from wan_validators.media.headers import read_audio_header, read_image_header

from .files import image, mp3, wav

HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")


def boxes(major: bytes, *compatible: bytes) -> bytes:
    """The first box of an ISO base media file."""
    content = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(content) + 4) + content + b"\0\0\0\x08free"


def saved(format: str, **more: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, format, **more)
    return file.getvalue()


def id3(size: int, *, footer: bool = False) -> bytes:
    """A tag of *size* bytes, which are written with seven bits in each byte."""
    sizes = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\4\0" + (b"\x10" if footer else b"\0") + sizes + b"x" * (size + 10 * footer)


ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'

FILES = [
    *(("HEIC", boxes(brand, b"mif1")) for brand in HEIC),
    ("HEIC", boxes(b"mif1", b"miaf", b"heic")),
    ("HEIC", boxes(b"msf1", b"hevc")),
    ("HEIF", boxes(b"mif1")),
    ("HEIF", boxes(b"msf1", b"iso8")),
    ("AVIF", boxes(b"avif", b"mif1")),
    ("AVIF", boxes(b"avis")),
    ("AVIF", boxes(b"mif1", b"avif")),
    ("AVIF", saved("AVIF")),
    ("CR3", boxes(b"crx ", b"isom")),
    ("MOV", boxes(b"qt  ")),
    ("MOV", b"\0\0\0\x08wide\0\0\0\0mdat"),
    ("MP4", boxes(b"isom", b"mp42")),
    ("MP4", boxes(b"M4V ", b"M4A ", b"mp42")),
    ("M4A", boxes(b"M4A ")),
    ("M4A", boxes(b"mp42", b"M4A ")),
    ("3GP", boxes(b"3gp5")),
    ("JPEG 2000", saved("JPEG2000")),
    ("JPEG 2000", saved("JPEG2000", no_jp2=True)),
    ("JPEG XL", b"\0\0\0\x0cJXL \r\n\x87\n"),
    ("JPEG XL", b"\xff\x0a\xfa\x7f"),
    ("ICO", saved("ICO")),
    ("CUR", b"\0\0\2\0\1\0" + bytes(16)),
    ("ICNS", saved("ICNS")),
    ("TIFF", saved("TIFF")),
    ("TIFF", b"MM\0*\0\0\0\x08"),
    ("BigTIFF", saved("TIFF", big_tiff=True)),
    ("PSD", b"8BPS\0\1"),
    ("PDF", saved("PDF")),
    ("GIF", saved("GIF")),
    ("DDS", saved("DDS")),
    ("SVG", SVG),
    ("SVG", b"\xef\xbb\xbf" + SVG),
    ("SVG", b"\r\n\t " + SVG),
    ("SVG", b"<?xml version='1.0'?>\n<!-- a <b> comment --><!-- and another -->\n" + SVG),
    ("SVG", b'<!DOCTYPE svg PUBLIC "-//W3C" "svg.dtd" [<!ENTITY a "b">]>' + SVG),
    ("SVG", b"<svg:svg/>"),
    ("SVG", SVG.decode().encode("utf-16")),
    ("HTML", b"<!DOCTYPE html><html><head><title>404</title>"),
    ("XML", b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"),
    ("AAC", ADTS),
    ("AAC", id3(300) + ADTS),
    ("AAC", id3(300) + bytes(50) + ADTS),
    ("AAC", b"ADIF\0"),
    ("MP3", id3(300) + mp3(42)),
    ("MP3", id3(300) + id3(5) + mp3(42)),
    ("MP3", id3(300, footer=True) + mp3(42)),
    ("MP3", b"APETAGEX" + struct.pack("<II", 2000, 40) + bytes(16) + b"x" * 40 + mp3(42)),
    ("MP3", id3(9)),
    ("MP3", id3(9)[:12]),
    ("MP3", b"ID3\4"),
    ("MP3", id3(9) + bytes(9)),
    ("MP3", id3(5) * 200 + mp3(4)),
    ("FLAC", b"fLaC\0\0\0\x22"),
    ("FLAC", id3(300) + b"fLaC\0\0\0\x22"),
    ("OGG", b"OggS\0\2" + bytes(22) + b"\1\x1e\1vorbis"),
    ("Opus", b"OggS\0\2" + bytes(22) + b"\1\x13OpusHead"),
    ("AIFF", b"FORM\0\0\0\0AIFC"),
    ("AMR", b"#!AMR-WB\n"),
    ("WMA", b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel"),
    ("MIDI", b"MThd\0\0\0\6"),
    ("CAF", b"caff\0\1"),
    ("AU", b".snd\0\0\0\x18"),
    ("W64", b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"),
    ("WebM", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm"),
    ("Matroska", b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska"),
    ("AC-3", b"\x0b\x77\0\0"),
    ("WAV", wav(50)),
    ("WAV", b"RF64" + wav(50)[4:]),
    ("WAV", b"BW64" + wav(50)[4:]),
    ("AVI", b"RIFF\0\0\0\0AVI LIST"),
    ("PNG", image("PNG")),
    ("JPEG", image("JPEG")),
]


@pytest.mark.parametrize(("name", "data"), FILES, ids=[f"{n}-{d[:12]!r}" for n, d in FILES])
def test_a_file_has_the_same_format_wherever_it_is_given(name: str, data: bytes) -> None:
    assert read_image_header(data).format == name
    assert read_audio_header(data).format == name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a cat",
        b"<b>bold</b>",
        b"\xef\xbb\xbfa cat",
        b"RIFF\0\0\0\0CDXA",
        b"\0\0\2\0\0\0",
        b"{}",
        saved("TGA"),
    ],
)
def test_an_unknown_format_has_no_name(data: bytes) -> None:
    assert read_image_header(data).format is None


@pytest.mark.parametrize("start", [b"\xff\x0a", b"\xff\xfb", b"\x0b\x77"])
def test_two_bytes_are_too_few_to_take_a_text_for_base64(start: bytes) -> None:
    assert detect_format(start + b"cat") is None
    assert detect_weak_format(start) is not None


@given(
    st.sampled_from([b"", b"ID3", b"APETAGEX", b"\0\0\0\x18ftyp", b"<?xml", b"<!--"]), st.binary()
)
def test_bytes_of_any_kind_are_named_or_not(start: bytes, rest: bytes) -> None:
    data = start + rest

    assert detect_format(data) is None or data
    assert find_audio_start(data) >= 0
