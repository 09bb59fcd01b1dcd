"""Files that other processes make: the same bytes, also if such a process is killed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from wan_mockserver.artefacts import drawing_processes
from wan_mockserver.artefacts.cache import Artefacts, make
from wan_mockserver.artefacts.drawing_processes import DrawingProcesses, choose_process_count
from wan_mockserver.artefacts.plan import Artefact, Film, Picture

FILM = Film(32, 32, seconds=1, fps=24, audio=True, seed=1)
PICTURES = [Picture(32, 32, seed) for seed in range(6)]
ALL: list[Artefact] = [FILM, *PICTURES, FILM]


@pytest.fixture
def drawing() -> Iterator[DrawingProcesses]:
    with closing(DrawingProcesses(1)) as processes:
        yield processes


def test_the_bytes_are_those_that_this_process_makes(drawing: DrawingProcesses) -> None:
    cache = Artefacts(make_file=drawing.make)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(cache.bytes_of, ALL))
    assert made == [make(each) for each in ALL]


def test_this_process_draws_nothing(
    drawing: DrawingProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing_processes, "make", None)
    assert drawing.make(PICTURES[0]).startswith(b"\x89PNG")


def test_a_killed_process_is_replaced(drawing: DrawingProcesses) -> None:
    first = drawing.make(PICTURES[0])
    process = drawing._idle.get()
    assert process._process
    process._process.kill()
    process._process.wait()
    drawing._idle.put(process)
    assert drawing.make(PICTURES[0]) == first, "made here"
    assert process._process is None
    assert drawing.make(PICTURES[0]) == first, "made by a new one"
    assert process._process is not None


def test_closing_ends_those_who_wait(drawing: DrawingProcesses) -> None:
    process = drawing._idle.get()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(drawing.make, PICTURES[1])
        drawing._is_closed = True
        drawing._idle.put(process)
        assert isinstance(waiting.exception(), SystemExit)


def test_closing_ends_a_process_that_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_processes, "COMMAND", "import time; time.sleep(600)")
    drawing = DrawingProcesses(1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(drawing.make, PICTURES[1])
        while drawing._processes[0]._process is None:
            pass
        drawing.close()
        assert isinstance(waiting.exception(), SystemExit)


def test_without_a_process_the_file_is_made_here(
    drawing: DrawingProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    assert drawing.make(PICTURES[1]) == make(PICTURES[1])


@pytest.mark.parametrize(("cores", "count"), [(None, 1), (1, 1), (2, 1), (7, 3), (64, 4)])
def test_half_of_the_cores_draw(
    cores: int | None, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert choose_process_count() == count
