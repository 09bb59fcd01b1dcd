"""A socket with what an event loop does about it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ...real_time import monotonic
from .event_loop import EventLoop, Timer
from .outgoing import ClientGone
from .peer import PeerState, find_peer_state, has_unread

__all__ = ["WatchedSocket"]

READ_BYTES: Final = 65536

LINGER_S: Final = 1.0
"""Seconds without a byte of the client after which a connection that has ended is closed.

Without them, the client's system would discard a response that it has not read.
"""

MAX_LINGER_S: Final = 30.0
"""Seconds for which a connection that has ended takes what the client still sends."""

MAX_DISCARDED_READS: Final = 64
"""Reads of unwanted bytes when a socket is closed; a client could send them without end."""


class WatchedSocket:
    """The open *channel*, for whose events *loop* calls *callback*."""

    __slots__ = ("_callback", "_channel", "_events", "_linger", "_loop", "_received_at")

    def __init__(
        self, loop: EventLoop, channel: socket.socket, callback: Callable[[int], None]
    ) -> None:
        self._loop, self._callback = loop, callback
        self._channel: socket.socket | None = channel
        self._events = 0
        self._received_at = 0.0
        self._linger: Timer | None = None

    @property
    def lingers(self) -> bool:
        """Whether nothing more is sent, and everything that comes is discarded."""
        return self._linger is not None

    @property
    def is_open(self) -> bool:
        return self._channel is not None

    @property
    def has_unread(self) -> bool:
        """Whether the client has sent something that is not read yet."""
        return self._channel is not None and has_unread(self._channel)

    def find_state(self) -> PeerState:
        """Returns what the client did with its end; GONE once this end is closed."""
        return PeerState.GONE if self._channel is None else find_peer_state(self._channel)

    def watch(self, events: int) -> None:
        """Watches for *events*, which seldom change, from now on."""
        if events == self._events or self._channel is None:
            return
        if not events:
            self._loop.unwatch(self._channel)
        elif self._events:
            self._loop.rewatch(self._channel, events, self._callback)
        else:
            self._loop.watch(self._channel, events, self._callback)
        self._events = events

    def receive(self) -> bytes | None:
        """Returns what arrived, b"" at the end, None if nothing did.

        Raises ClientGone if the client has reset the connection.
        """
        assert self._channel
        try:
            data = self._channel.recv(READ_BYTES)
        except BlockingIOError:
            return None
        except OSError as error:
            raise ClientGone from error
        if self._linger:
            self._received_at = monotonic()
        return data

    def linger(self, close: Callable[[], None]) -> None:
        """Calls *close* once the client sends nothing more, or for too long."""
        until = monotonic() + MAX_LINGER_S

        def end() -> None:
            seconds = min(self._received_at + LINGER_S, until) - monotonic()
            if seconds > 0:
                self._linger = self._loop.call_later(seconds, end)
            else:
                close()

        self._linger = self._loop.call_later(LINGER_S, end)

    def close(self) -> bool:
        """Closes the socket; returns False if it was closed before."""
        channel = self._channel
        if channel is None:
            return False
        self.watch(0)
        self._channel = None
        if self._linger:
            self._linger.cancel()
        # Closing with unread bytes is a reset, for which the client's system would discard a
        # response that it has not read.
        with suppress(OSError):
            for _ in range(MAX_DISCARDED_READS):
                if not channel.recv(READ_BYTES):
                    break
        with suppress(OSError):
            channel.close()
        return True
