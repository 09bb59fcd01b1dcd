"""The films, drawn and plain, opened again with PyAV."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction

import av
import pytest
from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image, ImageChops, ImageStat

from wan_mockserver.artefacts import films, plain_films
from wan_mockserver.artefacts.melodies import RATE, melody
from wan_mockserver.artefacts.pictures import palette, scene
from wan_mockserver.artefacts.plan import Film

SMALL = Film(64, 48, seconds=1, fps=24, audio=True, seed=3)
SILENT = Film(64, 64, seconds=2, fps=30, audio=False, seed=3)

Maker = Callable[[Film], bytes]


@pytest.fixture(params=[films.mp4, plain_films.mp4], ids=["drawn", "plain"])
def mp4(request: pytest.FixtureRequest) -> Maker:
    made: Maker = request.param
    return made


def opened(content: bytes) -> InputContainer:
    return av.open(io.BytesIO(content), "r")


def image(frame: VideoFrame) -> Image.Image:
    picture = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV's stub
    assert isinstance(picture, Image.Image)
    return picture


def frames(content: bytes) -> list[VideoFrame]:
    with opened(content) as container:
        return list(container.decode(video=0))


def boxes(content: bytes) -> list[bytes]:
    """The names of the top-level boxes of an MP4, in their order."""
    found, at = [], 0
    while at < len(content):
        found.append(content[at + 4 : at + 8])
        at += int.from_bytes(content[at : at + 4])
    return found


@pytest.mark.parametrize("film", [SMALL, SILENT])
def test_sides_frames_rate_and_length_are_exact(mp4: Maker, film: Film) -> None:
    with opened(mp4(film)) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == (film.width, film.height)
        assert video.frames == film.seconds * film.fps
        assert video.average_rate == film.fps
        assert container.duration == film.seconds * 1_000_000
    assert len(frames(mp4(film))) == film.seconds * film.fps


def test_the_film_is_h264_that_every_player_takes(mp4: Maker) -> None:
    with opened(mp4(SMALL)) as container:
        video = container.streams.video[0]
        assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")


def test_the_sound_is_aac_and_as_long_as_the_film(mp4: Maker) -> None:
    with opened(mp4(SMALL)) as container:
        sound = container.streams.audio[0]
        assert (sound.codec_context.name, sound.sample_rate) == ("aac", RATE)
        assert sound.duration is not None
        assert sound.time_base is not None
        assert sound.duration * sound.time_base == Fraction(SMALL.seconds)


def test_a_silent_film_has_no_sound_track(mp4: Maker) -> None:
    with opened(mp4(SILENT)) as container:
        assert len(container.streams.audio) == 0


def test_the_index_stands_before_the_data(mp4: Maker) -> None:
    order = boxes(mp4(SMALL))
    assert order.index(b"moov") < order.index(b"mdat")


def test_every_second_starts_with_a_key_frame(mp4: Maker) -> None:
    assert [nth for nth, frame in enumerate(frames(mp4(SILENT))) if frame.key_frame] == [0, 30]


def test_the_same_film_gives_the_same_bytes(mp4: Maker) -> None:
    assert mp4(SMALL) == mp4(SMALL)


def test_another_seed_gives_another_picture(mp4: Maker) -> None:
    one, other = (
        image(frames(mp4(Film(64, 64, 1, 24, audio=False, seed=seed)))[0]) for seed in (3, 4)
    )
    assert max(ImageStat.Stat(ImageChops.difference(one, other)).mean) > 20


def test_a_full_size_film_shows_the_scene_in_its_own_colours_and_a_balloon_that_crosses() -> None:
    shown = frames(films.mp4(Film(816, 1104, seconds=1, fps=24, audio=False, seed=7)))
    first, last = image(shown[0]), image(shown[-1])
    drawn = ImageChops.difference(first, scene(816, 1104, 7))
    assert max(ImageStat.Stat(drawn.crop((400, 0, 816, 1104))).mean) < 2
    moved = ImageChops.difference(first, last).convert("L").point(lambda level: level > 60)
    left, top, right, bottom = moved.getbbox() or (0, 0, 0, 0)
    assert left < 60
    assert right > 756
    assert 150 < top < bottom < 650


def test_a_melody_is_exactly_as_long_as_asked_and_never_clips() -> None:
    samples = melody(3, seed=1)
    assert len(samples) == 3 * RATE
    assert 5_000 < max(map(abs, samples)) < 32_000


def test_a_melody_repeats_for_its_seed_alone() -> None:
    assert melody(1, seed=1) == melody(1, seed=1)
    assert melody(1, seed=1) != melody(1, seed=2)


def test_the_notes_of_a_melody_begin_and_end_in_silence() -> None:
    samples = melody(2, seed=5)
    joints = range(RATE // 2, len(samples), RATE // 2)
    assert all(abs(samples[at - 1]) < 10 and abs(samples[at]) < 10 for at in joints)


@pytest.mark.parametrize(
    ("width", "height"), [(16, 16), (16, 64), (64, 16), (130, 34), (48, 2000), (1920, 1072)]
)
def test_a_plain_film_of_any_sides_has_the_colour_of_its_seed(width: int, height: int) -> None:
    shown = frames(plain_films.mp4(Film(width, height, seconds=2, fps=3, audio=True, seed=5)))
    assert [frame.key_frame for frame in shown] == [True, False, False] * 2
    for frame in shown:
        assert (frame.width, frame.height) == (width, height)
        stat = ImageStat.Stat(image(frame))
        assert stat.stddev == [0, 0, 0]
        assert stat.mean == pytest.approx(palette(5).accent, abs=3)


def test_a_plain_film_sounds_to_its_end_and_is_silent() -> None:
    with opened(plain_films.mp4(SMALL)) as container:
        sounds = list(container.decode(audio=0))
    assert not any(any(bytes(plane)) for sound in sounds for plane in sound.planes)
    assert sum(sound.samples for sound in sounds) >= SMALL.seconds * RATE


def test_a_plain_film_says_its_colours_as_a_drawn_one_does() -> None:
    (one, *_), (other, *_) = frames(films.mp4(SMALL)), frames(plain_films.mp4(SMALL))
    assert (one.colorspace, one.color_range) == (other.colorspace, other.color_range)


def test_a_plain_film_of_full_size_is_small() -> None:
    assert len(plain_films.mp4(Film(1920, 1072, seconds=10, fps=30, audio=True, seed=1))) < 150_000
