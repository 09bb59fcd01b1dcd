"""Playing times of WAV and MP3 files, by what their headers and frames tell."""

from __future__ import annotations

import fractions
import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_validators.media.headers import Header, read_audio_header

from .files import mp3, wav


def riff(kind: bytes, *chunks: bytes) -> bytes:
    return kind + b"\xff\xff\xff\xffWAVE" + b"".join(chunks)


def fmt(rate: int, tag: int = 1, extra: bytes = b"") -> bytes:
    """A format chunk for *rate* bytes a second."""
    body = struct.pack("<HHIIHH", tag, 1, rate, rate, 1, 8) + extra
    return b"fmt " + struct.pack("<I", len(body)) + body


def data(size: int, present: int) -> bytes:
    return b"data" + struct.pack("<I", size) + b"\x80" * present


def ds64(size: int) -> bytes:
    return b"ds64" + struct.pack("<IQQQI", 28, size + 80, size, size, 0)


MU_LAW, A_LAW, ADPCM, EXTENSIBLE, MP3 = 7, 6, 2, 0xFFFE, 0x55
STREAMED = (0, 0x7FFFFFFF, 0x7FFFF000, 0x80000000, 0xFFFFFFD8, 0xFFFFFFFF)


@pytest.mark.parametrize("tag", [1, 3, MU_LAW, A_LAW, ADPCM, EXTENSIBLE, MP3, 0x11])
def test_the_byte_rate_tells_the_playing_time_in_every_encoding(tag: int) -> None:
    seen = read_audio_header(riff(b"RIFF", fmt(100, tag, bytes(24)), data(500, 500)))

    assert seen == Header(format="WAV", seconds=5.0)


@pytest.mark.parametrize("size", STREAMED)
def test_of_a_wav_written_to_a_pipe_the_bytes_that_are_there_count(size: int) -> None:
    assert read_audio_header(riff(b"RIFF", fmt(100), data(size, 500))).seconds == 5.0


@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
@pytest.mark.parametrize("size", [500, 0])
def test_the_size_of_a_large_wav_is_in_a_chunk_of_its_own(kind: bytes, size: int) -> None:
    seen = read_audio_header(riff(kind, ds64(size), fmt(100), data(0xFFFFFFFF, 500)))

    assert seen == Header(format="WAV", seconds=5.0)


def test_other_chunks_are_skipped_with_their_padding() -> None:
    junk = b"LIST" + struct.pack("<I", 3) + b"abc\0"

    seen = read_audio_header(riff(b"RIFF", junk, fmt(100), junk, data(400, 400), junk))

    assert seen == Header(format="WAV", seconds=4.0)


def test_without_a_byte_rate_the_playing_time_is_unknown_and_the_file_is_whole() -> None:
    seen = read_audio_header(riff(b"RIFF", fmt(0), data(500, 500)))

    assert seen == Header(format="WAV", untimed=True)
    assert seen.is_readable
    assert seen.min_seconds is None


def test_a_wav_that_lacks_samples_is_truncated_and_plays_what_is_there() -> None:
    seen = read_audio_header(riff(b"RIFF", fmt(100), data(2000, 500)))

    assert seen == Header(format="WAV", seconds=5.0, truncated=True)
    assert read_audio_header(riff(b"RF64", ds64(2000), fmt(100), data(0xFFFFFFFF, 5))).truncated


@pytest.mark.parametrize(
    "content",
    [
        riff(b"RIFF"),
        riff(b"RIFF", fmt(100)),
        riff(b"RIFF", fmt(100)[:20]),
        riff(b"RIFF", data(5, 5)),
        riff(b"RIFF", b"abcd\0\0\0\0" * 30_000),
    ],
)
def test_a_wav_without_format_or_samples_is_damaged(content: bytes) -> None:
    assert read_audio_header(content) == Header(format="WAV")


def lame(count: int, delay: int, padding: int, *, name: bytes = b"LAME3.100", **more: Any) -> bytes:
    """An MP3 of *count* frames at 48 kHz, mono, of 24 ms each, behind a LAME tag."""
    head = b"\xff\xfb\x54\xc0"
    length = 144 * 64_000 // 48_000
    silence = struct.pack(">I", delay << 12 | padding)[1:]
    tag = name.ljust(21, b"\0") + silence
    fields = struct.pack(">4sIII", b"Info", 15, count, more.get("size", 0)) + bytes(104)
    info = (head + bytes(17 + more.get("checksum", 0)) + fields + tag).ljust(length, b"\0")
    return bytes(info + (head + bytes(length - 4)) * more.get("frames", count))


def test_the_lame_tag_tells_how_much_of_the_playing_time_is_silence() -> None:
    # 30 s and the padding of the encoder: 1252 frames last for 30.048 s.
    assert read_audio_header(lame(1252, 576, 1728)) == Header(format="MP3", seconds=30.0)
    assert read_audio_header(lame(1252, 576, 1728, name=b"Lavc61.19")).seconds == 30.0
    assert read_audio_header(lame(1252, 576, 1728, checksum=2)).seconds == 30.0


@pytest.mark.parametrize("silence", [(0, 0), (4000, 4000)])
def test_a_tag_without_a_credible_silence_leaves_the_playing_time_as_a_range(
    silence: tuple[int, int],
) -> None:
    seen = read_audio_header(lame(3, *silence))

    assert (seen.seconds, seen.padding) == (0.072, 0.048)
    assert seen.min_seconds == pytest.approx(0.024)


def test_a_tag_of_another_writer_does_not_tell_the_silence() -> None:
    assert read_audio_header(lame(100, 576, 576, name=b"Fraunhofr")).padding == 0.048


def test_a_tag_without_a_number_of_frames_is_not_a_frame() -> None:
    assert read_audio_header(lame(0, 0, 0, frames=100)).seconds == 2.4


def test_an_mp3_shorter_than_its_tag_says_is_truncated() -> None:
    assert not read_audio_header(lame(100, 576, 576, size=192 * 101)).truncated
    assert read_audio_header(lame(100, 576, 576, size=192 * 101, frames=50)).truncated


def test_the_header_of_fraunhofer_tells_the_number_of_frames() -> None:
    head = b"\xff\xfb\x54\xc4"
    vbri = b"VBRI" + struct.pack(">HHHII", 1, 0, 75, 0, 1000)
    frame = (head + bytes(32) + vbri).ljust(192, b"\0")

    assert read_audio_header(frame + head + bytes(188)).seconds == 24.0
    assert read_audio_header(frame[:52]) == Header(format="MP3")


def test_without_a_tag_the_frames_are_added_and_the_silence_is_a_range() -> None:
    seen = read_audio_header(mp3(42))

    assert seen.seconds == pytest.approx(3.024)
    assert seen.padding == pytest.approx(0.216)
    assert read_audio_header(mp3(1)).min_seconds == 0.0


@pytest.mark.parametrize(
    "tail", [b"TAG" + b"\xff\xe3\x18\xc0" * 31, b"APETAGEX" + mp3(9), b"\0" * 50]
)
def test_what_is_behind_the_frames_does_not_play(tail: bytes) -> None:
    assert read_audio_header(mp3(42) + tail).seconds == pytest.approx(3.024)


def test_bytes_between_frames_are_skipped() -> None:
    assert read_audio_header(mp3(20) + b"junk" * 9 + mp3(22)).seconds == pytest.approx(3.024)


def test_a_last_frame_that_is_cut_does_not_play() -> None:
    assert read_audio_header(mp3(42)[:-1]).seconds == pytest.approx(41 * 0.072)
    assert read_audio_header(mp3(2)[:74]).seconds == pytest.approx(0.072)
    assert read_audio_header(mp3(1)[:-1]) == Header(format="MP3")


def test_frames_of_another_kind_are_not_added() -> None:
    assert read_audio_header(mp3(42) + b"\xff\xfb\x54\xc0" + bytes(188)).seconds == pytest.approx(
        3.024
    )


def test_of_a_very_long_mp3_the_rest_is_taken_to_be_like_the_start() -> None:
    assert read_audio_header(mp3(40_000)).seconds == pytest.approx(40_000 * 0.072, rel=0.001)


def test_the_playing_time_in_free_format_is_unknown() -> None:
    frame = b"\xff\xfb\x04\xc0" + bytes(300)

    assert read_audio_header(frame * 9) == Header(format="MP3", untimed=True)
    assert read_audio_header(frame) == Header(format="MP3")
    assert read_audio_header(b"ID3\4\0\0\0\0\0\2xx" + b"ab" + frame * 9) == Header(format="MP3")


def test_starts_of_frames_that_no_frame_follows_are_not_an_mp3_for_long() -> None:
    assert read_audio_header(b"\xff\xfb\x90\0" * 30_000) == Header(format="MP3")


def encode(codec: str, format: str, seconds: int, rate: int, **options: str) -> bytes:
    """A file of an encoder that people use, silent and mono."""
    av: Any = pytest.importorskip("av")
    file: Any = io.BytesIO()
    with av.open(file, "w", format=format, options=options) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        for start in range(0, seconds * rate, 1000):
            frame = av.AudioFrame(format="s16", layout="mono", samples=1000)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = rate, start
            frame.time_base = fractions.Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return bytes(file.getvalue())


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000, 48_000])
def test_an_mp3_of_lame_plays_as_long_as_what_was_encoded(rate: int) -> None:
    exact = read_audio_header(encode("libmp3lame", "mp3", 30, rate))
    padded = read_audio_header(encode("libmp3lame", "mp3", 30, rate, write_xing="0"))

    assert (exact.seconds, exact.padding) == (30.0, 0.0)
    assert padded.seconds is not None
    assert padded.min_seconds is not None
    assert padded.min_seconds <= 30 < padded.seconds


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_mulaw", "pcm_alaw", "pcm_f32le"])
@pytest.mark.parametrize("rf64", ["never", "always"])
def test_a_wav_of_any_encoder_plays_as_long_as_what_was_encoded(codec: str, rf64: str) -> None:
    assert read_audio_header(encode(codec, "wav", 5, 8000, rf64=rf64)).seconds == 5.0


WHOLE = (wav(50), mp3(9), lame(9, 576, 576), riff(b"RF64", ds64(9), fmt(1), data(0xFFFFFFFF, 9)))


@given(st.sampled_from(WHOLE), st.data())
def test_changed_and_cut_files_never_raise(whole: bytes, drawn: st.DataObject) -> None:
    content = bytearray(whole[: drawn.draw(st.integers(0, len(whole)))])
    for _ in range(drawn.draw(st.integers(0, 8)) if content else 0):
        content[drawn.draw(st.integers(0, len(content) - 1))] = drawn.draw(st.integers(0, 255))

    seen = read_audio_header(bytes(content))

    assert seen.seconds is None or 0 <= (seen.min_seconds or 0) <= seen.seconds


@given(st.sampled_from([b"\xff\xfb", b"ID3", wav(5)[:12], wav(5)[:40]]), st.binary(max_size=2000))
def test_bytes_of_any_kind_never_raise(start: bytes, rest: bytes) -> None:
    read_audio_header(start + rest)
