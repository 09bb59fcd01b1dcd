"""Measures how long the current thread has waited, other than for the processor."""

from __future__ import annotations

import os
from contextlib import suppress
from time import monotonic, thread_time
from typing import Final

__all__ = ["measure_idle_seconds"]

SCHEDULER_STATISTICS: Final = "/proc/thread-self/schedstat"
"""Nanoseconds on the processor, and nanoseconds of waiting for it; only Linux has it."""

MAX_BYTES: Final = 256
"""More than three numbers of 20 digits take."""


def measure_idle_seconds() -> float:
    """Returns a count of seconds that stands still while this thread works, or could work.

    Only the difference of two values has a meaning. A busy machine does not increase it.
    """
    waited = 0.0
    # Without a file object, which takes longer than the reading.
    with suppress(OSError, IndexError, ValueError):
        opened = os.open(SCHEDULER_STATISTICS, os.O_RDONLY)
        try:
            waited = int(os.read(opened, MAX_BYTES).split()[1]) / 1e9
        finally:
            os.close(opened)
    return monotonic() - thread_time() - waited
