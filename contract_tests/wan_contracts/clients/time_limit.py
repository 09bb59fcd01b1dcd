"""Limits the real time of a call in our own thread."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import current_thread, main_thread
from time import monotonic
from types import FrameType
from typing import Final, TypeVar

__all__ = ["REPEAT_INTERVAL_S", "CallTimeout", "run_with_limit"]

T = TypeVar("T")

REPEAT_INTERVAL_S: Final = 1.0
"""Seconds until a client that swallowed the exception is interrupted again."""

MIN_TIMER_S: Final = 1e-6


class CallTimeout(BaseException):
    """Raised inside a client that takes too long; not an Exception, so rarely swallowed."""


def run_with_limit(work: Callable[[], T], seconds: float) -> T:
    """Returns the result of *work*; raises CallTimeout after *seconds* of real time.

    It also raises if *work* swallows the exception or raises another one. There is no limit
    outside the main thread, and on systems without ``setitimer``. A timer and a handler that
    were set before are restored.
    """
    if current_thread() is not main_thread() or not hasattr(signal, "setitimer"):
        return work()
    armed, fired = True, False

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal fired
        if armed:
            fired = True
            raise CallTimeout

    started_at = monotonic()
    handler = signal.signal(signal.SIGALRM, interrupt)
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_INTERVAL_S)
    try:
        result = work()
    except (KeyboardInterrupt, CallTimeout):
        raise
    except BaseException as error:
        if fired:
            raise CallTimeout from error
        raise
    finally:
        # First, in one step: an interruption after this point would skip the rest.
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if delay:
            left = max(delay - (monotonic() - started_at), MIN_TIMER_S)
            signal.setitimer(signal.ITIMER_REAL, left, interval)
    if fired:
        raise CallTimeout
    return result
