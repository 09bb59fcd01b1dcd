"""The direction of a connection in which the server sends, with every fault."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Final

from ..delivery import GARBAGE, TransmissionStep, WireEvent
from .peer import PeerState, find_peer_state, is_in_progress

__all__ = ["CHECK_INTERVAL_S", "ClientGone", "Outgoing", "Waits"]

CHECK_INTERVAL_S: Final = 0.002
"""Seconds between two checks whether everything that was sent has arrived."""

ANSWER_TIMEOUT_S: Final = 1.0
"""Seconds to wait for the client's system to confirm or to reject a response."""

SEND_BYTES: Final = 1024 * 1024

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)

Waits = Generator[float, None, None]
"""Sends a response bit by bit, and yields the seconds until it goes on."""


class ClientGone(Exception):
    """The client closed the connection before it had the whole response, or was cut off."""


class Outgoing:
    """Sends to *channel*, and keeps what the system does not take: *unsent*.

    Every method that sends raises ClientGone once the client is gone.
    """

    __slots__ = ("_channel", "_unsent")

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._unsent = bytearray()

    def __len__(self) -> int:
        """Returns the number of unsent bytes."""
        return len(self._unsent)

    def send(self, data: bytes) -> None:
        """Sends *data*, after what was kept."""
        sent = 0
        if not self._unsent:
            try:
                sent = self._channel.send(data)
            except BlockingIOError:
                pass
            except OSError as error:
                self._unsent += data
                raise ClientGone from error
        if sent < len(data):
            self._unsent += data[sent:]

    def flush(self) -> None:
        """Sends more of what was kept."""
        try:
            with memoryview(self._unsent) as view, view[:SEND_BYTES] as part:
                sent = self._channel.send(part)
        except BlockingIOError:
            return
        except OSError as error:
            raise ClientGone from error
        del self._unsent[:sent]

    def end(self) -> None:
        """Tells the client that nothing more comes."""
        try:
            self._channel.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise ClientGone from error

    def send_steps(
        self, head: bytes, steps: Iterator[TransmissionStep], *, confirms: bool
    ) -> Waits:
        """Sends each step; if it *confirms*, waits until the client's system took all."""
        for step in steps:
            match step:
                case bytes():
                    self.send(step)
                case WireEvent.HEAD:
                    self.send(head)
                case WireEvent.PART_OF_HEAD:
                    self.send(head[: len(head) // 2])
                case WireEvent.GARBAGE:
                    self.send(GARBAGE)
                case WireEvent.RESET:
                    yield from self._reset()
                case WireEvent.CLOSE:
                    """The connection is closed in order after the last step."""
                case seconds:
                    yield seconds
        while self._unsent:
            yield CHECK_INTERVAL_S
        if confirms:
            yield from self._confirm()

    def _reset(self) -> Waits:
        """Turns closing into a reset, once everything sent arrived: a reset discards the rest."""
        while self._unsent or is_in_progress(self._channel):
            yield CHECK_INTERVAL_S
        if sys.platform != "linux":
            yield 0.05
        with suppress(OSError):  # closed meanwhile
            self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        raise ClientGone

    def _confirm(self) -> Waits:
        """Waits until the system knows whether a client that stopped sending still reads."""
        for _ in range(int(ANSWER_TIMEOUT_S / CHECK_INTERVAL_S)):
            is_pending = is_in_progress(self._channel)
            if find_peer_state(self._channel) is PeerState.GONE:
                raise ClientGone
            if not is_pending:
                return
            yield CHECK_INTERVAL_S
