"""A limit of real time on a call in our own thread."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import current_thread, main_thread
from time import monotonic
from types import FrameType
from typing import Final, TypeVar

T = TypeVar("T")

REPEAT_INTERVAL_S: Final = 1.0
"""Seconds until a client that swallowed the exception is interrupted once more."""

MIN_TIMER_S: Final = 1e-6


class CallTimeout(BaseException):
    """Raised in the midst of a client that takes too long. No error of its own."""


def run_with_limit(work: Callable[[], T], seconds: float) -> T:
    """What *work* returns. Raises Overdue if that takes longer than *seconds* of real time.

    That holds as well for *work* that swallows the exception, or raises another. There is no
    limit outside the main thread and on systems without such a timer. A timer and a handler
    that were set before are so again afterwards.
    """
    if current_thread() is not main_thread() or not hasattr(signal, "setitimer"):
        return work()
    armed, fired = True, False

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal fired
        if armed:
            fired = True
            raise CallTimeout

    begun = monotonic()
    handler = signal.signal(signal.SIGALRM, interrupt)
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_INTERVAL_S)
    try:
        done = work()
    except (KeyboardInterrupt, CallTimeout):
        raise
    except BaseException as error:
        if fired:
            raise CallTimeout from error
        raise
    finally:
        # First of all, in one step: an interruption from here on would skip the rest.
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if delay:
            left = max(delay - (monotonic() - begun), MIN_TIMER_S)
            signal.setitimer(signal.ITIMER_REAL, left, interval)
    if fired:
        raise CallTimeout
    return done
