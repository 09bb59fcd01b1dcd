"""Clocks of the server: the time, and how waiting is done."""

from __future__ import annotations

import asyncio
import time
from typing import Final, Protocol

from .state.stores import COUNTERS, Store
from .state.stores.memory import MemoryStore

__all__ = ["MAX_TIME", "OFFSET", "START", "AutoClock", "Clock", "ManualClock", "RealClock"]

START: Final = 1_700_000_000.0
"""The first time of a manual clock: 2023-11-14T22:13:20Z."""

MAX_TIME: Final = 253_402_214_400.0
"""The last day of the year 9999, after which no date can be formatted."""

MAX_JITTER_S: Final = 0.1
"""Seconds by which a thread may read the clock earlier than another that reads it after it."""

OFFSET: Final = "clock"
"""The key in COUNTERS of the seconds by which the clock was advanced."""


class Clock(Protocol):
    """The source of all times; ``now`` is in unix seconds."""

    @property
    def mode(self) -> str:
        """``real``, ``manual`` or ``auto``."""
        ...

    def now(self) -> float: ...

    def advance(self, seconds: float) -> float:
        """Advances the clock and returns the new time.

        Raises ValueError if *seconds* is negative or not finite.
        """
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after *seconds* of this clock."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Does the same in a coroutine."""
        ...

    def handle_poll(self, interval: float) -> None:
        """Is called for each poll; *interval* is what a client should wait before it."""
        ...


class _AdjustableClock:
    """A clock that can be advanced; *store* keeps the seconds for all that share it."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or MemoryStore()

    def _offset(self) -> float:
        return self._store.get(COUNTERS, OFFSET) or 0.0

    def _get_base_time(self) -> float:
        raise NotImplementedError

    def now(self) -> float:
        return self._get_base_time() + self._offset()

    def advance(self, seconds: float) -> float:
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"a clock can only be moved forward, not by {seconds!r} seconds")
        if self.now() + seconds > MAX_TIME:
            raise ValueError("a clock cannot be moved past the year 9999")
        moved = self._store.change(COUNTERS, OFFSET, lambda offset: (offset or 0.0) + seconds)
        return self._get_base_time() + moved

    def handle_poll(self, interval: float) -> None:
        """Does nothing."""


class RealClock(_AdjustableClock):
    """The machine's clock, plus the seconds by which it was advanced.

    If the machine's clock is set back, this one goes on: tasks must not return to earlier states.
    """

    mode = "real"

    def __init__(self, store: Store | None = None) -> None:
        super().__init__(store)
        self._ahead = 0.0
        self._latest = self._latest_steady = 0.0

    def _get_base_time(self) -> float:
        now, steady = time.time() + self._ahead, time.monotonic()
        if now < self._latest:
            passed = max(steady - self._latest_steady, 0.0)
            if self._latest - now > MAX_JITTER_S:
                self._ahead += self._latest + passed - now
            now = self._latest + passed
        self._latest, self._latest_steady = now, steady
        return now

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock(_AdjustableClock):
    """A clock that stands still until it is advanced; sleeping advances it."""

    mode = "manual"

    def __init__(self, start: float = START, store: Store | None = None) -> None:
        super().__init__(store)
        self._start = start

    def _get_base_time(self) -> float:
        return self._start

    def sleep(self, seconds: float) -> None:
        self.advance(max(seconds, 0.0))

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class AutoClock(ManualClock):
    """A manual clock that every poll advances by the interval between two polls."""

    mode = "auto"

    def handle_poll(self, interval: float) -> None:
        self.advance(interval)
