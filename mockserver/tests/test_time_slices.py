"""Threads that work for long wait between two values while the event loop is at work."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from wan_mockserver import time_slices
from wan_mockserver.http.messages import encode_in_parts
from wan_mockserver.http.sockets.event_loop import EventLoop
from wan_mockserver.http.sockets.worker_pool import WorkerPool
from wan_mockserver.time_slices import Gate, in_slices

WAIT_S = 30


class Work:
    """Takes values one by one in a thread that uses *gate*; *taken* counts them."""

    def __init__(self, gate: Gate, count: int) -> None:
        self.taken = 0
        self.has_taken = threading.Event()
        self.done = threading.Event()
        self._count = count
        self._pool = WorkerPool(1, gate.use)

    def start(self) -> None:
        self._pool.run(self._work)

    def _work(self) -> None:
        for _ in in_slices(range(self._count)):
            self.taken += 1
            self.has_taken.set()
        self.done.set()


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_nothing_is_taken_while_the_gate_is_closed(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slices, "MAX_WAIT_S", WAIT_S)
    gate.close()
    work = Work(gate, 1000)
    work.start()
    assert not work.has_taken.wait(0.05)
    gate.open()
    assert work.done.wait(WAIT_S)
    assert work.taken == 1000


def test_a_gate_that_is_never_open_lets_pass_some(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slices, "MAX_WAIT_S", 0.0001)
    gate.close()
    work = Work(gate, 1000)
    work.start()
    assert work.done.wait(WAIT_S)


def test_a_slice_is_worked_without_a_wait(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time_slices, "monotonic", lambda: now)
    monkeypatch.setattr(time_slices, "MAX_WAIT_S", 0)
    waits: list[float] = []

    class Opened(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(now)
            return super().wait(timeout)

    gate._opened = Opened()
    gate.close()
    for nth in gate.iterate(range(8)):
        now += time_slices.SLICE_S / 2 if nth % 2 else 0
    assert waits == [100.0, 100.0 + time_slices.SLICE_S]


def test_without_a_gate_values_are_as_they_are() -> None:
    values = [1, 2]
    assert in_slices(values) is values


def test_an_event_loop_is_at_work_from_its_events_to_the_end_of_the_round() -> None:
    seen: list[bool] = []
    loop = EventLoop(lambda: seen.append(loop.gate._is_closed))
    loop.call(lambda: seen.append(loop.gate._is_closed))
    loop.run_once()
    loop.close()
    assert seen == [True, True]
    assert not loop.gate._is_closed


def test_answers_are_encoded_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[object] = []

    class Counting(Gate):
        def iterate(self, values: object) -> Iterator[object]:  # type: ignore[override]
            for each in values:  # type: ignore[attr-defined]
                taken.append(each)
                yield each

    monkeypatch.setattr(time_slices, "_gate", _Fixed(Counting()))
    assert encode_in_parts({"a": [1, {"b": 2}]}) == '{"a": [1, {"b": 2}]}'
    assert taken == [("a", [1, {"b": 2}]), 1, {"b": 2}]


class _Fixed:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def get(self) -> Gate:
        return self._gate
