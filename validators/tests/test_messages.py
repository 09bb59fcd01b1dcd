"""Findings in words: the message, what is allowed, what was got, and what to do about it."""

from __future__ import annotations

import json
from reprlib import repr as short
from typing import Any

import pytest

from wan_validators import Finding, lint
from wan_validators.catalog import catalog
from wan_validators.constraints.basic import IDENTITY_VIEW, Anything
from wan_validators.constraints.media import Opaque
from wan_validators.messages.allowed_values import describe_allowed
from wan_validators.spec import Rule

from .files import data_uri, image, mp3, png, wav

IMAGE = "https://example.com/in.png"
EDIT = "wan2.5-i2i-preview"
FILM = "wan2.5-i2v-preview"
CHAT = "wan26_i2i"

LEAST: dict[str, dict[str, Any]] = {
    EDIT: {"prompt": "a cat", "images": [IMAGE], "n": 1},
    FILM: {"prompt": "a cat", "image": IMAGE},
}

PNG = data_uri(image("PNG", mode="1"), "image/png")
BARE = PNG.partition(",")[2]
CLEAR = data_uri(image("PNG", mode="LA"), "image/png")
GIF = data_uri(image("GIF"), "image/gif")
CUT = data_uri(png(9, 9)[:20], "image/png")
NO_IMAGE = data_uri(b"a cat", "image/png")
SMALL = data_uri(png(383, 500), "image/png")
MIXED_UP = data_uri(image("JPEG", mode="L", quality=1), "image/png")
LARGE = data_uri(image("PNG", mode="1").ljust(10_485_761, b"\0"), "image/png")
SHORT = data_uri(wav(29), "audio/wav")
MP3_AS_WAV = data_uri(mp3(42), "audio/wav")


class Odd:
    """A check that nothing but itself knows."""

    view = IDENTITY_VIEW

    def applies_to(self, seen: Any) -> bool:
        return seen is not None

    def is_satisfied(self, seen: Any) -> bool:
        return bool(seen)


def only(model: str, **changes: Any) -> Finding:
    """The one finding about the least payload of *model* with these *changes*."""
    [found] = lint(LEAST[model] | changes, model).findings
    return found


def chat(*parts: Any, **parameters: Any) -> Finding:
    """The one finding about a message of *parts* with these *parameters*."""
    message = {"role": "user", "content": [*parts]}
    payload = {"model": CHAT, "input": {"messages": [message]}, "parameters": parameters}
    [found] = lint(payload).findings
    return found


MESSAGES = [
    (EDIT, {"prompt": 5}, "prompt must be a string"),
    (EDIT, {"prompt": "a" * 2001}, "prompt must be at most 2000 characters"),
    (EDIT, {"prompt": " "}, "prompt must be text that is not blank"),
    (EDIT, {"images": []}, "images must be an array of 1 to 3 items"),
    (EDIT, {"images": [IMAGE, 5]}, "images[1] must be a string"),
    (EDIT, {"images": ["in.png"]}, "images[0] must be an http(s) URL or a data: URI in base64"),
    (
        EDIT,
        {"images": ["http://localhost/"]},
        "images[0] is at an address that only your own machine or network can reach",
    ),
    (EDIT, {"images": [BARE]}, "images[0] is base64 without data:{MIME type};base64, before it"),
    (
        EDIT,
        {"images": ["data:image/png;base64,QQ"]},
        "images[0] is not valid base64: padding characters ('=') at the end: 0, needed: 2",
    ),
    (EDIT, {"images": [GIF]}, "images[0] is GIF, not JPEG, PNG, BMP, WEBP"),
    (EDIT, {"images": [NO_IMAGE]}, "images[0] is of an unknown format, not JPEG, PNG, BMP, WEBP"),
    (EDIT, {"images": [CUT]}, "images[0] is a PNG file whose header is damaged or cut short"),
    (EDIT, {"images": [MIXED_UP]}, "images[0] is declared as image/png but is JPEG"),
    (
        EDIT,
        {"images": [PNG.replace("image/png", "")]},
        "images[0] is declared as nothing but is PNG",
    ),
    (EDIT, {"images": [SMALL]}, "images[0] is 383*500 pixels"),
    (EDIT, {"images": [LARGE]}, "images[0] is a file of 10.000001 MB (10,485,761 bytes)"),
    (EDIT, {"size": "1280x720"}, "size must be width*height in pixels, such as 1280*720"),
    (EDIT, {"size": "767*768"}, "size must have 589,824 to 2,073,600 pixels in total"),
    (EDIT, {"size": "1537*384"}, "size must have an aspect ratio from 1:4 to 4:1"),
    (EDIT, {"n": 5}, "n must be an integer from 1 to 4"),
    (EDIT, {"prompt_extend": 1}, "prompt_extend must be true or false"),
    (EDIT, {"a/b~c": 1}, "a/b~c is not a documented member"),
    (EDIT, {"x" * 90: 1}, "x" * 60 + "\u2026 (90 characters) is not a documented member"),
    (FILM, {"image": CLEAR}, "image has an alpha channel or a transparent colour"),
    (FILM, {"resolution": "4K"}, 'resolution must be "480P", "720P" or "1080P"'),
    (FILM, {"duration": 6}, "duration must be 5 or 10"),
    (FILM, {"audio_url": SHORT}, "audio_url plays for 2.90 seconds"),
]


@pytest.mark.parametrize(("model", "changes", "message"), MESSAGES, ids=short)
def test_the_message_says_what_is_wrong(model: str, changes: dict[str, Any], message: str) -> None:
    assert only(model, **changes).message == message


def test_a_missing_member_is_called_required() -> None:
    [found] = lint({"prompt": "a cat"}, FILM).findings

    assert found.message == "image is required"
    assert found.allowed == "a string"
    assert found.got is None
    assert found.hint is None


def test_a_payload_that_is_no_object_is_called_the_payload() -> None:
    [found] = lint([1, 2], EDIT).findings

    assert found.message == "the payload must be an object"
    assert found.got == "an array of 2 items"


ALLOWED = [
    (EDIT, {"images": [GIF]}, "JPEG, PNG, BMP, WEBP"),
    (EDIT, {"images": ["http://localhost/"]}, "a URL that can be reached from the internet"),
    (EDIT, {"images": [BARE]}, "data:{MIME type};base64,{data}"),
    (EDIT, {"images": ["data:x;base64,="]}, "base64 of A-Z a-z 0-9 + / and padding"),
    (EDIT, {"images": [MIXED_UP]}, "the MIME type of the content"),
    (EDIT, {"images": [SMALL]}, "384 to 5000 pixels for width and for height"),
    (EDIT, {"images": [LARGE]}, "at most 10 MB (10,485,760 bytes)"),
    (EDIT, {"n": 2, "seed": 2**31 - 1}, "0 to 2147483646"),
    (
        EDIT,
        {"mode": 1},
        "images, n, negative_prompt, prompt, prompt_extend, safety_filter, seed, size",
    ),
    (FILM, {"image": CLEAR}, "an image without transparency"),
    (FILM, {"audio_url": SHORT}, "3 to 30 seconds"),
    (FILM, {"audio": False, "audio_url": MP3_AS_WAV.replace("wav", "mp3")}, "left out"),
]


@pytest.mark.parametrize(("model", "changes", "allowed"), ALLOWED, ids=short)
def test_what_would_have_been_allowed(model: str, changes: dict[str, Any], allowed: str) -> None:
    assert only(model, **changes).allowed == allowed


GOT = [
    ({"prompt": "a" * 2001}, "2001 characters"),
    ({"prompt": None}, None),
    ({"images": []}, "0 items"),
    ({"images": [IMAGE] * 4}, "4 items"),
    ({"images": IMAGE}, IMAGE),
    ({"images": [{"url": IMAGE}]}, "an object with 1 member"),
    ({"images": ["in.png"]}, "in.png"),
    ({"images": [BARE]}, f"{BARE[:60]}\u2026 ({len(BARE)} characters)"),
    (
        {"images": [PNG + "%"]},
        f"'%' shows that it is percent-encoded (character {len(BARE) + 1} of the data)",
    ),
    ({"images": [GIF]}, "GIF"),
    ({"images": [NO_IMAGE]}, "unknown"),
    ({"images": [MIXED_UP]}, "image/png"),
    ({"images": [PNG.replace("image/png", "a" * 300)]}, "a" * 60 + "\u2026 (300 characters)"),
    ({"images": [SMALL]}, "383*500"),
    ({"images": [LARGE]}, 10_485_761),
    ({"size": "767*768"}, "767*768 (589,056 pixels)"),
    ({"size": "1" * 300}, "1" * 60 + "\u2026 (300 characters)"),
    ({"n": True}, True),
    ({"n": 1.5}, 1.5),
    ({"n": float("inf")}, "inf"),
    ({"n": float("nan")}, "nan"),
    ({"n": 2**63 - 1}, 2**63 - 1),
    ({"n": -(10**20)}, "an integer of about 21 digits"),
    ({"n": [1]}, "an array of 1 item"),
    ({"n": (1,)}, "a Python tuple"),
]


@pytest.mark.parametrize(("changes", "got"), GOT, ids=short)
def test_what_was_got_is_short_and_can_be_written_as_json(
    changes: dict[str, Any], got: Any
) -> None:
    found = only(EDIT, **changes)

    assert (type(found.got), found.got) == (type(got), got)
    assert len(json.dumps(found.got, allow_nan=False)) < 200


def test_of_an_integer_too_long_to_print_the_length_is_got() -> None:
    assert only(EDIT, n=10**6000).got == "an integer of 4,300 or more digits"


def test_of_audio_the_fact_at_fault_is_got() -> None:
    assert only(FILM, audio_url=SHORT).got == pytest.approx(2.9)
    assert only(FILM, audio_url=MP3_AS_WAV).got == "audio/wav"


HINTS = [
    ({"size": "1280x720"}, 'write "1280*720"'),
    ({"size": "1280\u00d7720"}, 'write "1280*720"'),
    ({"size": " 1280 * 720 px"}, 'write "1280*720"'),
    ({"size": "+1280*720"}, 'write "1280*720"'),
    ({"size": "16:9"}, 'write "1280*720"'),
    ({"size": "21:9 "}, 'write "1344*576"'),
    ({"size": "1K"}, 'write "1024*1024"'),
    ({"size": "720p"}, 'write "1280*720"'),
    ({"size": 1280}, 'write "1280*1280"'),
    ({"size": "1" * 300}, None),
    ({"size": "5:4"}, 'write "1430*1144"'),
    ({"size": "1280*0"}, None),
    ({"n": "1"}, "write 1, without quotes"),
    ({"n": 1.0}, "write 1, without a fraction"),
    ({"n": "9"}, None),
    ({"n": 9.0}, None),
    ({"n": 1.5}, None),
    ({"n": float("inf")}, None),
    ({"n": True}, None),
    ({"seed": "-5"}, None),
    ({"prompt_extend": "True"}, "write true, without quotes"),
    ({"prompt_extend": "FALSE"}, "write false, without quotes"),
    ({"prompt_extend": "yes"}, "write true, without quotes"),
    ({"prompt_extend": ["true"]}, None),
    ({"prompt": 5}, None),
    ({"sead": 1}, "did you mean seed?"),
    ({"image": IMAGE}, "remove it; images is already present"),
    ({"colour": 1}, "remove it; the API probably ignores it"),
    ({"x" * 300: 1}, "remove it; the API probably ignores it"),
    (
        {"images": ["http://localhost/"]},
        "upload it to a public URL, or send it as a data: URI",
    ),
    ({"images": [BARE]}, "put data:image/png;base64, before it"),
    ({"images": [MIXED_UP]}, "declare it as image/jpeg"),
    ({"images": [SMALL]}, "scale the image before you send it"),
    ({"images": [GIF]}, "convert GIF to JPEG"),
]


@pytest.mark.parametrize(("changes", "hint"), HINTS, ids=short)
def test_the_hint_is_what_was_meant_if_that_can_be_told(
    changes: dict[str, Any], hint: str | None
) -> None:
    assert only(EDIT, **changes).hint == hint


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"resolution": "1080p"}, 'write "1080P"'),
        ({"resolution": "4K"}, None),
        ({"resolution": 720}, 'write "720P"'),
        ({"duration": "5"}, "write 5"),
        ({"duration": "6"}, None),
        ({"audio_url": MP3_AS_WAV}, "declare it as audio/mpeg"),
    ],
)
def test_the_hint_for_one_of_a_few_values(changes: dict[str, Any], hint: str | None) -> None:
    assert only(FILM, **changes).hint == hint


def test_bare_base64_with_a_flaw_gets_no_hint_before_the_flaw_is_gone() -> None:
    prefix, flaw = lint(LEAST[EDIT] | {"images": [BARE + "\n"]}, EDIT).findings

    assert (prefix.rule, prefix.hint) == ("image-prefix", None)
    assert flaw.rule == "image-base64"


def test_a_row_with_a_code_says_what_the_api_says() -> None:
    text, picture = {"text": "a cat"}, {"image": IMAGE}

    assert chat(picture).message == "message.content must contain one text object"
    assert chat(text).message == "When enable_interleave=false, must input 1-4 images"
    assert chat({"text": ""}, picture).message == "Text length must be between 1-2000 characters"
    assert chat(text, picture, n="2").message == "n must be an integer between 1 and 4"


def test_of_parts_their_number_is_got() -> None:
    text, picture = {"text": "a cat"}, {"image": IMAGE}

    assert (chat(picture).got, chat(picture).allowed) == (
        "0 text objects",
        "an array with 1 text object",
    )
    assert chat(text, *[picture] * 5).got == "5 image objects"
    assert chat(text).allowed == "an array with 1 to 4 image objects"
    assert chat(text, picture, {}).allowed == "an object with one of text and image"
    assert chat(text, enable_interleave=True, max_images=1, n=2).allowed == "1"
    assert chat(text, enable_interleave=True, max_images=1, n="1").hint == "write 1, without quotes"


def test_every_check_in_use_has_words_for_what_it_allows() -> None:
    checks = [rule.constraint for spec in catalog() for rule in spec.all_rules]

    silent = {type(check) for check in checks if not describe_allowed(check)}
    assert silent == {Anything}
    assert describe_allowed(Odd()) is None


def test_a_limit_on_files_has_words_for_what_is_none() -> None:
    found = Finding(Rule("image-transparency", "/image", Opaque()), "/image", 5)

    assert found.message == "image must be an image without transparency"
    assert found.got == 5
