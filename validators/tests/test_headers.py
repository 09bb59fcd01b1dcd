"""The headers of real files, of damaged ones, and of such as only claim to be large."""

from __future__ import annotations

import io
import tracemalloc
import warnings
from typing import Any, NamedTuple

import pytest
from PIL import Image

from wan_validators.media.headers import Header, read_audio_header, read_image_header

from . import files
from .files import image, mp3, png, wav


class Picture(NamedTuple):
    what: str
    data: bytes
    header: Header


def opaque(format: str, sides: tuple[int, int] = (384, 384)) -> Header:
    return Header(format=format, sides=sides, transparent=False)


def transparent(format: str, sides: tuple[int, int] = (384, 384)) -> Header:
    return Header(format=format, sides=sides, transparent=True)


RED_OUT = files.chunk(b"tRNS", b"\0\xff\0\0\0\0")
PALETTE = files.chunk(b"PLTE", b"\0\0\0\xff\xff\xff")

PICTURES = [
    Picture("JPEG", image("JPEG", (640, 480)), opaque("JPEG", (640, 480))),
    Picture("grey JPEG", image("JPEG", mode="L"), opaque("JPEG")),
    Picture("CMYK JPEG", image("JPEG", mode="CMYK"), opaque("JPEG")),
    Picture("progressive JPEG", image("JPEG", progressive=True), opaque("JPEG")),
    Picture("JPEG after 300 KB of metadata", files.jpeg_after(300_000), opaque("JPEG")),
    Picture("JPEG cut in its metadata", files.jpeg_after(9)[:5_000], Header(format="JPEG")),
    Picture("JPEG magic alone", b"\xff\xd8\xff", Header(format="JPEG")),
    Picture("PNG", image("PNG", (5000, 384), "1"), opaque("PNG", (5000, 384))),
    Picture("PNG with a palette", image("PNG", mode="P"), opaque("PNG")),
    Picture("PNG, palette, tRNS", image("PNG", mode="P", transparency=0), transparent("PNG")),
    Picture(
        "PNG, palette, tRNS with levels",
        png(384, 384, PALETTE, files.chunk(b"tRNS", b"\x80\x40"), colour=3),
        transparent("PNG"),
    ),
    Picture("PNG, one colour transparent", png(384, 384, RED_OUT, colour=2), transparent("PNG")),
    Picture("PNG RGBA", image("PNG", mode="RGBA"), transparent("PNG")),
    Picture("PNG LA", image("PNG", mode="LA"), transparent("PNG")),
    Picture("PNG of 60000 by 60000", png(60_000, 60_000), opaque("PNG", (60_000, 60_000))),
    Picture("PNG without pixels", png(383, 500), opaque("PNG", (383, 500))),
    Picture("PNG cut in its header", png(384, 384)[:30], Header(format="PNG")),
    Picture("PNG magic alone", b"\x89PNG\r\n\x1a\n", Header(format="PNG")),
    Picture("PNG with a wrong checksum", png(384, 384)[:29] + b"\0" * 40, Header(format="PNG")),
    Picture("BMP", image("BMP", (16, 9)), opaque("BMP", (16, 9))),
    Picture("BMP of 1 bit", image("BMP", (16, 9), "1"), opaque("BMP", (16, 9))),
    Picture("BMP of 32 bits, one unused", image("BMP", (16, 9), "RGBA"), opaque("BMP", (16, 9))),
    Picture("BMP of 32 bits with alpha", files.bmp_with_alpha(16, 9), transparent("BMP", (16, 9))),
    Picture("BMP cut in its header", image("BMP", (16, 9))[:20], Header(format="BMP")),
    Picture("WEBP lossy", image("WEBP", (640, 360)), opaque("WEBP", (640, 360))),
    Picture("WEBP lossless", image("WEBP", (640, 360), lossless=True), opaque("WEBP", (640, 360))),
    Picture("WEBP of one pixel", image("WEBP", (1, 1), lossless=True), opaque("WEBP", (1, 1))),
    Picture(
        "WEBP lossless with alpha",
        image("WEBP", (640, 360), "RGBA", lossless=True),
        transparent("WEBP", (640, 360)),
    ),
    Picture(
        "WEBP lossy with alpha, which is extended",
        image("WEBP", (640, 360), "RGBA"),
        transparent("WEBP", (640, 360)),
    ),
    Picture(
        "WEBP extended, opaque", files.vp8x(16_384, 9, alpha=False), opaque("WEBP", (16_384, 9))
    ),
    Picture(
        "WEBP extended, the largest",
        files.vp8x(16_777_216, 16_777_216, alpha=True),
        transparent("WEBP", (16_777_216, 16_777_216)),
    ),
    Picture("WEBP cut in its header", image("WEBP", (640, 360))[:24], Header(format="WEBP")),
    Picture("WEBP with no start code", files.riff(b"VP8 ", b"\0" * 10), Header(format="WEBP")),
    Picture("WEBP with no signature", files.riff(b"VP8L", b"\0" * 10), Header(format="WEBP")),
    Picture("WEBP of an unknown layout", files.riff(b"ANIM", b"\0" * 10), Header(format="WEBP")),
    Picture("GIF", image("GIF", (16, 9)), Header(format="GIF")),
    Picture("TIFF, little-endian", image("TIFF", (16, 9)), Header(format="TIFF")),
    Picture("TIFF, big-endian", b"MM\x00*\0\0\0\x08", Header(format="TIFF")),
    Picture("SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Header(format="SVG")),
    Picture("SVG after an XML declaration", b"<?xml version='1.0'?><svg/>", Header(format="SVG")),
    Picture("PDF", b"%PDF-1.7\n", Header(format="PDF")),
    Picture("AVIF", image("AVIF", (16, 9)), Header(format="AVIF")),
    Picture("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0", Header(format="HEIC")),
    Picture("HEIF", b"\0\0\0\x18ftypmif1\0\0\0\0", Header(format="HEIF")),
    Picture("MP4", b"\0\0\0\x18ftypisom\0\0\0\0", Header(format="MP4")),
    Picture("text", b"a cat", Header()),
    Picture("WAV", wav(50), Header(format="WAV")),
    Picture("nothing", b"", Header()),
]


@pytest.mark.parametrize("case", PICTURES, ids=lambda case: case.what)
def test_the_header_of_an_image(case: Picture) -> None:
    assert read_image_header(case.data) == case.header


def test_the_pixels_of_an_announced_giant_are_never_allocated() -> None:
    giants = [png(60_000, 60_000), files.vp8x(16_000_000, 16_000_000, alpha=True)]
    read_image_header(giants[0])  # so that what importing Pillow takes is not counted

    tracemalloc.start()
    try:
        for giant in giants:
            assert read_image_header(giant).sides is not None
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_damaged_metadata_neither_warn_nor_hide_the_size() -> None:
    cut_exif = b"Exif\0\0II*\0\x08\0\0\0\x05\0\x0f\x01\x02\0\xff\0\0\0\xff\0\0\0"
    data = image("JPEG", exif=cut_exif)

    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        header = read_image_header(data)

    assert header == opaque("JPEG")
    assert raised == []


def test_every_cut_of_a_real_file_is_read_or_called_damaged_without_a_crash() -> None:
    for kind in ("JPEG", "PNG", "BMP", "WEBP"):
        whole = image(kind, (16, 9))
        for length in range(len(whole)):
            header = read_image_header(whole[:length])
            assert header.format in (kind, None)
            assert header.sides in ((16, 9), None)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("more", [{"lossless": True}, {"quality": 1}, {"exif": b"Exif\0\0"}])
def test_webp_is_read_as_pillow_reads_it(mode: str, more: dict[str, Any]) -> None:
    data = image("WEBP", (127, 33), mode, **more)

    with Image.open(io.BytesIO(data)) as opened:
        assert read_image_header(data).sides == opened.size
        assert read_image_header(data).transparent == ("A" in opened.mode)


ID3 = b"ID3\x04\0\0\0\0\x02\0" + b"\0" * 256

SOUNDS = [
    ("WAV of 2.9 s", wav(29), Header(format="WAV", seconds=2.9)),
    ("WAV of 3 s", wav(30), Header(format="WAV", seconds=3.0)),
    ("WAV of 30 s", wav(300), Header(format="WAV", seconds=30.0)),
    ("WAV of 30.1 s", wav(301), Header(format="WAV", seconds=30.1)),
    ("WAV of no length", wav(0), Header(format="WAV", seconds=0.0)),
    ("WAV cut in its header", wav(50)[:20], Header(format="WAV")),
    ("WAV magic alone", b"RIFF\0\0\0\0WAVE", Header(format="WAV")),
    ("MP3 of 2.952 s", mp3(41), Header(format="MP3", seconds=2.952)),
    ("MP3 of 3.024 s", mp3(42), Header(format="MP3", seconds=3.024)),
    ("MP3 of 29.952 s", mp3(416), Header(format="MP3", seconds=29.952)),
    ("MP3 of 30.024 s", mp3(417), Header(format="MP3", seconds=30.024)),
    ("MP3 after its tags", ID3 + mp3(42), Header(format="MP3", seconds=3.024)),
    ("MP3 before its tags", mp3(42) + b"TAG" + b"\0" * 125, Header(format="MP3", seconds=3.024)),
    ("MP3 tags alone", ID3, Header(format="MP3")),
    ("MP3 magic alone", b"\xff\xfb", Header(format="MP3")),
    ("MPEG layer II", b"\xff\xfd\x18\xc0", Header(format="MP2")),
    ("MPEG layer I", b"\xff\xff\x18\xc0", Header(format="MP1")),
    ("AAC", b"\xff\xf1\x50\x80", Header(format="AAC")),
    ("OGG", b"OggS\0\x02", Header(format="OGG")),
    ("FLAC", b"fLaC\0\0\0\x22", Header(format="FLAC")),
    ("M4A", b"\0\0\0\x18ftypM4A \0\0\0\0", Header(format="M4A")),
    ("AIFF", b"FORM\0\0\0\0AIFF", Header(format="AIFF")),
    ("AMR", b"#!AMR\n", Header(format="AMR")),
    ("JPEG", image("JPEG"), Header(format="JPEG")),
    ("AVI, which is in RIFF as well", b"RIFF\0\0\0\0AVI LIST", Header(format="AVI")),
    ("one byte of a frame", b"\xff", Header()),
    ("nothing", b"", Header()),
]


@pytest.mark.parametrize(
    ("data", "header"), [row[1:] for row in SOUNDS], ids=[r[0] for r in SOUNDS]
)
def test_the_header_of_an_audio_file(data: bytes, header: Header) -> None:
    seen = read_audio_header(data)

    assert seen.format == header.format
    assert seen.seconds == pytest.approx(header.seconds, abs=1e-9)


def test_a_wav_that_claims_four_gigabytes_plays_no_longer_than_its_bytes() -> None:
    whole = wav(200)
    piped = whole[:40] + b"\xff\xff\xff\xff" + whole[44:]

    seconds = read_audio_header(piped).seconds

    assert seconds == pytest.approx(20.0)


def test_an_mp3_with_a_xing_header_plays_as_long_as_that_says() -> None:
    frames, size = (1000).to_bytes(4, "big"), (72_000).to_bytes(4, "big")
    whole = mp3(5)
    xing = whole[:13] + b"Xing\0\0\0\3" + frames + size + whole[29:]

    assert read_audio_header(xing).seconds == pytest.approx(72.0)


def test_a_wav_whose_samples_are_not_pcm_plays_as_long_as_its_fact_chunk_says() -> None:
    law = wav(50)[:20] + b"\x07\0" + wav(50)[22:36] + b"fact\x04\0\0\0\x32\0\0\0" + wav(50)[36:]

    assert read_audio_header(law).seconds == pytest.approx(5.0)


def test_junk_that_begins_like_an_mp3_is_given_up_on() -> None:
    junk = b"\xff\xfb" + b"\xff" * 2_000_000

    assert read_audio_header(junk) == Header(format="MP3")
