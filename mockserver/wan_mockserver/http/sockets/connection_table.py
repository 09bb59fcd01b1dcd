"""The open connections of a server: who is idle, and who takes too long."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from ...real_time import monotonic
from .connection import Connection

__all__ = ["ConnectionTable"]

MAX_CONNECTIONS: Final = 20_000

RESERVED_DESCRIPTORS: Final = 32
"""File descriptors that are left for the store and for everything else."""

HEAD_TIMEOUT_S: Final = 10.0
"""Seconds for the head of a request, from its first byte."""

BODY_TIMEOUT_S: Final = 30.0
"""Seconds without a byte, in the middle of a body."""

IDLE_TIMEOUT_S: Final = 120.0
"""Seconds without a request."""


class ConnectionTable:
    """At most *limit* connections, by default as many as the system allows."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit or _find_connection_limit()
        # In the order of their last bytes, so that those that idle come first.
        self._all: OrderedDict[Connection, None] = OrderedDict()
        self._incomplete: dict[Connection, None] = {}

    @property
    def is_full(self) -> bool:
        return len(self._all) >= self._limit

    def list_all(self) -> list[Connection]:
        """Returns all connections; safe under threads."""
        return [*self._all]

    def add(self, connection: Connection) -> None:
        self._all[connection] = None

    def touch(self, connection: Connection) -> float:
        """Notes that *connection* is active, and returns the time."""
        self._all.move_to_end(connection)
        return monotonic()

    def note_incomplete(self, connection: Connection) -> None:
        """Notes that the head of a request on *connection* has begun."""
        self._incomplete.pop(connection, None)
        self._incomplete[connection] = None

    def forget(self, connection: Connection) -> None:
        """Removes *connection*, which is closed."""
        self._all.pop(connection, None)
        self._incomplete.pop(connection, None)

    def find_idle(self) -> Connection | None:
        """Returns the connection that has been idle for longest, or None.

        A client whose request is not read yet is not idle: it is the server that was slow.
        """
        idle = (each for each in self._all if not (each.is_busy or each.has_unread))
        return next(idle, None)

    def end_late_ones(self) -> None:
        """Closes the connections that take too long."""
        now = monotonic()
        for connection in [*takewhile(lambda each: _is_head_late(each, now), self._incomplete)]:
            del self._incomplete[connection]
            if connection.has_unread:
                self.note_incomplete(connection)
            elif connection.head_since is not None and not connection.is_busy:
                connection.reject(408, "Request Timeout", f"no more came in {HEAD_TIMEOUT_S:g} s")
        for connection in self._list_quiet(now):
            if connection.is_busy or connection.has_unread:
                continue
            if connection.is_reading:
                connection.reject(408, "Request Timeout", f"no more came in {BODY_TIMEOUT_S:g} s")
            elif now - connection.active_at >= IDLE_TIMEOUT_S:
                connection.close()

    def _list_quiet(self, now: float) -> Iterable[Connection]:
        """Returns those that have sent nothing for long, which come first."""
        return [*takewhile(lambda each: now - each.active_at >= BODY_TIMEOUT_S, self._all)]


def _is_head_late(connection: Connection, now: float) -> bool:
    """Returns True if the head of a request takes too long, or is complete by now."""
    since = connection.head_since
    return since is None or now - since >= HEAD_TIMEOUT_S


def _find_connection_limit() -> int:
    """Returns how many connections the system allows."""
    if sys.platform == "win32":
        return 400  # below the 512 that select() takes
    from resource import RLIMIT_NOFILE, getrlimit

    descriptors, _ = getrlimit(RLIMIT_NOFILE)
    if descriptors < 0:
        return MAX_CONNECTIONS
    return max(min(descriptors - RESERVED_DESCRIPTORS, MAX_CONNECTIONS), 1)
