"""Lets threads that work for long give way to the event loop, which answers creates and polls.

Python runs one thread at a time. Each time that the loop reads from a socket or writes to it, a
busy thread takes its turn, and the loop waits to be next again. So a busy thread looks between two
values whether the loop is at work, and waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from threading import Event
from typing import Final, TypeVar

from .real_time import monotonic

__all__ = ["Gate", "in_slices"]

MAX_WAIT_S: Final = 0.02
"""Seconds for which a thread waits for a loop that is always at work."""

SLICE_S: Final = 0.005
"""Seconds for which it then works, so that it also ends."""

Value = TypeVar("Value")

_gate: ContextVar[Gate | None] = ContextVar("gate", default=None)


class Gate:
    """Is closed while an event loop is at work."""

    def __init__(self) -> None:
        self._is_closed = self._is_awaited = False
        self._opened = Event()
        self._works_until = 0.0

    def close(self) -> None:
        self._is_closed = True

    def open(self) -> None:
        self._is_closed = False
        if self._is_awaited:
            self._opened.set()

    def use(self) -> None:
        """Makes the current thread wait at this gate."""
        _gate.set(self)

    def iterate(self, values: Iterable[Value]) -> Iterator[Value]:
        """Yields *values*, each one when the gate is open or was closed for long."""
        for value in values:
            if self._is_closed and monotonic() >= self._works_until:
                self._wait()
            yield value

    def _wait(self) -> None:
        self._is_awaited = True
        self._opened.clear()
        # If it was opened before the line above, nothing sets the event.
        if self._is_closed and not self._opened.wait(MAX_WAIT_S):
            self._works_until = monotonic() + SLICE_S
        self._is_awaited = False


def in_slices(values: Iterable[Value]) -> Iterable[Value]:
    """Returns *values*; in a thread that uses a gate, they come when it is open."""
    gate = _gate.get()
    return values if gate is None else gate.iterate(values)
