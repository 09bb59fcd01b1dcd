"""One clock behind everything: real, manual, or moved on by polls."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from wan_mockserver.clock import START, AutoClock, Clock, ManualClock, RealClock
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls, Seconds
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores.memory import MemoryStore

PATH = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}
FILM = "/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
DAY = 24 * 3600

Send = Callable[..., Response]
Make = Callable[..., Simulator]


def test_a_manual_clock_stands_still_until_it_is_advanced() -> None:
    clock = ManualClock()
    assert clock.now() == clock.now() == START
    assert clock.advance(2.5) == clock.now() == START + 2.5


def test_sleeping_advances_a_manual_clock() -> None:
    clock = ManualClock()
    clock.sleep(900)
    asyncio.run(clock.sleep_async(60))
    clock.sleep(-1)
    assert clock.now() == START + 960


@pytest.mark.parametrize("seconds", [-1, -0.001, math.nan, math.inf])
@pytest.mark.parametrize("kind", [ManualClock, RealClock, AutoClock])
def test_a_clock_cannot_be_moved_back(kind: Callable[[], Clock], seconds: float) -> None:
    with pytest.raises(ValueError, match="can only be moved forward"):
        kind().advance(seconds)


def test_a_real_clock_can_be_advanced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 5000.0)
    clock = RealClock()
    assert (clock.now(), clock.advance(3600), clock.now()) == (5000, 8600, 8600)


def test_clocks_with_one_store_are_one_clock() -> None:
    store = MemoryStore()
    one, other = ManualClock(store=store), ManualClock(store=store)
    one.advance(60)
    assert other.now() == START + 60


def test_the_modes_have_names() -> None:
    assert [clock().mode for clock in (RealClock, ManualClock, AutoClock)] == [
        "real",
        "manual",
        "auto",
    ]


def created(send: Send, mock: Mock | Simulator, path: str = PATH, value: Any = EDIT) -> str:
    return str(json.loads(send(mock, "POST", path, value).body)["task_info"]["id"])


@pytest.mark.parametrize(
    ("path", "value", "seconds"),
    [(PATH, EDIT, 10), (FILM, {"prompt": "x", "image": "https://example.com/a.jpg"}, 15)],
)
def test_an_auto_clock_moves_with_each_poll_by_what_the_client_would_have_waited(
    simulator: Make, send: Send, path: str, value: Any, seconds: float
) -> None:
    clock = AutoClock(1000.0)
    server = simulator(clock=clock, lifecycle=Seconds(seconds * 3))
    task = created(send, server, path, value)
    polls = [json.loads(send(server, "GET", f"{path}/{task}").body) for _ in range(3)]
    send(server, "GET", f"{path}/no-such-task")
    assert [poll["task_info"]["status"] for poll in polls] == [
        "processing",
        "processing",
        "completed",
    ]
    assert clock.now() == 1000 + 3 * seconds


@pytest.mark.parametrize(("later", "status"), [(DAY, 200), (DAY + 1, 403)])
def test_result_urls_live_a_day_of_the_servers_clock(
    simulator: Make, send: Send, clock: ManualClock, later: float, status: int
) -> None:
    server = simulator(lifecycle=Polls(0))
    task = created(send, server)
    url = json.loads(send(server, "GET", f"{PATH}/{task}").body)["images"][0]
    path = url.removeprefix("http://mock.example.com:8321")
    clock.advance(later)
    answer = send(server, "GET", path)
    assert answer.status == status
    assert (b"expired" in answer.body) == (status == 403)


@pytest.mark.parametrize(("later", "status"), [(DAY, 200), (DAY + 1, 404)])
def test_tasks_are_known_for_a_day(
    simulator: Make, send: Send, clock: ManualClock, later: float, status: int
) -> None:
    server = simulator(lifecycle=Polls(0))
    task = created(send, server)
    clock.advance(later)
    assert send(server, "GET", f"{PATH}/{task}").status == status


def test_answers_are_dated_by_the_servers_clock(simulator: Make, send: Send) -> None:
    answer = send(simulator(clock=ManualClock(1000.0)), "GET", "/nowhere")
    assert answer.headers["Date"] == "Thu, 01 Jan 1970 00:16:40 GMT"


def test_retry_after_as_a_date_is_never_too_early(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    clock.advance(0.75)
    headers = {"X-Wanproof-Scenario": "rate-limited-date"}
    answer = send(simulator(), "POST", PATH, EDIT, headers=headers)
    until = parsedate_to_datetime(answer.headers["Retry-After"]).timestamp()
    assert clock.now() + 2 <= until < clock.now() + 3


def test_no_clock_passes_the_year_9999() -> None:
    with pytest.raises(ValueError, match="past the year 9999"):
        ManualClock().advance(1e12)


class MachineClock:
    """The two clocks of a machine, in place of Python's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady = 1_000_000.0, 50.0
        monkeypatch.setattr("wan_mockserver.clock.time.time", lambda: self.wall)
        monkeypatch.setattr("wan_mockserver.clock.time.monotonic", lambda: self.steady)

    def pass_seconds(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def test_a_real_clock_goes_on_if_the_machines_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = MachineClock(monkeypatch)
    clock = RealClock()
    assert clock.now() == 1_000_000
    machine.pass_seconds(10)
    machine.wall -= 3600
    assert clock.now() == 1_000_010
    machine.pass_seconds(5)
    assert clock.now() == 1_000_015
    machine.wall += 7200
    assert clock.now() == 1_000_015 + 7200, "set forward, it follows"
    machine.wall -= 7200
    machine.pass_seconds(1)
    assert clock.now() == 1_000_016 + 7200


def test_a_clock_that_is_read_out_of_order_does_not_run_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = MachineClock(monkeypatch)
    clock = RealClock()
    clock.now()
    machine.wall -= 0.01
    assert clock.now() == 1_000_000
    machine.wall += 1
    assert clock.now() == 1_000_000.99
