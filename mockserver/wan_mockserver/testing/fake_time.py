"""Provides a clock that replaces Python's own, for clients that accept no clock."""

from __future__ import annotations

import asyncio
import selectors
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from importlib import import_module
from types import ModuleType, coroutine
from typing import Any, Final

from ..clock import START, ManualClock
from .dates import patch_dates
from .waiters import NAP_S, Waiters

__all__ = [
    "TOOLS",
    "TURNS",
    "UPTIME",
    "PatchingClock",
    "find_bound_modules",
]

UPTIME: Final = 100_000.0
"""The first value of :meth:`PatchingClock.monotonic`; not 0, which is falsy."""

TURNS: Final = 3
"""The rounds of an event loop that a time-out needs to cancel its task."""

TOOLS: Final = frozenset(
    {"hypothesis", "pytest", "_pytest", "xdist", "execnet", "rich"}
    | {"waitress", "werkzeug", "wan_mockserver", "wan_contracts", "wan_validators"}
)
"""Packages that must measure and wait in real time."""

_CLOCK_FUNCTIONS: Final = ("time", "monotonic", "perf_counter")

_REAL: Final[Mapping[tuple[ModuleType, str], Any]] = {
    (asyncio, "sleep"): asyncio.sleep,
    (time, "sleep"): time.sleep,
    **{(time, name): getattr(time, name) for name in _CLOCK_FUNCTIONS},
    **{(time, f"{name}_ns"): getattr(time, f"{name}_ns") for name in _CLOCK_FUNCTIONS},
}
"""The original functions that are replaced."""


class PatchingClock(ManualClock):
    """A clock that only sleeping and :meth:`advance` move; real time has no effect.

    Pass its methods to a client (``sleep``, ``sleep_async``, ``now``, ``monotonic``), or
    replace Python's own clock with :meth:`patch`.
    """

    def __init__(self, start: float = START) -> None:
        super().__init__(start)
        self._undo = ExitStack()
        self.waiters = Waiters(self._offset, self.advance)

    @property
    def elapsed(self) -> float:
        """The total seconds by which the clock was moved."""
        return self._offset()

    def monotonic(self) -> float:
        """Returns seconds since a fixed moment in the past, like ``time.monotonic()``."""
        return UPTIME + self.elapsed

    def sleep(self, seconds: float) -> None:
        """Moves the clock as soon as all other threads of the client wait, too.

        Threads that sleep at the same time share the clock, like tasks in :meth:`sleep_async`.
        Raises ValueError if *seconds* is negative, like ``time.sleep``.
        """
        if not 0 <= seconds < float("inf"):
            self.advance(seconds)
        self.waiters.sleep(self.elapsed + seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Lets other asyncio tasks run, then moves the clock.

        Tasks that sleep at the same time share the clock: ten tasks that sleep five seconds
        move it by five. A time-out that expires in this time takes effect before the return.
        """
        if seconds <= 0:
            await _turn()
            return
        with self.waiters.waiting(self.elapsed + seconds) as try_advance:
            await _turn()
            while not try_advance():
                if self.waiters.is_shared:
                    _REAL[time, "sleep"](NAP_S)
                await _turn()
            for _ in range(TURNS):
                await _turn()

    def patch(self, *modules: ModuleType | str) -> AbstractContextManager[object]:
        """Replaces Python's clock by this one, from now on until :meth:`restore`.

        ``time.sleep`` and ``asyncio.sleep`` move this clock; ``time.time`` is its ``now``,
        ``time.monotonic`` and ``time.perf_counter`` are its ``monotonic``, and so are their
        twins that count nanoseconds. So are ``datetime.now`` and ``date.today``. The time-outs
        of asyncio (``timeout``, ``wait_for``, ``call_later``) count what really passes and what
        this clock is moved by. An event loop without sockets that waits for a time-out, and
        ``threading.Event.wait`` with one, move this clock instead of waiting.

        *modules*, given as such or by name, have what they imported by ``from time import
        sleep`` replaced too. Used with ``with``, it ends with the block.

        Not replaced: other ways to wait (such as ``queue.Queue.get`` with a time-out), other
        event loops than Python's own, and the time-outs of sockets. Deadlines from before the
        call, and event loops that run on after its end, are off by the difference of the clocks.

        Raises ModuleNotFoundError for the name of a module that there is not.
        """
        importing = [import_module(each) if isinstance(each, str) else each for each in modules]
        undo = self._undo.enter_context(ExitStack())
        replaced: list[tuple[Any, str, Any]] = []
        undo.callback(_restore, replaced)
        for (home, name), stand_in in self._replacements.items():
            _replace(replaced, home, name, stand_in)
        _replace(replaced, asyncio.BaseEventLoop, "time", self._loop_time())
        _replace(replaced, threading.Event, "wait", self._build_event_wait())
        _replace(replaced, selectors.DefaultSelector, "select", self._build_select())
        patch_dates(undo, self.now)
        by_identity = {id(_REAL[which]): value for which, value in self._replacements.items()}
        for module in importing:
            for name, value in [*vars(module).items()]:
                if id(value) in by_identity:
                    _replace(replaced, module, name, by_identity[id(value)])
        return undo

    def restore(self) -> None:
        """Undoes every :meth:`patch` that has not ended."""
        self._undo.close()

    @cached_property
    def _replacements(self) -> dict[tuple[ModuleType, str], Callable[..., Any]]:
        """Returns the functions that replace the original ones."""

        async def sleep(delay: float, result: Any = None) -> Any:
            await self.sleep_async(delay)
            return result

        readings = dict(
            zip(_CLOCK_FUNCTIONS, (self.now, self.monotonic, self.monotonic), strict=True)
        )
        return {
            (asyncio, "sleep"): sleep,
            (time, "sleep"): self.sleep,
            **{(time, name): read for name, read in readings.items()},
            **{(time, f"{name}_ns"): _nanoseconds(read) for name, read in readings.items()},
        }

    def _build_event_wait(self) -> Callable[..., bool]:
        """Returns a replacement of ``Event.wait``, in which time-outs of a client are virtual."""
        wait_really = threading.Event.wait

        def wait(event: threading.Event, timeout: float | None = None) -> bool:
            if timeout is None or timeout <= 0 or not self.waiters.is_client_thread():
                return wait_really(event, timeout)
            return event.is_set() or self.waiters.wait(
                self.elapsed + timeout, lambda seconds: wait_really(event, seconds)
            )

        return wait

    def _build_select(self) -> Callable[..., Any]:
        """Returns a replacement of a selector's ``select``, for event loops that have no socket.

        Nothing can happen there before the time-out but a call from another thread.
        """
        select_really = selectors.DefaultSelector.select

        def select(selector: Any, timeout: float | None = None) -> Any:
            if not timeout or timeout < 0 or not self._is_idle_loop(selector):
                return select_really(selector, timeout)
            ready: list[Any] = []

            def nap(seconds: float) -> bool:
                ready[:] = select_really(selector, seconds)
                return bool(ready)

            self.waiters.wait(self.elapsed + timeout, nap)
            return ready

        return select

    def _is_idle_loop(self, selector: Any) -> bool:
        """Returns True if the loop of this client thread waits only for time to pass."""
        loop = asyncio._get_running_loop()  # noqa: SLF001  (no exception without a loop)
        return (
            len(selector.get_map()) <= 1
            and loop is not None
            and getattr(loop, "_selector", None) is selector
            and self.waiters.is_client_thread()
        )

    def _loop_time(self) -> Callable[[asyncio.BaseEventLoop], float]:
        """Returns a replacement of a loop's ``time``, which runs on so that no loop hangs."""
        before, real = self.elapsed, _REAL[time, "monotonic"]
        return lambda _: real() + self.elapsed - before


def find_bound_modules() -> list[ModuleType]:
    """Returns the loaded modules that imported a function that patching replaces.

    Python's own modules and test tools are left out: they measure real time.
    """
    left_out = sys.stdlib_module_names | TOOLS
    known = set(map(id, _REAL.values()))
    return [
        module
        for name, module in [*sys.modules.items()]
        if name.partition(".")[0] not in left_out
        and isinstance(module, ModuleType)
        and any(id(value) in known for value in [*vars(module).values()])
    ]


def _replace(replaced: list[tuple[Any, str, Any]], home: Any, name: str, value: Any) -> None:
    replaced.append((home, name, getattr(home, name)))
    setattr(home, name, value)


def _restore(replaced: list[tuple[Any, str, Any]]) -> None:
    """Undoes the replacements, the last one first."""
    while replaced:
        setattr(*replaced.pop())


def _nanoseconds(read: Callable[[], float]) -> Callable[[], int]:
    return lambda: round(read() * 1e9)


@coroutine
def _turn() -> Generator[None]:
    """Waits for one round of the event loop, even if ``asyncio.sleep`` is replaced."""
    yield
