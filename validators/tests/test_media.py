"""What is read from references: data URIs, bare base64, and what is neither."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from wan_validators.media.headers import Header, read_image_header
from wan_validators.media.reference import (
    Media,
    get_mime_types,
    parse_audio_reference,
    parse_image_reference,
)

from . import files
from .files import data_uri, image, wav

PNG = image("PNG", mode="1")
JPEG = image("JPEG", quality=5)
URI = data_uri(PNG, "image/png")
ENCODED = b64encode(PNG).decode()
SEEN = Media(
    form="data",
    declared="image/png",
    size=len(PNG),
    header=Header(format="PNG", sides=(384, 384), transparent=False),
)


@pytest.mark.parametrize("value", [None, 5, True, ["https://example.com/cat.jpg"], {}, b"abc"])
def test_what_is_no_string_is_no_reference(value: Any) -> None:
    assert parse_image_reference(value) is None
    assert parse_audio_reference(value) is None


def test_a_data_uri_tells_format_sides_and_bytes() -> None:
    assert parse_image_reference(URI) == SEEN


@pytest.mark.parametrize(
    "prefix",
    [
        "DATA:image/png;base64,",
        "data:IMAGE/PNG;BASE64,",
        "data:image/png;charset=utf-8;base64,",
        "data:image/png;name=cat.png;base64,",
        "data:image/png ; base64,",
    ],
)
def test_a_data_uri_may_be_in_capitals_and_have_parameters(prefix: str) -> None:
    assert parse_image_reference(prefix + ENCODED) == SEEN


@pytest.mark.parametrize(
    ("prefix", "declared"),
    [("data:;base64,", ""), ("data:image/jpg;base64,", "image/jpg"), ("data:x;base64,", "x")],
)
def test_the_type_is_read_as_declared(prefix: str, declared: str) -> None:
    seen = parse_image_reference(prefix + ENCODED)

    assert seen is not None
    assert seen.declared == declared
    assert seen.header == SEEN.header


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png,%89PNG%0D%0A",
        "data:image/png;base64foo," + ENCODED,
        "data:image/png;base64",
        "data:image/png;base64;" + ENCODED,
        "data:",
        "data:," + ENCODED,
        "image/png;base64," + ENCODED,
        " " + URI,
        "data:image/png;" + "a" * 600 + ";base64," + ENCODED,
        "cat",
        "cats",
        "QUJD",
        "a" * 1000,
    ],
)
def test_what_is_neither_base64_data_nor_a_url_is_something_else(text: str) -> None:
    assert parse_image_reference(text) == Media(form="other")


@pytest.mark.parametrize("content", [PNG, JPEG, image("BMP", (8, 8)), image("GIF", (8, 8))])
def test_bare_base64_of_an_image_is_recognized(content: bytes) -> None:
    seen = parse_image_reference(b64encode(content).decode())

    assert seen is not None
    assert (seen.form, seen.declared, seen.size) == ("bare", None, len(content))
    assert seen.header == read_image_header(content)


def test_bare_base64_is_no_way_to_give_audio() -> None:
    assert parse_audio_reference(b64encode(wav(50)).decode()) == Media(form="other")


def test_bare_base64_is_recognized_by_its_start_even_when_damaged_later() -> None:
    seen = parse_image_reference(ENCODED + "\n")

    assert seen is not None
    assert seen.form == "bare"
    assert seen.flaw == f"it contains a line break (character {len(ENCODED) + 1} of the data)"


@pytest.mark.parametrize(
    ("encoded", "flaw"),
    [
        ("", "the data is empty"),
        ("=", "padding characters ('=') at the end: 1, needed: 0"),
        ("9Q", "padding characters ('=') at the end: 0, needed: 2"),
        ("QQ=", "padding characters ('=') at the end: 1, needed: 2"),
        ("QUI==", "padding characters ('=') at the end: 2, needed: 1"),
        ("QUJD=", "padding characters ('=') at the end: 1, needed: 0"),
        ("QUJDQ", "5 characters cannot be base64: the data is cut short"),
        ("QQ==QUJD", "'=' is allowed only at the end (character 3 of the data)"),
        ("QUJ-", "'-' belongs to the url-safe alphabet; use '+' (character 4 of the data)"),
        ("QUJ_", "'_' belongs to the url-safe alphabet; use '/' (character 4 of the data)"),
        ("QUJD\nQUJD", "it contains a line break (character 5 of the data)"),
        ("QUJD\r\nQUJD", "it contains a line break (character 5 of the data)"),
        ("QQ==\n", "it contains a line break (character 5 of the data)"),
        ("QUJD QUJD", "it contains a space (character 5 of the data)"),
        ("QUJD%3D", "'%' shows that it is percent-encoded (character 5 of the data)"),
        ("QUJ.", "'.' is not in the alphabet (character 4 of the data)"),
        ("\u00e9UJD", "'\\xe9' is not in the alphabet (character 1 of the data)"),
        ("\ud800UJD", "'\\ud800' is not in the alphabet (character 1 of the data)"),
        ("QUJD\x00", "'\\x00' is not in the alphabet (character 5 of the data)"),
    ],
)
def test_the_flaw_in_base64_is_named(encoded: str, flaw: str) -> None:
    seen = Media(form="data", declared="image/png", flaw=flaw)

    assert parse_image_reference("data:image/png;base64," + encoded) == seen
    assert parse_audio_reference("data:image/png;base64," + encoded) == seen


def test_a_percent_encoded_data_uri_is_flawed() -> None:
    seen = parse_image_reference(URI.replace("+", "%2B").replace("=", "%3D"))

    assert seen is not None
    assert seen.flaw is not None
    assert "percent-encoded" in seen.flaw


def test_mime_types_begin_with_the_one_to_recommend() -> None:
    assert get_mime_types("JPEG")[:2] == ("image/jpeg", "image/jpg")
    assert [get_mime_types(name)[0] for name in ("PNG", "BMP", "WEBP", "WAV", "MP3")] == [
        "image/png",
        "image/bmp",
        "image/webp",
        "audio/wav",
        "audio/mpeg",
    ]
    assert get_mime_types("GIF") == ()


def test_the_start_of_bare_base64_is_enough_to_know_the_format() -> None:
    assert parse_image_reference(b64encode(files.jpeg_after(300_000)).decode()) == Media(
        form="bare",
        size=len(files.jpeg_after(300_000)),
        header=Header(format="JPEG", sides=(384, 384), transparent=False),
    )
