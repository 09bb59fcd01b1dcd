"""Measures how long the current thread has waited, other than for the processor."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import monotonic, thread_time
from typing import Final

__all__ = ["measure_idle_seconds"]

SCHEDULER_STATISTICS: Final = Path("/proc/thread-self/schedstat")
"""Nanoseconds on the processor, and nanoseconds of waiting for it; only Linux has it."""


def measure_idle_seconds() -> float:
    """Returns a count of seconds that stands still while this thread works, or could work.

    Only the difference of two values has a meaning. A busy machine does not increase it.
    """
    waited = 0.0
    with (
        suppress(OSError, IndexError, ValueError),
        # Without buffers, which take longer than the reading.
        SCHEDULER_STATISTICS.open("rb", buffering=0) as file,
    ):
        waited = int(file.read().split()[1]) / 1e9
    return monotonic() - thread_time() - waited
