"""What every store does for threads, stores and processes that share its place."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from wan_mockserver.state.stores import COUNTERS, Store

from .store_tables import PAGES, count, put, texts

WORKER = Path(__file__).with_name("worker.py")


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hurried")
class TestTogether:
    def test_threads_lose_no_count(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(lambda: [count(store) for _ in range(50)]) for _ in range(8)]
            numbers = sorted(number for job in jobs for number in job.result())
        assert numbers == [float(number) for number in range(1, 401)]
        assert store.get(COUNTERS, "n") == 400

    def test_threads_never_see_more_than_the_limit(self, store: Store) -> None:
        def write(name: int) -> None:
            for nth in range(40):
                put(store, PAGES, f"{name}/{nth}")

        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, name) for name in range(4)]
            while not all(writer.done() for writer in writers):
                assert len(store.values(PAGES)) <= 3
            for writer in writers:
                writer.result()
        assert len(store.values(PAGES)) == 3
        assert store.count_forgotten(PAGES) == 157

    def test_another_store_at_the_same_place_sees_everything(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        first, second = opened(shared_place), opened(shared_place)
        for key in "abcd":
            put(first, PAGES, key, tenant="alice")
        put(second, PAGES, "c", "C")
        for store in (first, second, opened(shared_place)):
            assert texts(store, PAGES, "alice") == ["b", "C", "d"]
            assert store.count_forgotten(PAGES) == 1
        second.clear("alice")
        assert first.get(PAGES, "c") is None

    def test_another_store_at_the_same_place_hears_of_every_write(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        first, second = opened(shared_place), opened(shared_place)
        writes: tuple[Callable[[], object], ...] = (
            lambda: put(first, PAGES, "a", "one", "alice"),
            lambda: put(first, PAGES, "a", "two"),
            lambda: count(first),
            lambda: first.clear("alice"),
            first.clear,
        )
        for write in writes:
            before = first.revision(), second.revision()
            assert (first.revision(), second.revision()) == before
            write()
            assert first.revision() != before[0]
            assert second.revision() != before[1]

    def test_what_was_kept_is_there_after_closing(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        first = opened(shared_place)
        for key in "abcd":
            put(first, PAGES, key, tenant="alice")
        first.close()
        second = opened(shared_place)
        assert texts(second, PAGES, "alice") == ["b", "c", "d"]
        assert second.count_forgotten(PAGES) == 1
        put(second, PAGES, "e")
        assert texts(second, PAGES) == ["c", "d", "e"]


def worker(place: str, times: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, WORKER, place, str(times)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "ready\n"


class TestProcesses:
    def test_they_lose_no_count(self, opened: Callable[[str], Store], shared_place: str) -> None:
        processes = [worker(shared_place, 40) for _ in range(3)]
        for process in processes:
            start(process)
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate()[0] for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0]
        numbers = sorted(float(line) for text in said for line in text.split())
        expected = [float(number) for number in range(1, 121)]
        assert numbers == expected
        store = opened(shared_place)
        assert store.get(COUNTERS, "shared") == 120
        assert sorted(store.values(COUNTERS)[1:]) == expected

    def test_a_killed_process_loses_no_completed_write(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        with worker(shared_place, 10**6) as process:
            start(process)
            assert process.stdin
            assert process.stdout
            with suppress(BrokenPipeError):
                process.stdin.write("go\n")
                process.stdin.flush()
            lines = [process.stdout.readline() for _ in range(150)]
            process.kill()
            lines += [line for line in process.stdout if line.endswith("\n")]
        assert process.returncode == -signal.SIGKILL
        store = opened(shared_place)
        told = [float(line) for line in lines]
        assert told == [float(number) for number in range(1, len(told) + 1)]
        for number in told:
            assert store.get(COUNTERS, f"number {number:.0f}") == number
        assert len(told) < count(store, "shared") <= len(told) + 2
