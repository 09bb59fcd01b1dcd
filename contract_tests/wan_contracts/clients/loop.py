"""The event loop of async clients, and the end of what they leave in it."""

from __future__ import annotations

import asyncio
import ctypes
import inspect
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any, Final

from . import time_limit
from .time_limit import CallTimeout, run_with_limit

CANCEL_GRACE_S: Final = 0.25
"""Seconds that tasks have to end when they are cancelled. Where time is virtual, of that, too."""


class ClientEventLoop:
    """One event loop for all calls, or another one after a client that does not let go of it."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, value: Awaitable[Any]) -> Any:
        """What *value* comes to."""
        if self._runner is None:
            self._runner = asyncio.Runner()
            self._runner.get_loop().set_exception_handler(_log_exception)
        return self._runner.run(_await_value(value))

    def cancel_leftovers(self) -> None:
        """Ends the tasks that were left behind, which would run on in the next call."""
        if self._runner is None or not asyncio.all_tasks(self._runner.get_loop()):
            return
        self._runner.run(_cancel_others())
        if asyncio.all_tasks(self._runner.get_loop()):
            self._abandon()

    def close(self) -> None:
        """Ends the loop and what is in it, in a moment, whatever the client does against it."""
        if self._runner is not None:
            _run_with_limit(self._runner, _close_loop_tasks())
            self._abandon()

    def _abandon(self) -> None:
        """Leaves the loop as it is. Nothing of it runs on, and nobody hears of it again."""
        assert self._runner is not None
        runner, self._runner = self._runner, None
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _loop, _context: None)
        if asyncio.all_tasks(loop):
            _run_with_limit(runner, _close_others())
        left = asyncio.all_tasks(loop)
        # The runner's own way would wait for tasks and threads for as long as they like.
        loop.close()
        asyncio.set_event_loop(None)
        for task in left:
            if not _is_over(task):
                # It would be told to end when it is collected, and complain of not doing so.
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(task))


def _run_with_limit(runner: asyncio.Runner, work: Coroutine[Any, Any, None]) -> None:
    with suppress(Exception, SystemExit, CallTimeout):
        run_with_limit(lambda: runner.run(work), time_limit.REPEAT_INTERVAL_S)


async def _await_value(value: Awaitable[Any]) -> Any:
    return await value


async def _close_loop_tasks() -> None:
    await _cancel_others()
    generators = asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.wait([asyncio.ensure_future(generators)], timeout=CANCEL_GRACE_S)


async def _cancel_others() -> None:
    """Cancels all other tasks, and waits a moment for them."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if not others:
        return
    done, _ = await asyncio.wait(others, timeout=CANCEL_GRACE_S)
    for task in done:
        if not task.cancelled():
            task.exception()  # or else it would be logged that nobody asked for it


async def _close_others() -> None:
    """Ends what other tasks carry out, as if they were collected.

    Within the loop: one that does not end then comes back from where it waits next, and would
    not find a place to wait elsewhere.
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
    """Logs what is the matter in the loop, except for what we raised there ourselves."""
    error = context.get("exception")
    if error is None or isinstance(error, Exception):
        loop.default_exception_handler(context)
