"""Registers the values of the image and audio constraints; see :mod:`.values`.

Importing this module registers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from wan_validators.constraints.basic import Json, View
from wan_validators.constraints.media import (
    AUDIO_VIEW,
    IMAGE_VIEW,
    MEDIA_VIEW,
    AddressesFile,
    Aspect,
    Base64,
    Complete,
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
)
from wan_validators.media.reference import get_mime_types
from wan_validators.optional_dependencies import explain_missing_extra

from . import media_files
from .values import JsonValues, ValueStrategy, invalid_values, valid_value_strategy, valid_values

with explain_missing_extra():
    from hypothesis import strategies as st

__all__ = ["ODD_URLS", "SIGNED_URLS"]

FORMATS: Final[Mapping[View, tuple[str, ...]]] = {
    IMAGE_VIEW: ("JPEG", "PNG", "BMP", "WEBP"),
    AUDIO_VIEW: ("WAV", "MP3"),
}
SIZED_FILE_BUILDERS: Final[Mapping[str, Callable[[int, int], bytes]]] = {
    "JPEG": media_files.jpeg,
    "PNG": media_files.png,
    "BMP": media_files.bmp,
    "WEBP": media_files.webp,
}
PUBLIC_URLS: Final = (
    "https://example.com/1",
    "http://wanx.alicdn.com/material/xxx.jpeg",
    "HTTPS://EXAMPLE.COM:8443/a%20b.png?x=1&y=2#z",
    "https://93.184.216.34/1.png",
    "https://[2606:4700:4700::1111]/1.png",
)
SIGNED_QUERY: Final = (
    "Expires=4102444800&OSSAccessKeyId=LTAI5tExample&Signature=aB%2Bc%2FdE%3D"
    "&x-oss-process=image/resize,w_1024"
)
SIGNED_URLS: Final[Mapping[View, str]] = {
    IMAGE_VIEW: f"https://Bucket.example.com/Dir%20A/My%2BPhoto%C3%A9.PNG?{SIGNED_QUERY}",
    AUDIO_VIEW: f"https://Bucket.example.com/Dir%20A/My%2BSong%C3%A9.MP3?{SIGNED_QUERY}",
}
"""A URL that is dead if a client changes any character: its signature is valid until 2100."""

ODD_URLS: Final[Mapping[View, tuple[str, ...]]] = {
    IMAGE_VIEW: (
        "https://EXAMPLE.com:443/%7Euser//1.JPEG?v=1+2&t=%E5%AD%97&&q=%2f%2F#Top",
        "https://example.com/图.png?next=https://example.com/?x=1;y='2'",
        "https://example.com/a/../1.png?",
    ),
    AUDIO_VIEW: ("https://EXAMPLE.com:443/%7Euser//1.WAV?v=1+2&t=%E5%AD%97&&q=%2f%2F#Top",),
}
"""URLs that a client may wrongly normalise."""

FILE_URLS: Final[Mapping[View, tuple[str, ...]]] = {
    IMAGE_VIEW: ("https://example.com/1.png", "https://example.com/file?id=1"),
    AUDIO_VIEW: ("https://example.com/1.mp3", "https://example.com/file?id=1"),
    MEDIA_VIEW: ("https://example.com/1.mp4", "https://example.com/file?id=1"),
}
PAGE_URLS: Final = (
    "https://www.youtube.com/watch?v=1",
    "https://en.wikipedia.org/wiki/File:1.png",
    "https://example.com/index.html",
    "https://example.com/path/to/file",
    "https://example.com/{name}.png",
)
PRIVATE_URLS: Final = (
    "http://localhost/1.png",
    "http://localhost:8000/1.png",
    "https://127.0.0.1/1.png",
    "http://127.1/1.png",
    "http://0x7f000001/1.png",
    "http://10.0.0.1/1",
    "http://192.168.1.10:9000/1.png",
    "http://169.254.169.254/latest",
    "http://[::1]/1.png",
    "http://files.internal/1.png",
    "http://minio/bucket/1.png",
)
INVALID_REFERENCES: Final = (
    "ftp://example.com/1.png",
    "file:///1.png",
    "1.png",
    "//example.com/1.png",
    "https://",
    "https://example.com/a b.png",
    "https://example.com:port/1.png",
    "data:image/png,abc",
    "data:image/png;base64",
    "<string>",
    "",
)


@valid_values.register
def _(check: MediaConstraint) -> JsonValues:
    return _list_urls(check.view) + _build_valid_files(check.view)


@valid_values.register
def _(check: Reference) -> JsonValues:
    return _list_urls(check.view) + (_build_valid_files(check.view) if check.data else ())


def _list_urls(view: View) -> JsonValues:
    return (*PUBLIC_URLS, SIGNED_URLS[view], *ODD_URLS[view])


@cache
def _build_valid_files(view: View) -> JsonValues:
    """Returns a valid file of each documented format, with each of its MIME types."""
    return tuple(
        media_files.build_data_uri(media_files.FILE_BUILDERS[name](), mime)
        for name in FORMATS[view]
        for mime in get_mime_types(name)
    )


def _build_file(format: str, data: bytes | None = None) -> str:
    """Returns *data*, or a valid file of *format*, with the first MIME type of the format."""
    content = media_files.FILE_BUILDERS[format]() if data is None else data
    return media_files.build_data_uri(content, get_mime_types(format)[0])


@invalid_values.register
def _(check: Reference, value: Json) -> JsonValues:
    return INVALID_REFERENCES + (() if check.data else _build_valid_files(check.view))


@invalid_values.register
def _(check: Reachable, value: Json) -> JsonValues:
    return PRIVATE_URLS


@valid_values.register
def _(check: AddressesFile) -> JsonValues:
    return FILE_URLS[check.view]


@invalid_values.register
def _(check: AddressesFile, value: Json) -> JsonValues:
    return PAGE_URLS


@invalid_values.register
def _(check: Prefixed, value: Json) -> JsonValues:
    return tuple(
        media_files.encode_base64(media_files.FILE_BUILDERS[name]()) for name in FORMATS[check.view]
    )


@invalid_values.register
def _(check: Base64, value: Json) -> JsonValues:
    # Bytes 0xff encode to slashes, which the URL-safe alphabet writes as underscores.
    start, _, data = _build_file(FORMATS[check.view][0], b"\xff" * 48).partition(",")
    misencoded = (data.replace("/", "_"), f"%2F{data}", f"{data[:9]}\n{data[9:]}", f"{data} ")
    wrong = (*misencoded, data[:-1], f"{data}=", f"={data}", f"{data}字", "=", "")
    return tuple(f"{start},{each}" for each in wrong)


@invalid_values.register
def _(check: Format, value: Json) -> JsonValues:
    others = [
        media_files.build_data_uri(data, mime) for mime, data in media_files.OTHER_FILES.items()
    ]
    cut = [_build_file(name, media_files.TRUNCATED_FILES[name]) for name in FORMATS[check.view]]
    return (*others, *cut)


@invalid_values.register
def _(check: Declared, value: Json) -> JsonValues:
    return tuple(
        media_files.build_data_uri(media_files.FILE_BUILDERS[name](), mime)
        for name in FORMATS[check.view]
        for mime in ("image/png", "audio/mpeg", "image/gif", "image/*", "text/plain", "")
        if mime not in get_mime_types(name)
    )


@invalid_values.register
def _(check: Opaque, value: Json) -> JsonValues:
    transparent = (
        ("PNG", media_files.png_with_alpha()),
        ("PNG", media_files.png_with_transparent_colour()),
        ("BMP", media_files.bmp_with_alpha()),
        ("WEBP", media_files.webp_with_alpha()),
    )
    return tuple(_build_file(name, data) for name, data in transparent if name in check.formats)


@invalid_values.register
def _(check: Complete, value: Json) -> JsonValues:
    incomplete = media_files.INCOMPLETE_FILES.items()
    return tuple(
        _build_file(name, data) for name, data in incomplete if name in FORMATS[check.view]
    )


@valid_values.register
def _(check: Dimensions) -> JsonValues:
    corners = [(w, h) for w in (check.low, check.high) for h in (check.low, check.high)]
    return tuple(
        _build_sized_file(name, *corner) for corner in corners for name in SIZED_FILE_BUILDERS
    )


@invalid_values.register
def _(check: Dimensions, value: Json) -> JsonValues:
    low, high = check.low, check.high
    outside = [(low - 1, low), (low, low - 1), (high + 1, high), (high, high + 1), (1, 1)]
    return (
        *(_build_sized_file(name, *at) for at in outside for name in SIZED_FILE_BUILDERS),
        _build_sized_file("PNG", 60_000, 60_000),
    )


@valid_value_strategy.register
def _(check: Dimensions) -> ValueStrategy:
    side = st.integers(check.low, check.high)
    return st.builds(_build_sized_file, st.sampled_from([*SIZED_FILE_BUILDERS]), side, side)


def _build_sized_file(name: str, width: int, height: int) -> str:
    return _build_file(name, SIZED_FILE_BUILDERS[name](width, height))


@valid_values.register
def _(check: Aspect) -> JsonValues:
    return tuple(
        _build_sized_file("PNG", 400 * width, 400 * height)
        for width, height in (check.low, check.high)
    )


@invalid_values.register
def _(check: Aspect, value: Json) -> JsonValues:
    (narrow, tall), (wide, flat) = check.low, check.high
    return (
        _build_sized_file("PNG", 400 * narrow - 1, 400 * tall),
        _build_sized_file("PNG", 400 * wide + 1, 400 * flat),
    )


@invalid_values.register
def _(check: FileSize, value: Json) -> JsonValues:
    name = FORMATS[check.view][-1 if check.view is IMAGE_VIEW else 0]
    return (media_files.build_large_uri(name, get_mime_types(name)[0], check.high + 1),)


@valid_values.register
def _(check: Duration) -> JsonValues:
    return tuple(
        _build_file("WAV", media_files.wav(seconds)) for seconds in (check.low, check.high)
    )


@invalid_values.register
def _(check: Duration, value: Json) -> JsonValues:
    seconds = (check.low - 0.01, check.high + 0.01, 0.01, check.high * 10)
    return (
        *(_build_file("WAV", media_files.wav(s)) for s in seconds),
        _build_file("MP3", media_files.mp3(1)),
    )


@invalid_values.register
def _(check: PaddedDuration, value: Json) -> JsonValues:
    return (_build_file("MP3", media_files.mp3(check.high + 0.03)),)
