"""A clock that stands in for Python's own, for clients under test that can be given none."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack
from importlib import import_module
from types import ModuleType, coroutine
from typing import Any, Final
from weakref import WeakKeyDictionary

from ..clock import START, ManualClock

UPTIME: Final = 100_000.0
"""Where :meth:`PatchingClock.monotonic` begins: not at 0, which is false."""

TURNS: Final = 3
"""So often an event loop goes round until a time-out has cancelled whom it is for."""

TOOLS: Final = frozenset(
    {"hypothesis", "pytest", "_pytest", "xdist", "execnet", "rich", "waitress", "wan_mockserver"}
    | {"wan_contracts", "wan_validators"}
)
"""Packages that measure and wait for real."""

_CLOCK_FUNCTIONS: Final = ("time", "monotonic", "perf_counter")

_REAL: Final[Mapping[tuple[ModuleType, str], Any]] = {
    (asyncio, "sleep"): asyncio.sleep,
    (time, "sleep"): time.sleep,
    **{(time, name): getattr(time, name) for name in _CLOCK_FUNCTIONS},
    **{(time, f"{name}_ns"): getattr(time, f"{name}_ns") for name in _CLOCK_FUNCTIONS},
}
"""What is replaced, as it is without us."""


class PatchingClock(ManualClock):
    """A clock that only sleeping and :meth:`advance` move, never the time that really passes.

    It can be handed to a client (``sleep``, ``sleep_async``, ``now``, ``monotonic``), or be
    put in the place of Python's own by :meth:`patch`.
    """

    def __init__(self, start: float = START) -> None:
        super().__init__(start)
        self._undo = ExitStack()
        self._wakings: WeakKeyDictionary[asyncio.AbstractEventLoop, list[float]]
        self._wakings = WeakKeyDictionary()

    @property
    def elapsed(self) -> float:
        """Seconds by which the clock was moved in all."""
        return self._offset()

    def monotonic(self) -> float:
        """Seconds since some moment in the past, as ``time.monotonic()`` gives them."""
        return UPTIME + self.elapsed

    def sleep(self, seconds: float) -> None:
        """Moves the clock. As ``time.sleep`` does, raises ValueError for a negative number."""
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Lets everybody else have their turn, then moves the clock, for asyncio.

        Those who sleep at the same time share it: ten who sleep five seconds move it by five.
        A time-out that falls due meanwhile takes effect before this returns.
        """
        if seconds <= 0:
            await _turn()
            return
        wakings = self._wakings.setdefault(asyncio.get_running_loop(), [])
        waking = self.elapsed + seconds
        wakings.append(waking)
        try:
            await _turn()
            while self.elapsed < waking:
                if waking == min(wakings):
                    self.advance(waking - self.elapsed)
                else:
                    await _turn()
            for _ in range(TURNS):
                await _turn()
        finally:
            wakings.remove(waking)

    def patch(self, *modules: ModuleType | str) -> AbstractContextManager[object]:
        """Replaces Python's clock by this one, from now on until :meth:`restore`.

        ``time.sleep`` and ``asyncio.sleep`` move this clock; ``time.time`` is its ``now``,
        ``time.monotonic`` and ``time.perf_counter`` are its ``monotonic``, and so are their
        twins that count nanoseconds. The time-outs of asyncio (``timeout``, ``wait_for``,
        ``call_later``) count what really passes and what this clock is moved by.

        *modules*, given as such or by name, have what they imported by ``from time import
        sleep`` replaced too. Used with ``with``, it ends with the block.

        Not replaced: ``datetime.now()``, whatever waits without sleeping (such as
        ``threading.Event.wait``), other event loops than Python's own, and the time-outs of
        sockets. Deadlines from before the call, and event loops that run on after its end,
        are off by the difference of the clocks.

        Raises ModuleNotFoundError for the name of a module that there is not.
        """
        importing = [import_module(each) if isinstance(each, str) else each for each in modules]
        undo = self._undo.enter_context(ExitStack())
        stand_ins = self._build_replacements()
        for (home, name), stand_in in stand_ins.items():
            _put(undo, home, name, stand_in)
        _put(undo, asyncio.BaseEventLoop, "time", self._loop_time())
        by_identity = {id(_REAL[which]): stand_in for which, stand_in in stand_ins.items()}
        for module in importing:
            for name, value in [*vars(module).items()]:
                if id(value) in by_identity:
                    _put(undo, module, name, by_identity[id(value)])
        return undo

    def restore(self) -> None:
        """Undoes every :meth:`patch` that has not ended."""
        self._undo.close()

    def _build_replacements(self) -> dict[tuple[ModuleType, str], Callable[..., Any]]:
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

    def _loop_time(self) -> Callable[[asyncio.BaseEventLoop], float]:
        """In place of a loop's own ``time``; it must not stand still, or a loop would hang."""
        before, real = self.elapsed, _REAL[time, "monotonic"]
        return lambda _: real() + self.elapsed - before


def find_bound_modules() -> list[ModuleType]:
    """The loaded modules that have a name of their own for something that patching replaces.

    Those of Python itself and of test tools are left out: they time what really passes.
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


def _put(undo: ExitStack, home: Any, name: str, value: Any) -> None:
    undo.callback(setattr, home, name, getattr(home, name))
    setattr(home, name, value)


def _nanoseconds(read: Callable[[], float]) -> Callable[[], int]:
    return lambda: round(read() * 1e9)


@coroutine
def _turn() -> Generator[None]:
    """One round of the event loop, whatever became of ``asyncio.sleep``."""
    yield
