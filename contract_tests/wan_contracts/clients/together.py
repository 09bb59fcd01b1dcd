"""Makes several calls of a client in Python at the same time: in threads, or in one loop."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from ..protocol.outcome import Outcome
from ..runner.interaction import ClientError
from . import PlannedCall
from .loop import ClientEventLoop
from .python_results import build_client_error, build_hung_error, parse_result
from .time_limit import CallTimeout, run_with_limit

__all__ = ["make_async_calls", "make_calls_in_threads"]

Result = Outcome | ClientError


class MadeClient(Protocol):
    """Runs one call and closes its client; what the methods return may be awaitable."""

    def run(self, planned: PlannedCall) -> Any: ...

    def close(self) -> Any: ...


def make_calls_in_threads(
    calls: Sequence[PlannedCall], made: Sequence[MadeClient], call_timeout: float
) -> list[Result]:
    """Makes each of *calls* in its own thread; a call that does not end counts as hung."""
    results: dict[int, Result] = {}

    def work(nth: int) -> None:
        try:
            result = _finish(made[nth].run(calls[nth]))
            calls[nth].listen()
            _finish(made[nth].close())
            results[nth] = parse_result(result)
        except BaseException as error:  # noqa: BLE001  (SystemExit is a crash as well)
            calls[nth].listen()
            results[nth] = build_client_error(error)

    # A call that hangs must not keep the process from its exit.
    threads = [threading.Thread(target=work, args=(nth,), daemon=True) for nth in range(len(calls))]
    for thread in threads:
        thread.start()
    with suppress(CallTimeout):
        run_with_limit(lambda: _join(threads, call_timeout), call_timeout)
    return [results.get(nth) or build_hung_error(call_timeout) for nth in range(len(calls))]


def make_async_calls(
    loop: ClientEventLoop,
    calls: Sequence[PlannedCall],
    made: Sequence[MadeClient],
    call_timeout: float,
) -> list[Result]:
    """Makes each of *calls* in its own task of *loop*."""
    results: dict[int, Result] = {}

    async def work(nth: int) -> None:
        try:
            result = await made[nth].run(calls[nth])
            calls[nth].listen()
            closing = made[nth].close()
            if inspect.isawaitable(closing):
                await closing
            results[nth] = parse_result(result)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            calls[nth].listen()
            if isinstance(error, CallTimeout | asyncio.CancelledError):
                raise
            results[nth] = build_client_error(error)

    async def work_at_once() -> None:
        await asyncio.wait([asyncio.create_task(work(nth)) for nth in range(len(calls))])

    try:
        run_with_limit(lambda: loop.run(work_at_once()), call_timeout)
        loop.let_leftovers_run()
        loop.cancel_leftovers()
    except CallTimeout:
        loop.close()
    return [results.get(nth) or build_hung_error(call_timeout) for nth in range(len(calls))]


def _join(threads: Sequence[threading.Thread], call_timeout: float) -> None:
    for thread in threads:
        thread.join(call_timeout)


def _finish(value: Any) -> Any:
    """Returns *value*, or its result if it is awaitable."""
    return asyncio.run(_await_value(value)) if inspect.isawaitable(value) else value


async def _await_value(value: Any) -> Any:
    return await value
