"""Tells whoever works for long whether the client of the thread's request is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

__all__ = ["CHECK_INTERVAL_S", "ClientLeft", "has_client_left", "serving"]

CHECK_INTERVAL_S: Final = 0.1
"""Seconds between two looks at it by someone who waits."""


class ClientLeft(Exception):
    """Nobody waits for the response any more."""


_has_left: ContextVar[Callable[[], bool]] = ContextVar("has_left", default=lambda: False)


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
    return _has_left.get()()
