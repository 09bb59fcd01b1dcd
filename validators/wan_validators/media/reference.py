"""What an image or audio reference says of itself, without a network and without pixels.

A reference is an http(s) URL, a ``data:`` URI or bare base64. Of the latter two the header
is read: format by content, sides, transparency, playing time, bytes. The work is linear in
the length of the text, and a header that announces 60000 by 60000 pixels costs no more than
any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from . import urls
from .headers import Header, read_audio_header, read_image_header


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """The facts about one reference; what could not be learned is None.

    *form* is ``url``, ``data``, ``bare`` (base64 without ``data:``) or ``other``.
    *flaw* says what is wrong with the base64. *declared* is the MIME type as given.
    *size* is the number of decoded bytes.
    """

    form: str
    public: bool = True
    flaw: str | None = None
    declared: str | None = None
    size: int | None = None
    header: Header = field(default_factory=Header)


KNOWN_GOOD: Final = Media(form="url")
"""Every public URL: nothing is known that could be at fault."""

_PRIVATE: Final = Media(form="url", public=False)
_OTHER: Final = Media(form="other")

_DATA = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.IGNORECASE)
_MAX_PREFIX_CHARACTERS = 512
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_FOREIGN = re.compile(r"[^A-Za-z0-9+/=]")

Reader = Callable[[bytes], Header]


def parse_image_reference(value: Any) -> Media | None:
    """The facts about an image reference; None if *value* is no string."""
    if type(value) is not str:
        return None
    return KNOWN_GOOD if urls.PUBLIC(value) else _inspect(value, read_image_header, bare=True)


def parse_audio_reference(value: Any) -> Media | None:
    """The facts about an audio reference; None if *value* is no string."""
    if type(value) is not str:
        return None
    return KNOWN_GOOD if urls.PUBLIC(value) else _inspect(value, read_audio_header, bare=False)


def _inspect(text: str, read: Reader, *, bare: bool) -> Media:
    if urls.is_url(text):
        return KNOWN_GOOD if urls.is_public(text) else _PRIVATE
    prefix = _DATA.match(text[:_MAX_PREFIX_CHARACTERS])
    if prefix is None:
        # A payload that only happens to be in the base64 alphabet ("cat") is no image.
        start = _decode_start(text) if bare else None
        known = start is not None and read(start).format is not None
        return _inspect_content("bare", text, None, read) if known else _OTHER
    if "base64" not in re.split(r"\s*;\s*", prefix[2].strip().lower()):
        return _OTHER
    return _inspect_content("data", text[prefix.end() :], prefix[1].strip().lower(), read)


def _decode_start(text: str) -> bytes | None:
    """The first bytes that *text* would be as base64; None if there are not even three."""
    start = _NOT_BASE64.split(text[:_MAX_PREFIX_CHARACTERS], maxsplit=1)[0]
    whole = start[: len(start) // 4 * 4]
    return _decode(whole) if whole else None


def _inspect_content(form: str, encoded: str, declared: str | None, read: Reader) -> Media:
    content = _decode(encoded)
    if content is None:
        return Media(form=form, declared=declared, flaw=_describe_base64_flaw(encoded))
    if not content:
        return Media(form=form, declared=declared, flaw="there is no data")
    return Media(form=form, declared=declared, size=len(content), header=read(content))


def _decode(encoded: str) -> bytes | None:
    from pybase64 import b64decode

    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        return None


def _describe_base64_flaw(encoded: str) -> str:
    """In words, the first thing that is wrong with text which did not decode."""
    body = encoded.rstrip("=")
    padding = len(encoded) - len(body)
    wrong = _FOREIGN.search(encoded) or _NOT_BASE64.search(body)
    if wrong is not None:
        return _WRONG_CHARACTERS.get(wrong[0], f"{wrong[0]!a} is not in the alphabet") + (
            f" (character {wrong.start() + 1} of the data)"
        )
    wanted = -len(body) % 4
    if wanted == 3:
        return f"{len(body)} characters cannot be base64: the data is cut short"
    return f"padding characters ('=') at the end: {padding}, needed: {wanted}"


_WRONG_CHARACTERS: Mapping[str, str] = {
    "-": "'-' belongs to the url-safe alphabet; use '+'",
    "_": "'_' belongs to the url-safe alphabet; use '/'",
    "\n": "there is a line break in it",
    "\r": "there is a line break in it",
    " ": "there is a space in it",
    "=": "'=' stands before the end",
    "%": "'%' shows that it was percent-encoded",
}


class _Type(NamedTuple):
    format: str
    names: tuple[str, ...]


_TYPES = (
    _Type("JPEG", ("image/jpeg", "image/jpg", "image/pjpeg")),
    _Type("PNG", ("image/png", "image/x-png")),
    _Type("BMP", ("image/bmp", "image/x-bmp", "image/x-ms-bmp")),
    _Type("WEBP", ("image/webp",)),
    _Type("WAV", ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")),
    _Type("MP3", ("audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mp3")),
)


def get_mime_types(format: str) -> tuple[str, ...]:
    """The MIME types in use for *format*: the one to recommend, then its common aliases."""
    return next((kind.names for kind in _TYPES if kind.format == format), ())
