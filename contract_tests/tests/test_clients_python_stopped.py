"""Tests clients in Python that hang, or leave tasks that do not end."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from python_clients import (
    CALL_TIMEOUT,
    DONE,
    SETTING,
    SHORT,
    Async,
    boom_later,
    client_error,
    ended,
    factory,
    forever,
)
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.clients.time_limit import CallTimeout, run_with_limit
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.runner.interaction import ClientError, ClientErrorKind
from wan_mockserver.testing.fake_time import PatchingClock


async def heedless() -> None:
    """Swallows the cancellation, and waits again."""
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.get_running_loop().create_future()


async def deaf() -> None:
    """Swallows everything, even the close on collection."""
    while True:
        with suppress(BaseException):
            await asyncio.sleep(3600)


async def fails() -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        raise ValueError


async def endless() -> AsyncIterator[int]:
    try:
        yield 1
    finally:
        await asyncio.get_running_loop().create_future()


async def steps() -> None:
    kept.append(endless())
    await anext(kept[-1])


kept: list[AsyncIterator[int]] = []


@pytest.mark.parametrize("virtual", [False, True])
@pytest.mark.parametrize("hangs", [False, True])
@pytest.mark.parametrize("task", [heedless, deaf, fails, steps])
def test_tasks_that_do_not_end_do_not_block_anything(
    task: Callable[[], Coroutine[Any, Any, None]],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    *,
    hangs: bool,
    virtual: bool,
) -> None:
    async def generate(_model: str, payload: Any) -> Outcome:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others
        left.append(asyncio.create_task(task()))
        await asyncio.sleep(0)
        if payload == "hang":
            await asyncio.get_running_loop().create_future()
        return DONE

    left: list[asyncio.Task[None]] = []
    clock = PatchingClock().patch() if virtual else nullcontext()
    with clock, PythonClient("mine", lambda _: generate) as client:
        first = client.call(SETTING, "hang" if hangs else "", 1, SHORT if hangs else CALL_TIMEOUT)
        second = client.call(SETTING, "", 2, CALL_TIMEOUT)
    if isinstance(first, ClientError):
        assert first.kind is ClientErrorKind.HUNG
    assert isinstance(first, ClientError) is hangs
    assert second == DONE
    left.clear()
    kept.clear()
    gc.collect()
    assert capsys.readouterr() == ("", "")
    assert not caplog.records


def test_such_tasks_log_nothing_when_python_exits(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(AT_THE_END)
    run = subprocess.run(
        [sys.executable, "-W", "always", script], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "gave_up gave_up\n", "")


AT_THE_END = """
import asyncio
from wan_contracts.cases.case import Setting
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.protocol.outcome import Outcome

async def deaf(swallowed):
    while True:
        try:
            await asyncio.sleep(3600)
        except swallowed:
            pass

async def generate(model, payload):
    asyncio.create_task(deaf(BaseException))
    asyncio.create_task(deaf(asyncio.CancelledError))
    await asyncio.sleep(0)
    return Outcome.gave_up("")

setting = Setting(
    base_url="", api_key="", vendor="", model="", poll_interval=1, deadline=1, timeout=1
)
with PythonClient("mine", lambda _: generate) as client:
    print(*[client.call(setting, {}, number, 30).kind for number in range(2)])
"""


def test_an_exception_of_a_leftover_task_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def generate(_model: str, _payload: Any) -> Outcome:
        asyncio.create_task(boom_later())  # noqa: RUF006
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
        return DONE

    assert ended(lambda _: generate) == DONE
    assert "Task exception was never retrieved" in caplog.text


def stubborn() -> Outcome:
    """Swallows the first interruption, and then returns normally."""
    with suppress(BaseException):
        forever()
    return DONE


async def waits() -> None:
    await asyncio.get_running_loop().create_future()


async def spins() -> None:
    while True:
        await asyncio.sleep(0)


def angry() -> None:
    with suppress(BaseException):
        forever()
    raise ValueError


@pytest.mark.parametrize("work", [forever, stubborn, angry, waits, spins])
def test_a_client_that_hangs_is_stopped(work: Callable[[], Any]) -> None:
    calls = iter([work, lambda: DONE, work])

    def following() -> Any:
        return next(calls)()

    before = signal.getsignal(signal.SIGALRM)
    with PythonClient("mine", factory(following)) as client:
        found = client.call(SETTING, {}, 1, SHORT)
        assert isinstance(found, ClientError)
        assert found.kind is ClientErrorKind.HUNG
        assert found.message == "it did not return within 0.1 s of real time"
        assert client.call(SETTING, {}, 2, CALL_TIMEOUT) == DONE
        again = client.call(SETTING, {}, 3, SHORT)
        assert isinstance(again, ClientError)
        assert again.kind is ClientErrorKind.HUNG
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_client_that_swallows_everything_once_is_interrupted_again() -> None:
    def swallows() -> None:
        with suppress(BaseException):
            forever()
        forever()

    assert client_error(factory(swallows), SHORT).kind is ClientErrorKind.HUNG


def test_an_async_client_that_hung_does_not_continue_in_the_next_call() -> None:
    steps = []

    async def generate(_model: str, payload: Any) -> Outcome:
        if payload == "hang":
            await asyncio.get_running_loop().create_future()
        for _ in range(5):
            steps.append(len(asyncio.all_tasks()))
            await asyncio.sleep(0)
        return DONE

    with PythonClient("mine", lambda _: generate) as client:
        assert isinstance(client.call(SETTING, "hang", 1, SHORT), ClientError)
        assert client.call(SETTING, "end", 2, CALL_TIMEOUT) == DONE
    assert steps == [1] * 5


def test_the_limit_counts_real_time_even_if_the_clock_is_patched() -> None:
    def sleeps() -> Outcome:
        time.sleep(900)
        return DONE

    async def sleeps_async() -> Outcome:
        await asyncio.sleep(900)
        return DONE

    for work in (sleeps, sleeps_async):
        clock = PatchingClock()
        with clock.patch():
            assert ended(factory(work), CALL_TIMEOUT) == DONE
        assert clock.elapsed == 900
    with PatchingClock().patch():
        assert client_error(factory(forever), SHORT).kind is ClientErrorKind.HUNG


def test_another_timer_is_restored() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 500, 7)
        assert run_with_limit(lambda: 5, CALL_TIMEOUT) == 5
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 400 < left <= 500
        assert interval == 7
        signal.setitimer(signal.ITIMER_REAL, SHORT / 2)
        with pytest.raises(CallTimeout):
            run_with_limit(forever, SHORT)
        while not rung:
            signal.pause()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_outside_the_main_thread_calls_work_without_a_limit() -> None:
    found: list[Outcome | ClientError] = []
    thread = threading.Thread(target=lambda: found.append(ended(Async, call_timeout=1e-9)))
    thread.start()
    thread.join()
    assert isinstance(found[0], Outcome)
