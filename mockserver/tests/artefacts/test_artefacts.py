"""The cache of made files: what is kept, what is dropped, and who makes it."""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event, Semaphore

import pytest

from wan_mockserver.artefacts import cache as artefacts
from wan_mockserver.artefacts import plain_films
from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.plan import Artefact, Film, Picture, content_type, extension

PICTURE = Picture(32, 32, seed=1)
FILM = Film(32, 32, seconds=1, fps=24, audio=False, seed=1)


class Maker:
    """Makes ten bytes of anything, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Artefact] = []

    def __call__(self, artefact: Artefact) -> bytes:
        self.asked.append(artefact)
        return bytes([artefact.seed]) * 10


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    made = Maker()
    monkeypatch.setattr(artefacts, "make", made)
    return made


def pictures(*seeds: int) -> list[Artefact]:
    return [Picture(32, 32, seed) for seed in seeds]


def test_a_picture_is_a_png_and_a_film_an_mp4() -> None:
    cache = Artefacts()
    assert cache.bytes_of(PICTURE).startswith(b"\x89PNG\r\n\x1a\n")
    assert cache.bytes_of(FILM)[4:8] == b"ftyp"


def test_without_pyav_a_film_has_one_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert artefacts.make(FILM) != plain_films.mp4(FILM)
    monkeypatch.delitem(sys.modules, "wan_mockserver.artefacts.films")
    monkeypatch.setitem(sys.modules, "av", None)
    assert not artefacts.draws_films()
    assert artefacts.make(FILM) == plain_films.mp4(FILM)


def test_types_and_extensions_are_those_of_the_files() -> None:
    assert (content_type(PICTURE), extension(PICTURE)) == ("image/png", "png")
    assert (content_type(FILM), extension(FILM)) == ("video/mp4", "mp4")


def test_what_is_kept_is_not_made_again(maker: Maker) -> None:
    cache = Artefacts()
    assert cache.bytes_of(PICTURE) == cache.bytes_of(Picture(32, 32, seed=1)) == b"\x01" * 10
    assert maker.asked == [PICTURE]


def test_the_least_recently_used_go_first(maker: Maker) -> None:
    cache = Artefacts(limit_bytes=20)
    one, two, three = pictures(1, 2, 3)
    for picture in (one, two, one, three, one, two):
        cache.bytes_of(picture)
    assert maker.asked == [one, two, three, two]


def test_a_file_over_the_limit_is_given_out_and_not_kept(maker: Maker) -> None:
    cache = Artefacts(limit_bytes=9)
    assert cache.bytes_of(PICTURE) == cache.bytes_of(PICTURE) == b"\x01" * 10
    assert maker.asked == [PICTURE, PICTURE]


def test_threads_that_ask_meanwhile_wait_for_one_making(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Artefact] = []
    waiting, release = Semaphore(0), Event()

    def wait_counted(files: tuple[Future[bytes], ...], timeout: float | None) -> object:
        waiting.release()
        return wait(files, timeout)

    def slow(artefact: Artefact) -> bytes:
        asked.append(artefact)
        release.wait(timeout=10)
        return b"made"

    monkeypatch.setattr(artefacts, "wait", wait_counted)
    monkeypatch.setattr(artefacts, "make", slow)
    cache = Artefacts()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(cache.bytes_of, PICTURE) for _ in range(4)]
        others = [waiting.acquire(timeout=10) for _ in range(3)]
        release.set()
        assert [answer.result(timeout=10) for answer in answers] == [b"made"] * 4
    assert others == [True] * 3
    assert asked == [PICTURE]


def test_one_making_does_not_hold_up_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = pictures(1, 2)
    release = Event()

    def slow_first(artefact: Artefact) -> bytes:
        if artefact == first:
            release.wait(timeout=10)
        return b"made"

    monkeypatch.setattr(artefacts, "make", slow_first)
    cache = Artefacts()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cache.bytes_of, first)
        assert cache.bytes_of(second) == b"made"
        assert not waiting.done()
        release.set()
        assert waiting.result(timeout=10) == b"made"


def test_a_failed_making_is_raised_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[bytes | OSError] = [OSError("disk"), b"made"]

    def flaky(_: Artefact) -> bytes:
        outcome = outcomes.pop(0)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    monkeypatch.setattr(artefacts, "make", flaky)
    cache = Artefacts()
    with pytest.raises(OSError, match="disk"):
        cache.bytes_of(PICTURE)
    assert cache.bytes_of(PICTURE) == b"made"
