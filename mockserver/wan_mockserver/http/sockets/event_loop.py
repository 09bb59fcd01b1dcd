"""Waits for sockets, timers and calls from other threads, in one thread."""

from __future__ import annotations

import selectors
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from typing import Final

from ...real_time import monotonic
from ...time_slices import Gate

__all__ = ["READ", "WRITE", "EventLoop", "Timer"]

READ: Final = selectors.EVENT_READ
WRITE: Final = selectors.EVENT_WRITE

MAX_WAIT_S: Final = 1.0
"""The longest wait for events. Python handles a signal after it at the latest."""

# An event loop of the client's may have its selector class patched to a virtual clock, but
# only while that loop runs in a thread of the client.
_Selector: Final = (
    selectors.SelectSelector if sys.platform == "win32" else selectors.DefaultSelector
)

Callback = Callable[[int], None]
ErrorReporter = Callable[[Exception], object]


class Timer:
    """A call that is due later; it is skipped once *function* is None."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[[], None]) -> None:
        self.function: Callable[[], None] | None = function

    def cancel(self) -> None:
        self.function = None


class EventLoop:
    """Calls back when a socket is ready and when a timer is due.

    Only :meth:`call` is for other threads. The time of one round does not depend on the
    number of sockets that are watched. *gate* is closed while events are handled.
    """

    def __init__(
        self, after_events: Callable[[], None] = lambda: None, report: ErrorReporter | None = None
    ) -> None:
        """*after_events* is called at the end of each round; *report* receives exceptions.

        Without *report*, they end the round.
        """
        self._after_events = after_events
        self._report = report
        self.gate = Gate()
        self._selector = _Selector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._serial = count()
        self._calls: deque[Callable[[], None]] = deque()
        self._waking, self._wake = socket.socketpair()
        for end in (self._waking, self._wake):
            end.settimeout(0)
        self.watch(self._waking, READ, self._drain_waking)

    def watch(self, channel: socket.socket, events: int, callback: Callback) -> None:
        """Calls *callback* with the events, out of *events*, for which *channel* is ready."""
        self._selector.register(channel, events, callback)

    def rewatch(self, channel: socket.socket, events: int, callback: Callback) -> None:
        """Watches *channel* for other *events*."""
        self._selector.modify(channel, events, callback)

    def unwatch(self, channel: socket.socket) -> None:
        """Stops watching *channel*, which is still open."""
        with suppress(KeyError):
            self._selector.unregister(channel)

    def call_later(self, seconds: float, function: Callable[[], None]) -> Timer:
        """Calls *function* after *seconds* of real time."""
        timer = Timer(function)
        heappush(self._timers, (monotonic() + seconds, next(self._serial), timer))
        return timer

    def call(self, function: Callable[[], None]) -> None:
        """Calls *function* in the thread of the loop, soon; safe under threads."""
        self._calls.append(function)
        with suppress(OSError):  # full, so the loop wakes anyway, or closed
            self._wake.send(b"x")

    def run_once(self) -> None:
        """Waits for events and handles all that are there."""
        wait = MAX_WAIT_S
        if self._timers:
            wait = min(max(self._timers[0][0] - monotonic(), 0.0), MAX_WAIT_S)
        ready = self._selector.select(wait)
        self.gate.close()
        for key, events in ready:
            try:
                key.data(events)
            except Exception as error:  # noqa: BLE001  (reported)
                self._handle_error(error)
        self.run_calls()
        # Before the end of the round, which does what timers may ask for.
        if self._timers:
            self._run_timers()
        self._call(self._after_events)
        self.gate.open()

    def run_calls(self) -> None:
        """Makes the calls that other threads asked for."""
        while self._calls:
            self._call(self._calls.popleft())

    def close(self) -> None:
        self._selector.close()
        self._waking.close()
        self._wake.close()

    def _run_timers(self) -> None:
        now = monotonic()
        while self._timers and self._timers[0][0] <= now:
            function = heappop(self._timers)[2].function
            if function is not None:
                self._call(function)

    def _call(self, function: Callable[[], object]) -> None:
        """Calls *function*, whose fault must not end what others do."""
        try:
            function()
        except Exception as error:  # noqa: BLE001  (reported)
            self._handle_error(error)

    def _handle_error(self, error: Exception) -> None:
        if self._report is None:
            raise error
        self._report(error)

    def _drain_waking(self, _events: int) -> None:
        with suppress(BlockingIOError):
            self._waking.recv(4096)
