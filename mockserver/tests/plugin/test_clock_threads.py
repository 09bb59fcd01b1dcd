"""The clock under threads, and the other ways of Python to wait and to read the time."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date
from http.client import HTTPConnection
from typing import Any

import pytest

from wan_mockserver.clock import START
from wan_mockserver.real_time import sleep as sleep_really
from wan_mockserver.testing.fake_time import PatchingClock

HOUR = 3600


def run_in_threads(*works: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_that_sleep_share_the_time_and_wake_in_order(wan_clock: PatchingClock) -> None:
    woken: list[tuple[float, float]] = []
    ready = threading.Barrier(3)

    def sleeper(seconds: float) -> None:
        ready.wait()
        for _ in range(3):
            time.sleep(seconds)
            woken.append((seconds, wan_clock.elapsed))

    wan_clock.patch()
    run_in_threads(*(lambda each=each: sleeper(each) for each in (10, 4, 7)))
    assert woken == sorted(woken, key=lambda each: each[1])
    assert dict(woken) == {4: 12, 7: 21, 10: 30}
    assert wan_clock.elapsed == 30


def test_a_thread_that_works_holds_the_time_up(wan_clock: PatchingClock) -> None:
    seen: list[float] = []
    working: list[bool] = []

    def sleeper() -> None:
        while not working:
            pass
        time.sleep(HOUR)

    def worker() -> None:
        working.append(True)
        for _ in range(200_000):
            pass
        seen.append(wan_clock.elapsed)

    wan_clock.patch()
    run_in_threads(sleeper, worker)
    assert seen == [0]
    assert wan_clock.elapsed == HOUR


def test_a_pool_that_retries_lets_the_time_pass_once(wan_clock: PatchingClock) -> None:
    wan_clock.patch()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            assert [*pool.map(time.sleep, [5, 5, 5, 5])] == [None] * 4
            time.sleep(1)
    assert wan_clock.elapsed == 18


def test_waiting_for_an_event_moves_the_clock_unless_it_is_set(wan_clock: PatchingClock) -> None:
    event = threading.Event()
    wan_clock.patch()
    assert not event.wait(HOUR)
    assert not event.wait(0)
    assert wan_clock.elapsed == HOUR

    def set_later() -> None:
        time.sleep(10)
        event.set()

    setter = threading.Thread(target=set_later)
    setter.start()
    assert event.wait(HOUR)
    setter.join()
    assert event.wait(HOUR)
    assert wan_clock.elapsed == HOUR + 10


def test_a_thread_that_sets_an_event_and_ends_is_not_missed(wan_clock: PatchingClock) -> None:
    def set_later(event: threading.Event) -> None:
        time.sleep(10)
        event.set()

    wan_clock.patch()
    for round_number in range(1, 51):
        event = threading.Event()
        setter = threading.Thread(target=set_later, args=(event,))
        setter.start()
        assert event.wait(HOUR)
        setter.join()
        assert wan_clock.elapsed == 10 * round_number


def test_a_timer_fires(wan_clock: PatchingClock) -> None:
    fired: list[float] = []
    wan_clock.patch()
    timer = threading.Timer(HOUR, lambda: fired.append(time.monotonic()))
    began = time.monotonic()
    timer.start()
    timer.join()
    assert fired == [began + HOUR]


def test_dates_follow_the_clock(wan_clock: PatchingClock) -> None:
    class Moment(dt.datetime):
        """A class of the client's own."""

    real = dt.datetime.now(UTC)
    with wan_clock.patch():
        time.sleep(HOUR)
        now = dt.datetime.now(UTC)
        assert now.timestamp() == wan_clock.now() == START + HOUR
        assert dt.datetime.now().timestamp() == START + HOUR
        assert dt.datetime.now().astimezone() == now
        assert dt.datetime.utcnow().replace(tzinfo=UTC) == now
        assert dt.datetime.today() == dt.datetime.now()
        assert date.today() == dt.datetime.now().date()
        assert type(Moment.now(UTC)) is Moment
        assert type(now) is dt.datetime
    assert dt.datetime.now(UTC) - real < dt.timedelta(days=1)
    assert date.today() >= real.astimezone().date()


def test_a_deadline_of_dates_ends(wan_clock: PatchingClock) -> None:
    wan_clock.patch()
    end, polls = dt.datetime.now() + dt.timedelta(minutes=15), 0
    while dt.datetime.now() < end:
        polls += 1
        time.sleep(10)
    assert polls == 90


@pytest.mark.parametrize("seconds", [0.1, HOUR])
def test_threads_of_before_wait_in_real_time(seconds: float) -> None:
    """A thread of a tool or a server neither moves the clock nor holds it up."""
    go, woken, release = threading.Event(), threading.Event(), threading.Event()

    def other() -> None:
        go.wait()
        woken.set()
        release.wait(timeout=60)

    thread = threading.Thread(target=other)
    thread.start()
    clock = PatchingClock()
    with clock.patch():
        go.set()
        assert woken.wait()
        time.sleep(seconds)
        assert clock.elapsed == seconds
        release.set()
        thread.join()
    assert clock.elapsed == seconds


def test_a_request_that_is_being_sent_holds_the_time_up(wan_clock: PatchingClock) -> None:
    sent_at: list[float] = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            sleep_really(0.6)
            while connection.recv(2**20):
                pass

    def send() -> None:
        client = HTTPConnection("127.0.0.1", listening.getsockname()[1])
        client.request("POST", "/", body=bytes(2**24))
        sent_at.append(wan_clock.elapsed)
        client.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threads = [threading.Thread(target=serve, name="wanproof-test")]
        threads.append(threading.Thread(target=send))
        wan_clock.patch()
        for each in threads:
            each.start()
        time.sleep(HOUR)
        for each in threads:
            each.join()
    assert sent_at == [0]
