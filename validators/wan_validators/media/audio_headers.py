"""Reads the headers of WAV and MP3 files: playing times and early ends.

Each function returns None if the header is damaged or cut short.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from .formats import find_audio_start
from .header import MAX_PARTS, Header

__all__ = ["READERS"]

_number = int.from_bytes

_STREAMED_BYTES: Final = 2**31 - 2**20
"""Writers to a pipe claim about 2 or 4 GiB, because they do not know the size."""

_SYNC: Final = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
"""The first two bytes of a frame of layer III."""

_TAGS: Final = (b"TAG", b"APETAGEX", b"LYRICS", b"ID3", b"\0")
"""What can follow the last frame."""

_MAX_FREE_BYTES: Final = 8192
"""The maximum length of a frame in free format, with a wide margin."""

_MPEG_1_KBIT: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG_2_KBIT: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG_1_HZ: Final = (44_100, 48_000, 32_000)


def read_wav(data: bytes) -> Header | None:
    """Reads a WAV of any encoding; RF64 and BW64 are WAV for large files (EBU Tech 3306)."""
    rate, long_size = None, None
    for name, start, size in _iterate_wav_chunks(data):
        if name == b"fmt " and len(data) >= start + 14:
            rate = _number(data[start + 8 : start + 12], "little")
        elif name == b"ds64":
            long_size = _number(data[start + 8 : start + 16], "little")
        elif name == b"data" and rate is not None:
            claimed = size if long_size is None or size < 0xFFFFFFFF else long_size
            return _build_wav_header(claimed, len(data) - start, rate)
    return None


def _build_wav_header(claimed: int, present: int, rate: int) -> Header:
    """Builds the header for *rate* bytes a second: *claimed* by the chunk, and *present*."""
    streamed = claimed == 0 or claimed >= _STREAMED_BYTES
    truncated = not streamed and claimed > present
    if rate == 0:
        return Header(format="WAV", untimed=True, truncated=truncated)
    seconds = (present if streamed else min(claimed, present)) / rate
    return Header(format="WAV", seconds=seconds, truncated=truncated)


def _iterate_wav_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Iterates over the chunks: name, start of the body, size. Bodies have even lengths."""
    at = 12
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            return
        size = _number(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at + 8, size
        at += 8 + size + size % 2


class _MpegFrame(NamedTuple):
    """One frame of an MP3. *length* is 0 if it is free format, whose length is not stated."""

    length: int
    samples: int
    hertz: int
    side_bytes: int


def read_mp3(data: bytes) -> Header | None:
    """Reads an MP3 behind its tags: by its Xing or VBRI header, or frame by frame.

    Encoders add silence at both ends. The LAME tag tells how much; without it, there are at
    most 1152 samples and one frame (LAME: 576 before, and 576 to a frame more behind).
    """
    first = _find_first_frame(data, find_audio_start(data))
    if first is None:
        return None
    at, frame = first
    if frame.length == 0:
        return Header(format="MP3", untimed=True)
    padding = (1152 + frame.samples) / frame.hertz
    tag = _read_tag(data, at, frame)
    if tag is None or tag.frames == 0:
        start = at + frame.length if tag else at
        seconds = _add_frames(data, start, frame)
        return Header(format="MP3", seconds=seconds, padding=padding)
    samples = tag.frames * frame.samples
    if 0 < tag.silence < samples:
        samples, padding = samples - tag.silence, 0.0
    return Header(
        format="MP3",
        seconds=samples / frame.hertz,
        padding=padding,
        truncated=tag.size > len(data),
    )


def _find_first_frame(data: bytes, begin: int) -> tuple[int, _MpegFrame] | None:
    """Finds the first frame that another frame, a tag or the end follows."""
    at = begin
    for _ in range(MAX_PARTS):
        found = _SYNC.search(data, at)
        if found is None:
            return None
        at = found.start()
        frame = _parse_frame_header(data[at : at + 4])
        free = frame is not None and frame.length == 0
        if frame is not None and _is_followed(data, at, frame) and (at == begin or not free):
            return at, frame
        at += 1
    return None


def _is_followed(data: bytes, at: int, frame: _MpegFrame) -> bool:
    if frame.length == 0:
        return data.find(data[at : at + 3], at + 4, at + _MAX_FREE_BYTES) >= 0
    end = at + frame.length
    if end == len(data) or data.startswith(_TAGS, end):
        return True
    return _is_alike(_parse_frame_header(data[end : end + 4]), frame) or len(data) - 4 < end < len(
        data
    )


def _is_alike(frame: _MpegFrame | None, first: _MpegFrame) -> bool:
    """Returns True if *frame* can be of the same stream as *first*."""
    return frame is not None and (frame.samples, frame.hertz) == (first.samples, first.hertz)


def _parse_frame_header(head: bytes) -> _MpegFrame | None:
    """Parses the header of a frame of layer III (ISO/IEC 11172-3, 13818-3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate == 15 or rate == 3:
        return None
    hertz = _MPEG_1_HZ[rate] >> {3: 0, 2: 1, 0: 2}[version]
    kbit, samples = (_MPEG_1_KBIT, 1152) if version == 3 else (_MPEG_2_KBIT, 576)
    padding = head[2] >> 1 & 1
    length = samples * kbit[bitrate] * 125 // hertz + padding if bitrate else 0
    mono = head[3] >> 6 == 3
    side_bytes = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    return _MpegFrame(length, samples, hertz, side_bytes)


class _Tag(NamedTuple):
    """The content of a Xing, Info or VBRI header; *size* and *silence* are 0 if unknown."""

    frames: int
    size: int = 0
    silence: int = 0


def _read_tag(data: bytes, at: int, frame: _MpegFrame) -> _Tag | None:
    if data[at + 36 : at + 40] == b"VBRI" and len(data) >= at + 54:
        size, frames = struct.unpack_from(">II", data, at + 46)
        return _Tag(frames, size)
    start = at + 4 + frame.side_bytes
    if data[start + 2 : start + 6] in (b"Xing", b"Info"):
        start += 2  # behind a checksum
    if data[start : start + 4] not in (b"Xing", b"Info"):
        return None
    flags, position = _number(data[start + 4 : start + 8], "big"), start + 8
    values = {}
    for bit, width in ((1, 4), (2, 4), (4, 100), (8, 4)):
        if flags & bit:
            values[bit] = _number(data[position : position + width], "big")
            position += width
    lame = data[position : position + 24]
    silence = 0
    if lame[:3] in (b"LAM", b"Lav", b"GOG", b"L3."):
        both = _number(lame[21:24], "big")
        silence = (both >> 12) + (both & 0xFFF)
    return _Tag(values.get(1, 0), values.get(2, 0), silence)


def _add_frames(data: bytes, begin: int, first: _MpegFrame) -> float:
    """Adds the playing times of all complete frames from *begin* on, and skips other bytes."""
    count, at = 0, begin
    lengths: dict[bytes, int] = {}  # the frames of a file have few different headers
    for _ in range(MAX_PARTS):
        head = data[at : at + 4]
        if head not in lengths:
            frame = _parse_frame_header(head)
            lengths[head] = frame.length if frame is not None and _is_alike(frame, first) else 0
        if length := lengths[head]:
            at += length
            if at > len(data):
                break
            count += 1
            continue
        found = _SYNC.search(data, at + 1)
        if found is None or data.startswith(_TAGS[:3], at):
            break
        at = found.start()
    else:
        # The rest is taken to be like the start.
        count = round(count * (len(data) - begin) / (at - begin))
    return count * first.samples / first.hertz


READERS: Final[Mapping[str, Callable[[bytes], Header | None]]] = {
    "WAV": read_wav,
    "MP3": read_mp3,
}
"""The reader of each documented format."""
