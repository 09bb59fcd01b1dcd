"""Writes films of one colour without a library: H.264 and AAC in MP4.

References in parentheses are to ITU-T H.264. ISO/IEC 14496-12 defines the boxes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from struct import pack
from typing import Final

from .melodies import RATE
from .pictures import palette
from .plan import Film

__all__ = ["mp4"]

_PROFILE: Final = bytes([66, 0xC0, 40])
"""Constrained baseline, level 4: up to 8192 macroblocks, enough for 1080p."""

_COLOURS: Final = "1" + "001" + "101" + "01" + 3 * "00000001" + "000000"
"""The part of the sequence parameters that selects BT.709, as in drawn films (E.1.1)."""

_PCM: Final = 25
"""The macroblock type with uncompressed samples (table 7-11)."""

_SAME: Final = "00100" + "1" + "1"
"""A macroblock that is predicted from its neighbours (Intra_16x16_2_0_0)."""

_SILENCE: Final = bytes([0, 0, 0, 7])
"""A packet of AAC: one channel without a spectrum, and the end mark."""

_SAMPLES: Final = 1024
"""The number of samples in a packet of AAC."""

_MATRIX: Final = pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Track:
    """A track of *packets*, each *ticks* long; *rate* ticks are one second.

    The last packet may be shorter. Every *key*-th packet can be decoded by itself. *entry*
    is the sample entry, *media* the media header.
    """

    packets: list[bytes]
    ticks: int
    rate: int
    key: int
    entry: bytes
    handler: bytes
    media: bytes
    volume: int = 0
    sides: tuple[int, int] = (0, 0)


def mp4(film: Film) -> bytes:
    """Returns an MP4 with the sides, frames and length of *film*; equal films give equal bytes.

    The seed selects the colour, and the sound is silent. As in a drawn film the index comes
    before the data, and every second starts with a key frame.
    """
    tracks = [_pictures(film), *([_silence(film)] if film.audio else [])]
    start = _box(b"ftyp", b"isom", pack(">I", 512), b"isomiso2avc1mp41")
    at = len(start) + len(_index(film, tracks, 0)) + 8  # the header of the data box
    data = [packet for track in tracks for packet in track.packets]
    return b"".join((start, _index(film, tracks, at), _box(b"mdat", *data)))


def _pictures(film: Film) -> _Track:
    across, down = -(-film.width // 16), -(-film.height // 16)
    sequence = _unit(0x67, _bits(_PROFILE) + _sequence(film, across, down))
    # CAVLC, one slice, no weights; the slices switch off deblocking (7.3.2.2).
    picture = _unit(0x68, "11" + "00" + "111" + "000" + "111" + "100")
    keys = [_key_frame(film, across, down, number) for number in (0, 1)]
    same = [_same_frame(across * down, nth) for nth in range(1, film.fps)]
    config = (
        *(b"\1", _PROFILE, b"\xff"),
        *(b"\xe1", pack(">H", len(sequence)), sequence),
        *(b"\1", pack(">H", len(picture)), picture),
    )
    return _Track(
        packets=[frame for second in range(film.seconds) for frame in (keys[second % 2], *same)],
        ticks=1,
        rate=film.fps,
        key=film.fps,
        entry=_box(
            b"avc1",
            pack(">6xH16x2H", 1, film.width, film.height),
            pack(">IIIH32xHh", 72 << 16, 72 << 16, 0, 1, 24, -1),
            _box(b"avcC", *config),
        ),
        handler=b"vide",
        media=_box(b"vmhd", pack(">I8x", 1)),
        sides=(film.width, film.height),
    )


def _sequence(film: Film, across: int, down: int) -> str:
    """Returns the parameters: sides in macroblocks with cropping, no reordering (7.3.2.1)."""
    right, bottom = 16 * across - film.width, 16 * down - film.height
    return "".join(
        (
            *(_ue(0), _ue(4), _ue(2), _ue(1), "0"),
            *(_ue(across - 1), _ue(down - 1), "11"),
            *("1", _ue(0), _ue(right // 2), _ue(0), _ue(bottom // 2)),
            _COLOURS,
        )
    )


def _key_frame(film: Film, across: int, down: int, number: int) -> bytes:
    """Returns a frame with the colour in the first macroblock; the others repeat it.

    Consecutive key frames differ in *number* (7.4.3).
    """
    head = _ue(0) + _ue(7) + _ue(0) + f"{0:08b}" + _ue(number) + "00" + _ue(0) + _ue(1) + _ue(_PCM)
    aligned = head + "0" * (-len(head) % 8)
    luma, *chroma = _yuv(palette(film.seed).accent)
    samples = bytes([luma] * 256 + [chroma[0]] * 64 + [chroma[1]] * 64)
    # The code for "no coefficients" depends on the neighbours: PCM counts as 16 (9.2.1).
    beside = {1, across}
    others = (_SAME + ("000011" if nth in beside else "1") for nth in range(1, across * down))
    return _prefix_size(_unit(0x65, aligned + _bits(samples) + "".join(others)))


def _same_frame(macroblocks: int, nth: int) -> bytes:
    """Returns a frame that repeats the previous one: all macroblocks are skipped."""
    head = _ue(0) + _ue(5) + _ue(0) + f"{nth:08b}" + "000" + _ue(0) + _ue(1)
    return _prefix_size(_unit(0x41, head + _ue(macroblocks)))


def _yuv(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Converts a colour to BT.709 in the video range."""
    red, green, blue = (part / 255 for part in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    parts = luma, (blue - luma) / 1.8556, (red - luma) / 1.5748
    return round(16 + 219 * parts[0]), round(128 + 224 * parts[1]), round(128 + 224 * parts[2])


def _ue(value: int) -> str:
    """Encodes *value* as an Exp-Golomb code (9.1)."""
    code = f"{value + 1:b}"
    return "0" * (len(code) - 1) + code


def _bits(content: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in content)


def _unit(head: int, bits: str) -> bytes:
    """Returns a NAL unit of *bits* and a stop bit, with emulation prevention (7.4.1)."""
    whole = f"{bits}1" + "0" * (-(len(bits) + 1) % 8)
    content = int(whole, 2).to_bytes(len(whole) // 8)
    return bytes([head]) + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", content)


def _prefix_size(unit: bytes) -> bytes:
    return pack(">I", len(unit)) + unit


def _silence(film: Film) -> _Track:
    config = b"\x05\x02\x11\x88"  # AAC-LC at RATE, one channel
    decoder = pack(">BB", 0x40, 0x15) + bytes(11) + config
    stream = pack(">HBBB", 0, 0, 4, len(decoder)) + decoder + b"\x06\x01\x02"
    return _Track(
        packets=[_SILENCE] * -(-film.seconds * RATE // _SAMPLES),
        ticks=_SAMPLES,
        rate=RATE,
        key=1,
        entry=_box(
            b"mp4a",
            pack(">6xH8x2HII", 1, 1, 16, 0, RATE << 16),
            _box(b"esds", pack(">IBB", 0, 3, len(stream)), stream),
        ),
        handler=b"soun",
        media=_box(b"smhd", bytes(8)),
        volume=0x0100,
    )


def _index(film: Film, tracks: list[_Track], at: int) -> bytes:
    """Returns the index; the data of the tracks is consecutive and starts at *at*."""
    boxes = []
    for number, track in enumerate(tracks, 1):
        boxes.append(_track(film, track, number, at))
        at += sum(map(len, track.packets))
    times = pack(">12x2IIH10x", 1000, 1000 * film.seconds, 1 << 16, 0x0100)
    return _box(b"moov", _box(b"mvhd", times, _MATRIX, pack(">24xI", len(tracks) + 1)), *boxes)


def _track(film: Film, track: _Track, number: int, at: int) -> bytes:
    here = _box(b"dinf", _box(b"dref", pack(">4xI", 1), _box(b"url ", pack(">I", 1))))
    volume = pack(">12xH2x", track.volume)
    width, height = track.sides
    return _box(
        b"trak",
        _box(
            b"tkhd",
            pack(">I8xI4xI", 3, number, 1000 * film.seconds),
            *(volume, _MATRIX, pack(">II", width << 16, height << 16)),
        ),
        _box(
            b"mdia",
            _box(b"mdhd", pack(">12xIIHH", track.rate, film.seconds * track.rate, 0x55C4, 0)),
            _box(b"hdlr", pack(">8x4s13x", track.handler)),
            _box(b"minf", track.media, here, _samples(film, track, at)),
        ),
    )


def _samples(film: Film, track: _Track, at: int) -> bytes:
    """Returns the times and sizes of the packets, which are consecutive and start at *at*."""
    count = len(track.packets)
    last = film.seconds * track.rate - (count - 1) * track.ticks
    keys = range(1, count + 1, track.key)
    sizes = [len(packet) for packet in track.packets]
    return _box(
        b"stbl",
        _box(b"stsd", pack(">4xI", 1), track.entry),
        _box(b"stts", pack(">4x5I", 2, count - 1, track.ticks, 1, last)),
        _box(b"stss", pack(f">4xI{len(keys)}I", len(keys), *keys)),
        _box(b"stsc", pack(">4x4I", 1, 1, count, 1)),
        _box(b"stsz", pack(f">8xI{count}I", count, *sizes)),
        _box(b"stco", pack(">4xII", 1, at)),
    )


def _box(name: bytes, *content: bytes) -> bytes:
    return pack(">I", 8 + sum(map(len, content))) + name + b"".join(content)
