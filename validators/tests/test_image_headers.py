"""Image headers beside Pillow, which is the oracle: formats, metadata, alpha, early ends."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import BmpImagePlugin, Image, PngImagePlugin

from wan_validators.media.headers import Header, read_image_header

from . import files
from .files import chunk, image, png, segment

FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
PALETTE = chunk(b"PLTE", b"\0\0\0\xff\xff\xff")
LARGE = 3 * 1024 * 1024


def noise(format: str, mode: str = "RGB", **more: Any) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((97, 61), 90).convert(mode).save(file, format, **more)
    return file.getvalue()


def with_text(size: int, *, zip: bool = False) -> bytes:
    """A PNG with two text chunks that are, or expand to, *size* bytes."""
    info = PngImagePlugin.PngInfo()
    info.add_text("workflow", "x" * size, zip=zip)
    info.add_itxt("notes", "y" * size, zip=zip)
    return image("PNG", (384, 500), pnginfo=info)


def multi_picture() -> bytes:
    return noise("MPO", save_all=True, append_images=[Image.new("RGB", (10, 10))])


def animation() -> bytes:
    frames = [Image.new("RGB", (97, 61), colour) for colour in ("red", "blue")]
    return noise("WEBP", save_all=True, append_images=frames, lossless=True)


def bmp_v5() -> bytes:
    """A BMP with the fifth kind of header and an alpha mask."""
    whole = files.bmp_with_alpha(97, 61)
    return whole[:14] + struct.pack("<I", 124) + whole[18:] + bytes(16 + 4 * 97 * 61)


def core_bmp() -> bytes:
    """A BMP with the header of OS/2 1.x."""
    return b"BM" + struct.pack("<IHHIIHHHH", 26, 0, 0, 26, 12, 97, 61, 1, 24) + bytes(292 * 61)


SAVED = {
    **{f"PNG {mode}": noise("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")},
    "PNG of 16 bits": image("PNG", (97, 61), "I;16"),
    "PNG with a transparent colour": image("PNG", (97, 61), transparency=(0, 0, 0)),
    "PNG with a transparent grey": image("PNG", (97, 61), "L", transparency=0),
    "PNG with a transparent palette": image("PNG", (97, 61), "P", transparency=0),
    "PNG behind text": with_text(LARGE),
    **{f"JPEG {mode}": noise("JPEG", mode) for mode in ("L", "RGB", "CMYK")},
    "progressive JPEG": noise("JPEG", progressive=True, quality=95),
    "JPEG with restarts": noise("JPEG", restart_marker_blocks=1),
    "JPEG behind a large profile": noise("JPEG", icc_profile=b"x" * LARGE),
    "JPEG behind 3 MiB": files.jpeg_after(LARGE),
    "several pictures in a JPEG": multi_picture(),
    **{f"BMP {mode}": noise("BMP", mode) for mode in ("1", "L", "P", "RGB", "RGBA")},
    "BMP version 4": files.bmp_with_alpha(97, 61),
    "BMP version 5": bmp_v5(),
    "BMP of OS/2": core_bmp(),
    **{f"WEBP {mode}": noise("WEBP", mode) for mode in ("RGB", "RGBA")},
    **{f"lossless WEBP {mode}": noise("WEBP", mode, lossless=True) for mode in ("RGB", "RGBA")},
    "animated WEBP": animation(),
}


@pytest.mark.parametrize("data", SAVED.values(), ids=SAVED)
def test_sides_and_transparency_are_those_that_pillow_reads(data: bytes) -> None:
    header = read_image_header(data)

    # Image.open takes a BMP with a header alone for one of another kind.
    opened = (
        BmpImagePlugin.BmpImageFile(io.BytesIO(data))
        if data.startswith(b"BM")
        else Image.open(io.BytesIO(data))
    )
    assert header.sides == opened.size
    assert header.transparent == ("A" in opened.mode or "transparency" in opened.info)
    assert header.format == {"MPO": "JPEG"}.get(str(opened.format), opened.format)
    assert not header.truncated


@pytest.mark.parametrize("size", [LARGE, 30 * LARGE])
def test_compressed_text_that_expands_beyond_any_limit_is_skipped(size: int) -> None:
    header = read_image_header(with_text(size, zip=True))

    assert header == Header(format="PNG", sides=(384, 500), transparent=False)


@pytest.mark.parametrize(
    ("levels", "transparent"),
    [(b"\xff\xff", False), (b"\xff", False), (b"", False), (b"\xff\xfe", True), (b"\0", True)],
)
def test_a_palette_is_transparent_if_a_level_is(levels: bytes, *, transparent: bool) -> None:
    data = png(384, 384, PALETTE, chunk(b"tRNS", levels), colour=3)

    assert read_image_header(data).transparent is transparent


def test_levels_behind_the_pixels_do_not_count() -> None:
    data = png(384, 384, PALETTE, chunk(b"IDAT", b""), chunk(b"tRNS", b"\0"), colour=3)

    assert read_image_header(data).transparent is False


def test_a_mask_of_an_alpha_channel_counts_only_where_masks_are_used() -> None:
    masked = files.bmp_with_alpha(97, 61)
    empty = masked[:66] + bytes(4) + masked[70:]
    plain = masked[:30] + bytes(4) + masked[34:]
    behind = masked[:14] + struct.pack("<I", 40) + masked[18:30] + b"\6\0\0\0" + masked[34:]

    assert read_image_header(masked).transparent is True
    assert read_image_header(behind).transparent is True
    assert read_image_header(empty).transparent is False
    assert read_image_header(plain).transparent is False


def test_a_bmp_from_top_to_bottom_has_a_positive_height() -> None:
    whole = noise("BMP")
    flipped = whole[:22] + struct.pack("<i", -61) + whole[26:]

    assert read_image_header(flipped).sides == (97, 61)


THUMBNAIL = segment(0xE1, b"Exif\0\0" + noise("JPEG"))


@pytest.mark.parametrize(
    "data",
    [
        noise("PNG")[:-1],
        noise("PNG")[:-12],
        noise("PNG")[:200],
        noise("JPEG")[:-2],
        noise("JPEG", progressive=True)[:-40],
        noise("JPEG")[:-60] + bytes(60),
        noise("JPEG")[:2] + THUMBNAIL + noise("JPEG")[2:-300],
        noise("WEBP")[:-20],
        noise("WEBP", "RGBA")[:-20],
        animation()[:-300],
        noise("BMP")[:-1],
    ],
)
def test_a_file_without_its_end_is_truncated(data: bytes) -> None:
    header = read_image_header(data)

    assert header.sides == (97, 61)
    assert header.truncated


def test_a_jpeg_without_its_pixels_is_truncated() -> None:
    whole = noise("JPEG")

    assert read_image_header(whole[: whole.index(b"\xff\xda")]).truncated


@pytest.mark.parametrize("kind", FORMATS)
def test_bytes_behind_the_end_are_not_an_early_end(kind: str) -> None:
    assert read_image_header(noise(kind) + b"\0" * 99) == read_image_header(noise(kind))


def test_fill_bytes_between_the_segments_of_a_jpeg_are_skipped() -> None:
    whole = noise("JPEG")

    assert read_image_header(whole[:2] + b"\xff" * 99 + whole[2:]).sides == (97, 61)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\0\1",
        b"\xff\xd8" + segment(0xC0, b"\x08\0"),
        b"\xff\xd8" + b"\xff\xd0" * 30_000,
        noise("BMP")[:14] + struct.pack("<I", 9) + noise("BMP")[18:],
        noise("BMP")[:50],
        files.riff(b"VP8 ", b"\0\0\0\0\0\0\0"),
    ],
)
def test_a_damaged_header_has_no_sides(data: bytes) -> None:
    header = read_image_header(data)

    assert not header.is_readable
    assert not header.truncated


def test_what_is_behind_too_many_chunks_is_not_read() -> None:
    data = png(384, 384)[:33] + chunk(b"prIv", b"") * 30_000

    assert read_image_header(data) == Header(format="PNG", sides=(384, 384), transparent=False)


@given(st.sampled_from(list(SAVED.values())).filter(lambda data: len(data) < 200_000), st.data())
def test_changed_and_cut_files_never_raise(whole: bytes, drawn: st.DataObject) -> None:
    data = bytearray(whole[: drawn.draw(st.integers(0, len(whole)))])
    for _ in range(drawn.draw(st.integers(0, 8)) if data else 0):
        data[drawn.draw(st.integers(0, len(data) - 1))] = drawn.draw(st.integers(0, 255))

    header = read_image_header(bytes(data))

    assert header.sides is None or min(header.sides) >= 0


@given(st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"RIFF"]), st.binary())
def test_bytes_of_any_kind_never_raise(start: bytes, rest: bytes) -> None:
    read_image_header(start + rest)
