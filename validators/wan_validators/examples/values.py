"""Lists, for each kind of constraint, a valid value and values that break it."""

from __future__ import annotations

from base64 import b64encode
from functools import singledispatch
from typing import Any, Final

from ..constraints import basic as c
from ..constraints import media as m
from ..constraints import size as s
from ..constraints import text as t
from ..source.json_pointer import MISSING
from . import tiny_files as files

__all__ = ["AUDIO_URL", "IMAGE_URL", "PROMPT", "SIDE", "VIDEO_URL", "list_broken", "list_valid"]

IMAGE_URL: Final = "https://example.com/cat.jpg"
AUDIO_URL: Final = "https://example.com/music.mp3"
VIDEO_URL: Final = "https://example.com/clip.mp4"
PROMPT: Final = "A cat in the snow"

SIDE: Final = 400
"""Pixels, within the limits of every model."""

_OTHER_TYPES: Final[tuple[Any, ...]] = ("a text", 7, ["a list"])


@singledispatch
def list_valid(constraint: c.Constraint) -> list[Any]:
    """Returns values that satisfy *constraint*; the first that keeps all other rules is used."""
    return []


@singledispatch
def list_broken(constraint: c.Constraint) -> list[Any]:
    """Returns values that break *constraint*, the best example first."""
    return []


@list_valid.register
def _(constraint: c.JsonType) -> list[Any]:
    values: dict[type, list[Any]] = {
        bool: [True, False],
        str: [PROMPT, IMAGE_URL, AUDIO_URL],
        dict: [{}, {"text": PROMPT}],
        list: [[{"text": PROMPT}, {"image": IMAGE_URL}], [{"text": PROMPT}], []],
    }
    return values[constraint.type]


@list_broken.register
def _(constraint: c.JsonType) -> list[Any]:
    other = [value for value in _OTHER_TYPES if type(value) is not constraint.type]
    return other[::-1] if constraint.type is dict else other


@list_valid.register
def _(constraint: c.Anything) -> list[Any]:
    return [1, {}]


@list_broken.register
def _(constraint: c.Anything) -> list[Any]:
    return [MISSING]


@list_broken.register
def _(constraint: c.Absent) -> list[Any]:
    return [2, True, IMAGE_URL, AUDIO_URL]


@list_valid.register
def _(constraint: c.OneOf) -> list[Any]:
    return list(constraint.values)


@list_broken.register
def _(constraint: c.OneOf) -> list[Any]:
    last = constraint.values[-1]
    return [last + 2] if isinstance(last, int) else [last.swapcase(), f"{last}-pro"]


@list_valid.register
def _(constraint: c.Between) -> list[Any]:
    return [min(max(constraint.low, 1), constraint.high)]


@list_broken.register
def _(constraint: c.Between) -> list[Any]:
    return [constraint.high + 1]


@list_broken.register
def _(constraint: c.BetweenIf) -> list[Any]:
    return [constraint.inner.high + 1]


@list_broken.register
def _(constraint: c.Text) -> list[Any]:
    return [(f"{PROMPT}. " * constraint.high)[: constraint.high + 1]]


@list_broken.register
def _(constraint: c.NotBlank) -> list[Any]:
    return ["   "]


@list_broken.register
def _(constraint: t.Filled) -> list[Any]:
    return ["A {subject} in the snow"]


@list_broken.register
def _(constraint: t.Undamaged) -> list[Any]:
    return ["A caf\u00c3\u00a9 in the snow"]


@list_valid.register
def _(constraint: c.Items) -> list[Any]:
    return [[IMAGE_URL] * constraint.low, [{}] * constraint.low]


@list_broken.register
def _(constraint: c.Items) -> list[Any]:
    many = constraint.high + 1
    return [[IMAGE_URL] * many, [], [[]] * many]


@list_broken.register
def _(constraint: c.ObjectCount) -> list[Any]:
    value = PROMPT if constraint.key == "text" else IMAGE_URL
    many = [{constraint.key: value}] * (constraint.high + 1)
    return [[{"image": IMAGE_URL}], [{"text": PROMPT}], [{"text": PROMPT}, *many]]


@list_broken.register
def _(constraint: s.AdvisedPixels) -> list[Any]:
    return ["1024*1024"]


@list_broken.register
def _(constraint: c.MutuallyExclusive) -> list[Any]:
    return [{"text": PROMPT, "image": IMAGE_URL}]


@list_broken.register
def _(constraint: s.TwoPartSize) -> list[Any]:
    return ["1280x720"]


@list_broken.register
def _(constraint: s.Size) -> list[Any]:
    return ["1280*720.5"]


@list_broken.register
def _(constraint: s.Pixels) -> list[Any]:
    return ["4000*4000", "5000*5000"]


@list_broken.register
def _(constraint: s.Ratio) -> list[Any]:
    return ["2000*400", "3000*600", "4500*500"]


@list_valid.register
def _(constraint: s.TwoPartSize) -> list[Any]:
    return ["1280*720", *constraint.tokens]


@list_broken.register
def _(constraint: m.Reference) -> list[Any]:
    return ["photos/cat.jpg"]


@list_broken.register
def _(constraint: m.Reachable) -> list[Any]:
    return ["http://localhost:8000/cat.jpg"]


@list_broken.register
def _(constraint: m.AddressesFile) -> list[Any]:
    return ["https://imgur.com/abc123"]


@list_broken.register
def _(constraint: m.Prefixed) -> list[Any]:
    return [b64encode(files.build_png(SIDE)).decode()]


@list_broken.register
def _(constraint: m.Base64) -> list[Any]:
    good = [
        files.build_data_uri(files.build_png(SIDE), "image/png"),
        files.build_data_uri(files.build_wav(50, 10), "audio/wav"),
    ]
    return [f"{each[:40]}\n{each[40:]}" for each in good]


@list_broken.register
def _(constraint: m.Format) -> list[Any]:
    gif = b"GIF89a\x90\x01\x90\x01\0\0\0;"
    return [
        files.build_data_uri(gif, "image/gif"),
        files.build_data_uri(b"OggS\0\2" + bytes(40), "audio/ogg"),
    ]


@list_broken.register
def _(constraint: m.Complete) -> list[Any]:
    return [
        files.build_data_uri(files.build_png(SIDE)[:-20], "image/png"),
        files.build_data_uri(files.build_wav(50, 10)[:-5], "audio/wav"),
    ]


@list_broken.register
def _(constraint: m.Declared) -> list[Any]:
    return [
        files.build_data_uri(files.build_png(SIDE), "image/jpeg"),
        files.build_data_uri(files.build_wav(50, 10), "audio/mpeg"),
    ]


@list_broken.register
def _(constraint: m.Opaque) -> list[Any]:
    return [
        files.build_data_uri(files.build_png(SIDE, alpha=True), "image/png"),
        files.build_data_uri(files.build_webp(SIDE), "image/webp"),
        files.build_data_uri(files.build_bmp(SIDE), "image/bmp"),
    ]


@list_broken.register
def _(constraint: m.Dimensions) -> list[Any]:
    return [files.build_data_uri(files.build_png(constraint.low - 1), "image/png")]


@list_broken.register
def _(constraint: m.Aspect) -> list[Any]:
    width, height = constraint.high
    image = files.build_png(SIDE * width, height=SIDE * height - 1)
    return [files.build_data_uri(image, "image/png")]


@list_broken.register
def _(constraint: m.FileSize) -> list[Any]:
    image = files.build_png(SIDE, padding=constraint.high)
    sound = files.build_wav(constraint.high, constraint.high // 15)
    return [
        files.build_data_uri(image, "image/png"),
        files.build_data_uri(sound, "audio/wav"),
    ]


@list_broken.register
def _(constraint: m.Duration) -> list[Any]:
    return [files.build_data_uri(files.build_wav(10, 10), "audio/wav")]


@list_broken.register
def _(constraint: m.PaddedDuration) -> list[Any]:
    frames = (constraint.high * 1000 // 72 + step for step in range(4))
    return [files.build_data_uri(files.build_mp3(each), "audio/mpeg") for each in frames]
