"""Gives threads that a client started the time to go on after its call has ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from wan_mockserver.testing.waiters import is_blocked

__all__ = ["let_threads_finish"]

DRAIN_S: Final = 0.1
"""Most real seconds for which threads go on after their call."""

JOIN_S: Final = 0.02
"""Real seconds between two looks at the threads."""


@contextmanager
def let_threads_finish() -> Iterator[None]:
    """Waits briefly at the end for threads that were started meanwhile and still work.

    What they send belongs to the call. Threads that only wait for work are left alone.
    """
    before = {*threading.enumerate()}
    yield
    ends = monotonic() + DRAIN_S
    while monotonic() < ends:
        working = [
            each
            for each in {*threading.enumerate()} - before
            if each.ident is not None and not is_blocked(each.ident)
        ]
        if not working:
            return
        working[0].join(JOIN_S)
