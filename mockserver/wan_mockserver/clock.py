"""What time it is, as far as the server is concerned, and how waiting is done."""

from __future__ import annotations

import asyncio
import time
from typing import Final, Protocol

from .state.stores import COUNTERS, Store
from .state.stores.memory import MemoryStore

START: Final = 1_700_000_000.0
"""Where a clock begins that somebody else moves: 2023-11-14T22:13:20Z."""

MAX_TIME: Final = 253_402_214_400.0
"""The last day of the year 9999, past which no date can be told."""

OFFSET: Final = "clock"
"""Under which name a store keeps how far the clock was advanced."""


class Clock(Protocol):
    """Where all times come from; ``now`` is in unix seconds."""

    @property
    def mode(self) -> str:
        """``real``, ``manual`` or ``auto``."""
        ...

    def now(self) -> float: ...

    def advance(self, seconds: float) -> float:
        """Moves the clock on and gives the new time.

        Raises ValueError for a negative number or one that is none: time has one way.
        """
        ...

    def sleep(self, seconds: float) -> None:
        """Returns when that much time has passed on this clock."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """The same for a coroutine."""
        ...

    def handle_poll(self, interval: float) -> None:
        """Hears that a client polled which should have waited *interval* seconds before."""
        ...


class _AdjustableClock:
    """A time that can be advanced; how far is kept in *store*, for all who share it."""

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
        """Nothing happens."""


class RealClock(_AdjustableClock):
    """The machine's own clock, and whatever it was advanced by."""

    mode = "real"

    def _get_base_time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock(_AdjustableClock):
    """A clock that stands still until it is advanced; to sleep is to advance it."""

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
    """A manual clock that every poll moves on by what a client should wait between two."""

    mode = "auto"

    def handle_poll(self, interval: float) -> None:
        self.advance(interval)
