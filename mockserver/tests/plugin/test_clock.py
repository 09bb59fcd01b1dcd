"""The clock of the plugin: slept on, patched in, and undone."""

from __future__ import annotations

import asyncio
import sys
import time
from types import ModuleType
from typing import Any

import pytest

from wan_mockserver.clock import START
from wan_mockserver.testing.fake_time import PatchingClock

QUARTER_HOUR = 900


def reals() -> list[Any]:
    """What patching replaces, as it stands now."""
    names = ("sleep", "time", "monotonic", "perf_counter", "time_ns", "monotonic_ns")
    return [
        *(getattr(time, name) for name in names),
        asyncio.sleep,
        asyncio.BaseEventLoop.time,
    ]


BEFORE = reals()


def test_sleeping_moves_it_and_nothing_else_does(wan_clock: PatchingClock) -> None:
    assert (wan_clock.now(), wan_clock.elapsed) == (START, 0)
    began = wan_clock.monotonic()
    wan_clock.sleep(5)
    assert wan_clock.advance(0.5) == START + 5.5
    assert (wan_clock.now(), wan_clock.elapsed) == (START + 5.5, 5.5)
    assert wan_clock.monotonic() - began == 5.5
    assert began > 0
    assert reals() == BEFORE


@pytest.mark.parametrize("seconds", [-1, -0.001, float("inf"), float("nan")])
def test_like_the_real_one_it_does_not_sleep_backwards(
    wan_clock: PatchingClock, seconds: float
) -> None:
    with pytest.raises(ValueError, match="only be moved forward"):
        wan_clock.sleep(seconds)
    assert wan_clock.elapsed == 0


def test_a_client_that_takes_no_clock_times_out_after_a_quarter_of_an_hour(
    wan_clock: PatchingClock,
) -> None:
    wan_clock.patch()
    began, at, rounds = time.monotonic(), time.time(), 0
    while time.monotonic() < began + QUARTER_HOUR:
        rounds += 1
        time.sleep(5)
    assert (rounds, wan_clock.elapsed) == (180, QUARTER_HOUR)
    assert time.time() - at == QUARTER_HOUR
    assert time.time() == wan_clock.now()


def test_all_ways_to_read_the_time_agree(wan_clock: PatchingClock) -> None:
    wan_clock.patch()
    time.sleep(1.5)
    assert time.time_ns() == round(wan_clock.now() * 1e9)
    assert time.monotonic_ns() == time.perf_counter_ns() == round(time.monotonic() * 1e9)
    assert time.perf_counter() == time.monotonic() == wan_clock.monotonic()


def test_it_ends_with_the_block(wan_clock: PatchingClock) -> None:
    with wan_clock.patch():
        assert time.sleep == wan_clock.sleep
        assert [one for one, real in zip(reals(), BEFORE, strict=True) if one == real] == []
    assert reals() == BEFORE
    wan_clock.restore()
    assert reals() == BEFORE


def test_patched_twice_it_is_undone_once(wan_clock: PatchingClock) -> None:
    wan_clock.patch()
    with wan_clock.patch():
        time.sleep(1)
    assert time.sleep == wan_clock.sleep
    wan_clock.restore()
    assert reals() == BEFORE


def test_modules_that_imported_the_functions_are_patched_by_name_or_as_such(
    wan_clock: PatchingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = ModuleType("one"), ModuleType("other")
    source = "from time import sleep as nap, monotonic\nfrom asyncio import sleep\nrest = [1]"
    for module in (one, other):
        exec(source, vars(module))
        monkeypatch.setitem(sys.modules, module.__name__, module)
    before = dict(vars(one))

    wan_clock.patch("one", other)
    for module in (one, other):
        vars(module)["nap"](3)
        assert vars(module)["monotonic"]() == wan_clock.monotonic()
        asyncio.run(vars(module)["sleep"](4))
    assert wan_clock.elapsed == 14
    wan_clock.restore()
    assert vars(one) == before


def test_the_name_of_no_module_changes_nothing(wan_clock: PatchingClock) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        wan_clock.patch("no_such_module")
    assert reals() == BEFORE


async def poll(seconds: float, seen: list[float]) -> None:
    while True:
        seen.append(time.monotonic())
        await asyncio.sleep(seconds)


async def in_a_block(seen: list[float]) -> None:
    async with asyncio.timeout(QUARTER_HOUR):
        await poll(5, seen)


async def in_a_task(seen: list[float]) -> None:
    await asyncio.wait_for(poll(5, seen), QUARTER_HOUR)


@pytest.mark.parametrize("client", [in_a_block, in_a_task])
def test_time_outs_of_asyncio_fall_due(client: Any, wan_clock: PatchingClock) -> None:
    seen: list[float] = []
    wan_clock.patch()
    with pytest.raises(TimeoutError):
        asyncio.run(client(seen))
    assert len(seen) == 180
    assert wan_clock.elapsed == QUARTER_HOUR


def test_an_event_loop_that_only_waits_moves_the_clock(wan_clock: PatchingClock) -> None:
    async def client() -> None:
        for seconds in (QUARTER_HOUR, 0.01):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), seconds)

    wan_clock.patch()
    asyncio.run(client())
    assert wan_clock.elapsed == pytest.approx(QUARTER_HOUR, abs=1)


def test_a_loop_with_a_socket_waits_in_real_time(wan_clock: PatchingClock) -> None:
    async def client() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.01)

    wan_clock.patch()
    asyncio.run(client())
    assert wan_clock.elapsed == 0


def test_sleepers_share_the_time_and_wake_in_order(wan_clock: PatchingClock) -> None:
    woken: list[tuple[float, float]] = []

    async def sleeper(seconds: float) -> float:
        assert await asyncio.sleep(seconds, "slept") == "slept"
        woken.append((seconds, wan_clock.elapsed))
        return seconds

    async def client() -> list[float]:
        return await asyncio.gather(*map(sleeper, (5, 0.1, 3, 5)))

    wan_clock.patch()
    assert asyncio.run(client()) == [5, 0.1, 3, 5]
    assert woken == [(0.1, 0.1), (3, 3), (5, 5), (5, 5)]


@pytest.mark.parametrize("seconds", [0, -1])
def test_no_sleep_at_all_still_gives_others_their_turn(
    seconds: float, wan_clock: PatchingClock
) -> None:
    turns: list[str] = []

    async def other() -> None:
        turns.append("other")

    async def client() -> None:
        task = asyncio.create_task(other())
        await asyncio.sleep(seconds)
        turns.append("client")
        await task

    wan_clock.patch()
    asyncio.run(client())
    assert turns == ["other", "client"]
    assert wan_clock.elapsed == 0


def test_a_sleeper_that_is_cancelled_holds_nobody_up(wan_clock: PatchingClock) -> None:
    async def client() -> None:
        early = asyncio.create_task(wan_clock.sleep_async(1))
        late = asyncio.create_task(wan_clock.sleep_async(60))
        await asyncio.sleep(0)
        early.cancel()
        await asyncio.wait([early, late])
        assert early.cancelled()

    asyncio.run(client())
    assert wan_clock.elapsed == 60
