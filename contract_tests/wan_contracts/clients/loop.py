"""Runs async clients in an event loop, and ends the tasks that they leave in it."""

from __future__ import annotations

import asyncio
import ctypes
import inspect
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any, Final

from . import time_limit
from .time_limit import CallTimeout, run_with_limit

__all__ = ["ClientEventLoop"]

CANCEL_GRACE_S: Final = 0.25
"""Seconds for cancelled tasks to end; virtual seconds if the clock is virtual."""

LEFTOVER_TURNS: Final = 100
"""Turns of the loop for tasks that outlast their call."""


class ClientEventLoop:
    """Runs all calls in one event loop; replaces the loop if tasks in it do not end."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, value: Awaitable[Any]) -> Any:
        """Awaits *value* in the loop and returns its result."""
        if self._runner is None:
            self._runner = asyncio.Runner()
            self._runner.get_loop().set_exception_handler(_log_exception)
        return self._runner.run(_await_value(value))

    def let_leftovers_run(self) -> None:
        """Lets tasks that the client left running take some more turns, like in its own loop."""
        if self._runner is not None and asyncio.all_tasks(self._runner.get_loop()):
            self._runner.run(_take_turns())

    def cancel_leftovers(self) -> None:
        """Ends tasks that the client left running, so that they do not affect the next call."""
        if self._runner is None or not asyncio.all_tasks(self._runner.get_loop()):
            return
        self._runner.run(_cancel_others())
        if asyncio.all_tasks(self._runner.get_loop()):
            self._abandon()

    def close(self) -> None:
        """Ends the loop and its tasks within a short time, even if tasks resist."""
        if self._runner is not None:
            _run_with_limit(self._runner, _close_loop_tasks())
            self._abandon()

    def _abandon(self) -> None:
        """Closes the loop without waiting. Its tasks do not run again and log nothing."""
        assert self._runner is not None
        runner, self._runner = self._runner, None
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _loop, _context: None)
        if asyncio.all_tasks(loop):
            _run_with_limit(runner, _close_others())
        left = asyncio.all_tasks(loop)
        # Runner.close() would wait for tasks and threads without a limit.
        loop.close()
        asyncio.set_event_loop(None)
        for task in left:
            if not _is_over(task):
                # Its coroutine would be closed on collection, and log that it ignored that.
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(task))


def _run_with_limit(runner: asyncio.Runner, work: Coroutine[Any, Any, None]) -> None:
    with suppress(Exception, SystemExit, CallTimeout):
        run_with_limit(lambda: runner.run(work), time_limit.REPEAT_INTERVAL_S)


async def _take_turns() -> None:
    for _ in range(LEFTOVER_TURNS):
        if len(asyncio.all_tasks()) == 1:
            return
        await asyncio.sleep(0)


async def _await_value(value: Awaitable[Any]) -> Any:
    return await value


async def _close_loop_tasks() -> None:
    await _cancel_others()
    generators = asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.wait([asyncio.ensure_future(generators)], timeout=CANCEL_GRACE_S)


async def _cancel_others() -> None:
    """Cancels all other tasks, and waits briefly for them."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if not others:
        return
    done, _ = await asyncio.wait(others, timeout=CANCEL_GRACE_S)
    for task in done:
        if not task.cancelled():
            task.exception()  # marks the exception as retrieved, so that it is not logged


async def _close_others() -> None:
    """Closes the coroutines of all other tasks, like a collection does.

    This runs in the loop: a coroutine that ignores the close awaits again, and needs a running
    loop for it.
    """
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        coroutine = task.get_coro()
        if inspect.iscoroutine(coroutine):
            with suppress(Exception, SystemExit):
                coroutine.close()


def _is_over(task: asyncio.Task[Any]) -> bool:
    coroutine = task.get_coro()
    return inspect.iscoroutine(coroutine) and inspect.getcoroutinestate(coroutine) == (
        inspect.CORO_CLOSED
    )


def _log_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Logs errors of the loop, except exceptions that we raised ourselves."""
    error = context.get("exception")
    if error is None or isinstance(error, Exception):
        loop.default_exception_handler(context)
