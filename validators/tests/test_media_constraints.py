"""Each limit on images and audio on both sides of its edge, written by hand."""

from __future__ import annotations

import inspect
from base64 import b64encode, urlsafe_b64encode
from typing import Any, NamedTuple

import pytest

from wan_validators.constraints import media
from wan_validators.constraints.media import (
    AUDIO_VIEW,
    IMAGE_VIEW,
    MEDIA_VIEW,
    AddressesFile,
    Aspect,
    Base64,
    Complete,
    ContentConstraint,
    Declared,
    Dimensions,
    Duration,
    FileSize,
    Format,
    MediaConstraint,
    Opaque,
    PaddedDuration,
    Prefixed,
    Reachable,
    Reference,
    Unexpired,
)
from wan_validators.media.reference import Media

from .files import bmp_with_alpha, data_uri, image, mp3, png, wav

PNG = image("PNG", mode="1")
JPEG = image("JPEG", quality=5)
URI = data_uri(PNG, "image/png")
ENCODED = b64encode(PNG).decode()
TAGS_ALONE = b"ID3\x04\0\0\0\0\x02\0" + b"\0" * 256


def padded(content: bytes, size: int, declared: str) -> str:
    return data_uri(content + b"\0" * (size - len(content)), declared)


def url_safe(content: bytes) -> str:
    return "data:image/png;base64," + urlsafe_b64encode(content + b"\xff\xfe\xfd" * 2).decode()


class Case(NamedTuple):
    check: MediaConstraint
    accepted: tuple[str, ...]
    over: tuple[str, ...]


WEB = "https://example.com/cat.jpg"
UPLOADED = "oss://bucket/cat.jpg"
CLEAR = data_uri(image("PNG", mode="RGBA"), "image/png")
GIF = data_uri(image("GIF"), "image/gif")
SPEECH = data_uri(wav(50), "audio/wav")
CLEAR_WEBP = data_uri(image("WEBP", mode="RGBA", lossless=True), "image/webp")
CLEAR_BMP = data_uri(bmp_with_alpha(384, 384), "image/bmp")
THIRTY_WITH_PADDING = (b"\xff\xe3\x14\xc0" + b"\0" * 44) * 628  # frames of 48 ms, padding 144 ms

NARROW, TOO_NARROW = (data_uri(image("PNG", (9, tall), "1"), "image/png") for tall in (36, 37))
FLAT, TOO_FLAT = (data_uri(image("PNG", (wide, 9), "1"), "image/png") for wide in (18, 19))

CASES = [
    Case(Aspect(low=(1, 4), high=(2, 1)), (WEB, "", NARROW, FLAT), (TOO_NARROW, TOO_FLAT)),
    Case(
        AddressesFile(MEDIA_VIEW),
        (
            *(WEB, URI, UPLOADED, "cat.jpg", "http://localhost/a.mp4", "https://example.com/a.MOV"),
            *("https://example.com/a.mp3", "https://example.com/a", "http", "https://"),
        ),
        (
            *("https://youtu.be/abc", "https://example.com/a.html", "https://example.com/a.gif"),
            *("https://example.com/{name}.mp4", "https://clip.mp4", "HTTPS://example.com/a.webm"),
        ),
    ),
    Case(
        Reference(),
        (WEB, URI, ENCODED, "http://localhost/", url_safe(PNG)),
        ("cat.jpg", "", "cat", UPLOADED),
    ),
    Case(Reference(oss=True), (WEB, URI, UPLOADED), ("cat.jpg", "")),
    Case(Reference(oss=True, data=False), (WEB, UPLOADED), ("cat.jpg", URI)),
    Case(
        Reference(AUDIO_VIEW),
        ("https://example.com/a.mp3", SPEECH),
        ("a.mp3", "", b64encode(wav(50)).decode()),
    ),
    Case(Reachable(), (WEB, URI, ENCODED, "cat.jpg"), ("http://localhost/", "http://10.1.2.3/")),
    Case(Reachable(AUDIO_VIEW), ("https://example.com/a.mp3", SPEECH), ("http://127.0.0.1/a.mp3",)),
    Case(
        AddressesFile(),
        (WEB, URI, "cat.jpg", "https://example.com/file", "https://i.imgur.com/a.png"),
        ("https://imgur.com/abc", "https://example.com/{id}.jpg", "https://example.com/a.mp4"),
    ),
    Case(
        AddressesFile(AUDIO_VIEW),
        ("https://example.com/a.mp3", SPEECH),
        ("https://soundcloud.com/a/b", "https://example.com/a.m4a", WEB),
    ),
    Case(Unexpired(), (WEB, URI, f"{WEB}?Expires=1000000000&Signature=a"), ()),
    Case(Prefixed(), (WEB, URI, "cat"), (ENCODED, b64encode(JPEG).decode())),
    Case(
        Base64(),
        (WEB, URI, ENCODED, "cat", data_uri(b"x", "image/png")),
        ("data:image/png;base64,", URI + "=", url_safe(PNG), ENCODED + "\n"),
    ),
    Case(Base64(AUDIO_VIEW), (SPEECH,), (SPEECH + "=", "data:audio/wav;base64,")),
    Case(
        Format(names=("JPEG", "PNG")),
        (WEB, URI, ENCODED, data_uri(JPEG, "image/jpeg"), URI + "=", CLEAR),
        (GIF, data_uri(b"a cat", "image/png"), data_uri(PNG[:20], "image/png")),
    ),
    Case(
        Format(AUDIO_VIEW, names=("WAV", "MP3")),
        (SPEECH, data_uri(mp3(42), "audio/mpeg")),
        (data_uri(b"OggS\0\x02", "audio/ogg"), data_uri(TAGS_ALONE, "audio/mpeg"), URI),
    ),
    Case(
        Declared(),
        (
            WEB,
            URI,
            ENCODED,
            data_uri(JPEG, "image/jpeg"),
            data_uri(JPEG, "image/jpg"),
            data_uri(JPEG, "IMAGE/JPEG"),
            GIF,
            data_uri(image("GIF"), "image/png"),
            data_uri(b"a cat", "image/png"),
        ),
        (data_uri(PNG, "image/jpeg"), data_uri(JPEG, "image/png"), data_uri(PNG, "")),
    ),
    Case(
        Declared(AUDIO_VIEW),
        (SPEECH, data_uri(wav(50), "audio/x-wav"), data_uri(mp3(42), "audio/mp3")),
        (data_uri(wav(50), "audio/mpeg"), data_uri(mp3(42), "audio/wav")),
    ),
    Case(
        Opaque(),
        (WEB, URI, data_uri(JPEG, "image/jpeg"), data_uri(PNG[:20], "image/png"), CLEAR_WEBP),
        (CLEAR,),
    ),
    Case(Opaque(formats=("BMP", "WEBP")), (WEB, CLEAR, URI), (CLEAR_WEBP, CLEAR_BMP)),
    Case(
        Complete(),
        (WEB, URI, ENCODED, data_uri(JPEG, "image/jpeg"), data_uri(PNG[:20], "image/png"), "cat"),
        (data_uri(PNG[:-1], "image/png"), data_uri(JPEG[:-2], "image/jpeg")),
    ),
    Case(Complete(AUDIO_VIEW), (SPEECH,), (data_uri(wav(50)[:-1], "audio/wav"),)),
    Case(
        PaddedDuration(AUDIO_VIEW, high=30),
        (
            "https://example.com/a.mp3",
            data_uri(wav(300), "audio/wav"),
            data_uri(wav(301), "audio/wav"),
            data_uri(mp3(1), "audio/mpeg"),
            data_uri(mp3(416), "audio/mpeg"),
            data_uri(mp3(420), "audio/mpeg"),
            data_uri(TAGS_ALONE, "audio/mpeg"),
        ),
        (
            data_uri(mp3(417), "audio/mpeg"),
            data_uri(mp3(419), "audio/mpeg"),
            data_uri(THIRTY_WITH_PADDING, "audio/mpeg"),
        ),
    ),
    Case(
        Dimensions(low=384, high=5000),
        (
            WEB,
            URI,
            data_uri(png(384, 5000), "image/png"),
            data_uri(png(5000, 384), "image/png"),
            data_uri(PNG[:20], "image/png"),
        ),
        tuple(
            data_uri(png(*sides), "image/png")
            for sides in (
                (383, 500),
                (500, 383),
                (5001, 500),
                (500, 5001),
                (60_000, 60_000),
                (1, 1),
            )
        ),
    ),
    Case(
        FileSize(high=1000),
        (WEB, padded(PNG, 999, "image/png"), padded(PNG, 1000, "image/png"), "cat"),
        (padded(PNG, 1001, "image/png"), padded(b"a cat", 2000, "image/png")),
    ),
    Case(FileSize(AUDIO_VIEW, high=94), (SPEECH,), (data_uri(wav(51), "audio/wav"),)),
    Case(
        Duration(AUDIO_VIEW, low=3, high=30),
        (
            "https://example.com/a.mp3",
            data_uri(wav(30), "audio/wav"),
            data_uri(wav(300), "audio/wav"),
            data_uri(mp3(42), "audio/mpeg"),
            data_uri(mp3(416), "audio/mpeg"),
            data_uri(mp3(419), "audio/mpeg"),
            data_uri(THIRTY_WITH_PADDING, "audio/mpeg"),
            data_uri(TAGS_ALONE, "audio/mpeg"),
        ),
        (
            data_uri(wav(29), "audio/wav"),
            data_uri(wav(301), "audio/wav"),
            data_uri(wav(0), "audio/wav"),
            data_uri(mp3(41), "audio/mpeg"),
            data_uri(mp3(420), "audio/mpeg"),
        ),
    ),
]


NO_STRINGS: tuple[Any, ...] = (None, 5, True, [WEB], {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case.check).__name__)
def test_edges(case: Case) -> None:
    check, see = case.check, case.check.view.extract

    assert [value[:60] for value in case.accepted if not check.is_satisfied(see(value))] == []
    assert [value[:60] for value in case.over if check.is_satisfied(see(value))] == []
    assert all(check.applies_to(see(value)) for value in case.accepted + case.over)
    assert not any(check.applies_to(see(value)) for value in NO_STRINGS)


def test_every_check_has_edges() -> None:
    every = {
        thing
        for thing in vars(media).values()
        if inspect.isclass(thing)
        and issubclass(thing, MediaConstraint)
        and not inspect.isabstract(thing)
    }
    assert every == {type(case.check) for case in CASES}


@pytest.mark.parametrize("view", [IMAGE_VIEW, AUDIO_VIEW, MEDIA_VIEW])
def test_nothing_can_be_at_fault_in_what_a_view_calls_fine(view: Any) -> None:
    assert view.extract("https://example.com/cat") is view.known_good
    assert all(case.check.is_satisfied(view.known_good) for case in CASES)


@pytest.mark.parametrize("form", ["url", "oss", "data", "bare", "other"])
def test_what_has_no_content_breaks_no_limit_of_a_content(form: str) -> None:
    """The engine does not ask these constraints about it."""
    seen = Media(form=form, public=False, wrong="a", flaw="b", declared="c")
    limits = [case.check for case in CASES if isinstance(case.check, ContentConstraint)]
    assert len({type(each) for each in limits}) == 9
    assert all(each.is_satisfied(seen) for each in limits)


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        *((f"{WEB}?Expires=1000000000&Signature=a", False), (f"{WEB}?Expires=1&Signature=a", True)),
        *(
            (f"{WEB}?Expires=1000000001&Signature=a", True),
            (f"{WEB}?n=1000000000", True),
            (WEB, True),
        ),
        ("HTTPS://e.com/a.jpg?Expires=1000000000&Signature=a", False),
        ("oss://b/a.jpg?Expires=1000000000&Signature=a", True),
        *((URI, True), (None, True), (5, True)),
    ],
)
def test_a_signature_is_valid_before_its_time(value: Any, valid: bool) -> None:  # noqa: FBT001
    assert Unexpired().is_satisfied_at(value, 1e9) is valid
