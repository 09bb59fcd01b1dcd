"""Inspects image and audio references, without network access and without decoding pixels.

A reference is an http(s) URL, a ``data:`` URI or bare base64. Base64 data is decoded, and
its header is read: format by content, sides, transparency, playing time. The time is linear
in the length of the text. A header with sides of 60000 pixels costs no more than any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from ..frozen import Frozen, field
from . import urls
from .formats import detect_format
from .header import Header

if TYPE_CHECKING:
    from .url_faults import Kind

__all__ = [
    "KNOWN_GOOD",
    "Media",
    "Reader",
    "get_mime_types",
    "parse_audio_reference",
    "parse_image_reference",
    "parse_media_reference",
]


class Media(Frozen, kw_only=True):
    """The properties of one reference; unknown ones are None.

    *form* is ``url``, ``oss`` (a file that was uploaded to a vendor), ``data``, ``bare``
    (base64 without ``data:``) or ``other``.
    *wrong* describes why a URL cannot be the file. *flaw* describes
    the first error of the base64. *declared* is the declared MIME type.
    *size* is the number of decoded bytes.
    """

    form: str
    public: bool = True
    wrong: str | None = None
    flaw: str | None = None
    declared: str | None = None
    size: int | None = None
    header: Header = field(default_factory=Header)


KNOWN_GOOD: Final = Media(form="url")
"""The value for every public URL: no known property breaks a limit."""

_PRIVATE: Final = Media(form="url", public=False)
_OTHER: Final = Media(form="other")
_UPLOADED: Final = Media(form="oss")

_DATA: Final = r"(?i)data:([^,;]*)((?:;[^,;]*)*),"
_MAX_PREFIX_CHARACTERS = 512
_MAX_CACHED_CHARACTERS = 512
_OSS: Final = r"oss://[^\s\x00-\x1f]+"
_NOT_BASE64: Final = r"[^A-Za-z0-9+/]"
_FOREIGN: Final = r"[^A-Za-z0-9+/=]"

_MIN_LARGE_CHARACTERS: Final = 256 * 1024
_PNG_START: Final = "iVBORw0KGgo"
"""The signature of PNG in base64."""

Reader = Callable[[bytes], Header]


def parse_image_reference(value: Any) -> Media | None:
    """Inspects an image reference. Returns None if *value* is not a string."""
    if type(value) is not str:
        return None
    is_short = len(value) <= _MAX_CACHED_CHARACTERS
    return _inspect_short_image(value) if is_short else _inspect(value, is_audio=False)


def parse_audio_reference(value: Any) -> Media | None:
    """Inspects an audio reference. Returns None if *value* is not a string."""
    if type(value) is not str:
        return None
    is_short = len(value) <= _MAX_CACHED_CHARACTERS
    return _inspect_short_audio(value) if is_short else _inspect(value, is_audio=True)


def parse_media_reference(value: Any) -> Media | None:
    """Inspects the URL of a file of any kind. Returns None if *value* is not a string.

    Any other text is as good as a URL here: views of images or audio inspect it.
    """
    if type(value) is not str:
        return None
    is_url = value[:4].lower() == "http" and urls.is_url(value)
    return _inspect_url(value, kind="media") if is_url else KNOWN_GOOD


@lru_cache(maxsize=256)
def _inspect_short_image(text: str) -> Media:
    """Inspects a wrong URL or name once, as the engine asks twice, and findings once more."""
    return _inspect(text, is_audio=False)


@lru_cache(maxsize=256)
def _inspect_short_audio(text: str) -> Media:
    return _inspect(text, is_audio=True)


def _inspect(text: str, *, is_audio: bool) -> Media:
    if not is_audio and urls.match_plain_file(text):
        return KNOWN_GOOD  # the usual case, without other patterns
    if urls.is_plain_public(text) or urls.is_url(text):
        return _inspect_url(text, kind="audio" if is_audio else "image")
    if re.fullmatch(_OSS, text):
        return _UPLOADED
    prefix = re.match(_DATA, text[:_MAX_PREFIX_CHARACTERS])
    if prefix is None:
        # Text that only happens to be in the base64 alphabet ("cat") is not an image.
        start = None if is_audio else _decode_start(text)
        known = start is not None and detect_format(start) is not None
        return _inspect_content("bare", text, 0, None, is_audio=False) if known else _OTHER
    if "base64" not in re.split(r"\s*;\s*", prefix[2].strip().lower()):
        return _OTHER
    declared = prefix[1].strip().lower()
    return _inspect_content("data", text, prefix.end(), declared, is_audio=is_audio)


def _inspect_url(url: str, *, kind: Kind) -> Media:
    if kind != "audio" and urls.match_plain_file(url):
        return KNOWN_GOOD
    if not (urls.is_plain_public(url) or urls.is_public(url)):
        return _PRIVATE
    from .url_faults import find_url_fault

    wrong = find_url_fault(url, kind)
    return KNOWN_GOOD if wrong is None else Media(form="url", wrong=wrong)


def _decode_start(text: str) -> bytes | None:
    """Decodes the start of *text* as base64. Returns None if there are not even three bytes."""
    start = re.split(_NOT_BASE64, text[:_MAX_PREFIX_CHARACTERS], maxsplit=1)[0]
    whole = start[: len(start) // 4 * 4]
    return _decode(whole) if whole else None


def _inspect_content(
    form: str, text: str, start: int, declared: str | None, *, is_audio: bool
) -> Media:
    """Inspects the base64 from *start* on in *text*."""
    content = _decode_content(text, start)
    if content is None:
        return Media(form=form, declared=declared, flaw=_describe_base64_flaw(text[start:]))
    if not content:
        return Media(form=form, declared=declared, flaw="the data is empty")
    from .headers import read_audio_header, read_image_header  # loaded late: most are URLs

    read = read_audio_header if is_audio else read_image_header
    return Media(form=form, declared=declared, size=len(content), header=read(content))


def _decode_content(text: str, start: int) -> bytes | None:
    """Decodes the base64 from *start* on in *text*. Returns None if it is not valid.

    A large PNG is not decoded: its header needs a few bytes of each part.
    """
    if len(text) < _MIN_LARGE_CHARACTERS or not text.startswith(_PNG_START, start):
        return _decode(text[start:])
    from .base64_content import Base64Content, is_base64

    return cast("bytes", Base64Content(text, start)) if is_base64(text, start) else None


def _decode(encoded: str) -> bytes | None:
    from pybase64 import b64decode

    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        return None


def _describe_base64_flaw(encoded: str) -> str:
    """Describes the first error of text that did not decode."""
    body = encoded.rstrip("=")
    padding = len(encoded) - len(body)
    invalid = re.search(_FOREIGN, encoded) or re.search(_NOT_BASE64, body)
    if invalid is not None:
        return _WRONG_CHARACTERS.get(invalid[0], f"{invalid[0]!a} is not in the alphabet") + (
            f" (character {invalid.start() + 1} of the data)"
        )
    needed = -len(body) % 4
    if needed == 3:
        return f"{len(body)} characters cannot be base64: the data is cut short"
    return f"padding characters ('=') at the end: {padding}, needed: {needed}"


_WRONG_CHARACTERS: Mapping[str, str] = {
    "-": "'-' belongs to the url-safe alphabet; use '+'",
    "_": "'_' belongs to the url-safe alphabet; use '/'",
    "\n": "it contains a line break",
    "\r": "it contains a line break",
    " ": "it contains a space",
    "=": "'=' is allowed only at the end",
    "%": "'%' shows that it is percent-encoded",
}


_MIME_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "JPEG": ("image/jpeg", "image/jpg", "image/pjpeg"),
    "PNG": ("image/png", "image/x-png"),
    "BMP": ("image/bmp", "image/x-bmp", "image/x-ms-bmp"),
    "WEBP": ("image/webp",),
    "WAV": ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"),
    "MP3": ("audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mp3"),
}


def get_mime_types(format: str) -> tuple[str, ...]:
    """Returns the MIME types for *format*: the recommended one, then common aliases."""
    return _MIME_TYPES.get(format, ())
