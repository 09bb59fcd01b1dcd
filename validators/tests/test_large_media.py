"""Large media in base64: read in parts, and cut out of the text that has it."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wan_validators import lint
from wan_validators.examples.tiny_files import build_png
from wan_validators.media import base64_content, reference
from wan_validators.media.base64_content import Base64Content, is_base64
from wan_validators.media.reference import Media, parse_image_reference
from wan_validators.source import data_uris, plain_reader

MODEL = "wan2.5-i2i-preview"
PREFIX = "data:image/png;base64,"


@pytest.fixture
def no_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "_MIN_LARGE_CHARACTERS", 0)


def is_decoded(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except ValueError:
        return False
    return re.search("=+[^=]", text) is None


@example(b"abcdef", "AA==", 4)
@given(st.binary(max_size=60), st.sampled_from(["", "=", "==", "A", "AA=="]), st.integers(0, 80))
def test_text_is_base64_if_it_can_be_decoded(data: bytes, added: str, at: int) -> None:
    text = b64encode(data).decode()
    text = text[:at] + added + text[at:]
    with patch.object(base64_content, "_CHUNK", 8):
        assert is_base64(f"{PREFIX}{text}", len(PREFIX)) == is_decoded(text)


@given(st.binary(min_size=1, max_size=30), st.integers(-2, 33), st.integers(-2, 33))
def test_parts_of_the_content_are_those_of_the_bytes(data: bytes, first: int, last: int) -> None:
    content = Base64Content(f"{PREFIX}{b64encode(data).decode()}", len(PREFIX))

    assert len(content) == len(data)
    assert content[first:last] == data[first:last]
    assert content[first:] == data[first:]
    for prefix in (data[:3], b"no", (b"no", data[:5])):
        assert content.startswith(prefix) == data.startswith(prefix)


PNG = build_png(400, padding=1000)
DAMAGED = [
    PNG,
    PNG[:-5],
    PNG + b"ab",
    PNG.replace(b"IHDR", b"IHDX"),
    PNG[:40],
    PNG[:12],
]


@pytest.mark.usefixtures("no_minimum")
@pytest.mark.parametrize("content", DAMAGED)
@pytest.mark.parametrize("start", [PREFIX, ""])
def test_a_large_png_is_read_as_a_small_one(content: bytes, start: str) -> None:
    text = f"{start}{b64encode(content).decode()}"
    with patch.object(reference, "_MIN_LARGE_CHARACTERS", len(text) + 1):
        small = reference._inspect(text, is_audio=False)

    assert reference._inspect(text, is_audio=False) == small
    assert small.form in ("data", "bare")


@pytest.mark.usefixtures("no_minimum")
def test_a_fault_in_a_large_png_is_described() -> None:
    text = PREFIX + b64encode(PNG).decode()
    seen = parse_image_reference(f"{text[:600]}*{text[600:]}")
    assert isinstance(seen, Media)
    assert seen.flaw == "'*' is not in the alphabet (character 579 of the data)"


URI = f"{PREFIX}{b64encode(PNG).decode()}"


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("kind", [str, str.encode])
@pytest.mark.parametrize(
    "payload",
    [
        {"prompt": "a", "images": [URI]},
        {"images": [URI, "ä.png", URI], "n": 9, "seed": "x", "zz": URI, "yy": 1},
        {"n": "x", "images": [URI, {"a": URI}], "prompt": URI, "size": "9*9"},
        [URI],
    ],
)
def test_positions_behind_a_cut_are_those_of_the_whole_text(
    payload: Any, kind: Any, indent: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = kind(json.dumps(payload, ensure_ascii=False, indent=indent))
    whole = lint(data, MODEL).findings
    monkeypatch.setattr(data_uris, "LONG", 100)
    monkeypatch.setattr(plain_reader, "LONG", 100)
    assert data_uris.cut_data_uris(data if isinstance(data, bytes) else data.encode())

    found = lint(data, MODEL).findings

    assert found == whole
    assert found
