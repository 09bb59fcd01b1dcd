"""Tells whoever works for long whether the client of the thread's request is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

__all__ = ["ClientLeft", "find_check_interval", "has_client_left", "serving"]

CHECK_INTERVAL_S: Final = 0.1
"""Seconds between two looks at it by someone who waits."""


class ClientLeft(Exception):
    """Nobody waits for the response any more."""


_has_left: ContextVar[Callable[[], bool] | None] = ContextVar("has_left", default=None)


@contextmanager
def serving(has_left: Callable[[], bool]) -> Iterator[None]:
    """Tells what is called in the context whether its client has left."""
    token = _has_left.set(has_left)
    try:
        yield
    finally:
        _has_left.reset(token)


def has_client_left() -> bool:
    """Returns True if the client has closed its connection."""
    has_left = _has_left.get()
    return has_left is not None and has_left()


def find_check_interval() -> float | None:
    """Returns the time-out of a wait for something else; None if no client can leave.

    In a client's own process a time-out would move the clock that a test has in place of Python's.
    """
    return None if _has_left.get() is None else CHECK_INTERVAL_S
