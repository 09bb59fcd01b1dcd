"""What the linter says about files: verdicts and messages."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

import pytest
from PIL import Image

from wan_validators import lint
from wan_validators.catalog import catalog
from wan_validators.messages.formatting import format_megabytes, format_outside

from . import files
from .files import data_uri, image, mp3, png, wav

OPAQUE_LEVELS = (files.chunk(b"PLTE", bytes(6)), files.chunk(b"tRNS", b"\xff\xff"))


def findings(**more: str) -> list[tuple[str, str]]:
    payload = {"prompt": "the cat runs", "image": "https://example.com/in.png", "duration": 5}
    found = lint({**payload, **more}, "wan2.5-i2v-preview").findings
    return [(each.rule, str(each.severity)) for each in found]


def message(**more: str) -> str:
    payload = {"prompt": "the cat runs", "image": "https://example.com/in.png", "duration": 5}
    [found] = lint({**payload, **more}, "wan2.5-i2v-preview").findings
    return f"{found.message}; {found.as_dict()['allowed']}"


@pytest.mark.parametrize(
    ("data", "mime", "expected"),
    [
        (image("PNG", mode="RGBA"), "image/png", [("image-transparency", "error")]),
        (image("PNG", transparency=(0, 0, 0)), "image/png", [("image-transparency", "error")]),
        (png(384, 384, *OPAQUE_LEVELS, colour=3), "image/png", []),
        (files.jpeg_after(3_000_000), "image/jpeg", []),
        (image("WEBP", mode="RGBA"), "image/webp", [("image-alpha", "warning")]),
        (files.bmp_with_alpha(384, 384), "image/bmp", [("image-alpha", "warning")]),
        (image("JPEG")[:-9], "image/jpeg", [("image-complete", "warning")]),
    ],
)
def test_the_verdict_on_an_image(data: bytes, mime: str, expected: list[Any]) -> None:
    assert findings(image=data_uri(data, mime)) == expected


@pytest.mark.parametrize(
    ("data", "mime", "expected"),
    [
        (mp3(416), "audio/mpeg", []),
        (mp3(417), "audio/mpeg", [("audio-padding", "warning")]),
        (mp3(420), "audio/mpeg", [("audio-duration", "error")]),
        (mp3(42), "audio/mpeg", []),
        (wav(60)[:-9], "audio/wav", [("audio-complete", "warning")]),
        (wav(60)[:28] + bytes(4) + wav(60)[32:], "audio/wav", []),
    ],
)
def test_the_verdict_on_audio(data: bytes, mime: str, expected: list[Any]) -> None:
    assert findings(audio_url=data_uri(data, mime)) == expected


def test_a_format_that_is_not_supported_is_named_once() -> None:
    heic = b"\0\0\0\x18ftypheix\0\0\0\0mif1heix"
    aac = b"ID3\4\0\0\0\0\0\2xx\xff\xf1\x50\x80\x02\x1f\xfc"

    assert message(image=data_uri(heic, "image/heic")).startswith("image is HEIC, not JPEG")
    assert message(image=data_uri(heic, "image/jpeg")).startswith("image is HEIC, not JPEG")
    assert message(audio_url=data_uri(aac, "audio/mpeg")).startswith("audio_url is AAC, not WAV")
    assert message(audio_url=data_uri(image("JPEG"), "audio/wav")).startswith("audio_url is JPEG")
    assert message(image=data_uri(wav(50), "image/png")).startswith("image is WAV, not JPEG")
    assert findings(image=b64encode(heic * 9).decode()) == [
        ("image-prefix", "warning"),
        ("image-format", "error"),
    ]


def test_a_playing_time_out_of_range_never_looks_like_an_allowed_one() -> None:
    long, short = wav(3_000_001, rate=100_000), wav(299_999, rate=100_000)

    assert message(audio_url=data_uri(long, "audio/wav")) == (
        "audio_url plays for 30.00001 seconds; 3 to 30 seconds"
    )
    assert message(audio_url=data_uri(short, "audio/wav")) == (
        "audio_url plays for 2.99999 seconds; 3 to 30 seconds"
    )
    assert message(audio_url=data_uri(mp3(417), "audio/mpeg")) == (
        "audio_url plays for 30.02 seconds, 29.81 without the silence that encoders add; "
        "at most 30 seconds"
    )
    assert message(audio_url=data_uri(mp3(420), "audio/mpeg")) == (
        "audio_url plays for 30.02 seconds; 3 to 30 seconds"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(30.004, "30.004"), (29.5, "29.50"), (2.9999, "2.9999"), (31, "31.00"), (30, "30.00")],
)
def test_as_many_decimals_are_shown_as_are_needed(value: float, text: str) -> None:
    assert format_outside(value, 3, 30) == text


def test_a_size_just_over_a_round_one_does_not_look_like_it() -> None:
    assert format_megabytes(10 * 2**20) == "10 MB (10,485,760 bytes)"
    assert format_megabytes(10 * 2**20 + 1) == "10.000001 MB (10,485,761 bytes)"
    assert format_megabytes(3 * 2**19) == "1.5 MB (1,572,864 bytes)"


def test_a_file_that_ends_early_is_called_so() -> None:
    assert message(image=data_uri(image("PNG")[:-12], "image/png")) == (
        "image is a PNG file that ends early: its end is missing; a complete file"
    )


def test_an_exif_orientation_does_not_change_the_sides() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.new("RGB", (359, 400)).save(file, "JPEG", exif=exif)

    assert message(image=data_uri(file.getvalue(), "image/jpeg")).startswith("image is 359*400")


def test_every_model_lists_what_the_pages_leave_open_about_images() -> None:
    for spec in catalog():
        about = " ".join(ambiguity.about for ambiguity in spec.ambiguities)
        ids = {rule.id for rule in spec.rules}
        assert ("EXIF orientation" in about) == ("image-dimensions" in ids)
        assert ("alpha channel" in about) == ("image-alpha" in ids)
