"""What time it is, as far as the server is concerned."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import Final, Protocol


class Clock(Protocol):
    """Where all times come from; ``now`` is in unix seconds."""

    def now(self) -> float: ...


@dataclass(frozen=True, slots=True)
class RealClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()


START: Final = 1_700_000_000.0
"""Where a clock begins that somebody else moves: 2023-11-14T22:13:20Z."""


class ManualClock:
    """A clock that stands still until it is advanced; safe under threads."""

    def __init__(self, start: float = START) -> None:
        self._now = start
        self._lock = Lock()

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves the clock on; raises ValueError for a negative number, as time has one way."""
        if not seconds >= 0:
            raise ValueError(f"a clock can only be moved forward, not by {seconds!r} seconds")
        with self._lock:
            self._now += seconds
