"""Connections of waitress that delay, slow down, cut off or withhold a response."""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final

from wan_validators.optional_dependencies import explain_missing_extra

from .delivery import (
    DEFAULT_DELIVERY,
    DELIVER,
    GARBAGE,
    Delivery,
    TransmissionStep,
    WireEvent,
    iter_steps,
)

with explain_missing_extra():
    from waitress.channel import ClientDisconnected, HTTPChannel
    from waitress.parser import HTTPRequestParser
    from waitress.task import ThreadedTaskDispatcher, WSGITask
    from waitress.utilities import RequestEntityTooLarge

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = [
    "CHECK_INTERVAL_S",
    "MAX_SPARE_THREADS",
    "FaultChannel",
    "ThreadPool",
    "TolerantRequestParser",
]

MAX_SPARE_THREADS: Final = 256
"""Responses that can wait at once before other requests must wait for a thread."""

CHECK_INTERVAL_S: Final = 0.002
"""Seconds between two checks whether everything that was sent has arrived."""

ANSWER_TIMEOUT_S: Final = 1.0
"""Seconds to wait for the client's system to confirm or to reject a response."""

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class _PeerState(Enum):
    """What the client did with its end of a connection."""

    OPEN = auto()
    CLOSING = auto()
    """It closed the connection, or only the direction in which it sends."""
    GONE = auto()


class ThreadPool(ThreadedTaskDispatcher):
    """A pool of *size* threads, plus a spare one for each thread that waits."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size, self._waiting, self._open = size, 0, True
        self._changing = Lock()
        self._change(0)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Provides a spare thread while a thread of the pool waits."""
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, waiting: int) -> None:
        with self._changing:
            self._waiting += waiting
            if self._open:
                self.set_thread_count(self._size + min(self._waiting, MAX_SPARE_THREADS))

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:  # noqa: FBT001, FBT002  (waitress's own)
        with self._changing:
            self._open = False
        return super().shutdown(cancel_pending, timeout)


class _RequestTask(WSGITask):
    """One request and its response; the application may choose the response's delivery."""

    channel: Any  # ours
    _delivery = DEFAULT_DELIVERY
    _lost: Callable[[], None]
    _peer_before = _PeerState.OPEN

    def get_environment(self) -> WSGIEnvironment:
        environ = super().get_environment()
        environ[DELIVER] = self._deliver
        return environ

    def _deliver(self, delivery: Delivery, lost: Callable[[], None]) -> None:
        self._delivery, self._lost = delivery, lost
        if delivery.is_plain:
            self._peer_before = self.channel.find_peer_state()
        else:
            self.channel.held_chunks = []

    def service(self) -> None:
        try:
            super().service()
        finally:
            self.channel.held_chunks = None
            if self._has_peer_left():
                self._lost()

    def _has_peer_left(self) -> bool:
        """Returns whether the client closed the connection before a plain response was sent.

        A client that closed only its own direction still receives the response. The system
        tells the difference when something is sent.
        """
        if self._peer_before is _PeerState.CLOSING:
            return bool(self.channel.is_peer_gone())
        return self._peer_before is _PeerState.GONE

    def finish(self) -> None:
        super().finish()
        if self.channel.held_chunks is None:
            return
        (head, *body), self.channel.held_chunks = self.channel.held_chunks, None
        cut = self._delivery.cut is not None
        if cut:
            self.close_on_finish = True
        with self.channel.server.task_dispatcher.waiting():
            arrived = self.channel.send_steps(head, iter_steps(b"".join(body), self._delivery))
        if not (arrived or cut):
            self._lost()


class TolerantRequestParser(HTTPRequestParser):
    """Lets the application reject a body that is too long, at once and unread."""

    def __init__(self, adjustments: Any, channel: FaultChannel) -> None:
        super().__init__(adjustments)
        self._channel = channel

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if not isinstance(self.error, RequestEntityTooLarge):
            return consumed
        self.close()
        self.error = self.body_rcv = None
        self.expect_continue = False
        if self.chunked:
            # The end of such a body is unknown, so nothing can follow on this connection.
            length = str(self.body_bytes_received)
            self.headers = {**self.headers, "CONNECTION": "close", "CONTENT_LENGTH": length}
            return len(data)
        self._channel.unread = self.content_length - (len(data) - consumed)
        return len(data)


class FaultChannel(HTTPChannel):
    """A connection; *unread* bytes are skipped, so that a client can finish a rejected body.

    While *held_chunks* is a list, written bytes go there instead of to the client: first the
    head, then pieces of the body.
    """

    task_class = _RequestTask
    unread = 0
    held_chunks: list[bytes] | None = None
    _carrying = False
    _unsent = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        self._gone = Event()
        super().__init__(*args, **options)

    def parser_class(self, adjustments: Any) -> TolerantRequestParser:  # type: ignore[override]  # it is only called
        return TolerantRequestParser(adjustments, self)

    def received(self, data: bytes) -> bool:
        skipped = min(self.unread, len(data))
        self.unread -= skipped
        received: bool = super().received(data[skipped:])
        return received

    def readable(self) -> bool:
        # Only reading shows that a client went away while it waited for its response.
        closing = self.will_close or self.close_when_flushed
        is_awaited = self._carrying and not (closing or self.total_outbufs_len)
        return (is_awaited and len(self.requests) < 2) or super().readable()

    def handle_close(self) -> None:
        with self.outbuf_lock:
            self._unsent += self.total_outbufs_len
            super().handle_close()
        self._gone.set()

    def close(self) -> None:
        """Closes the server's end and wakes every thread that waits for this client."""
        self.handle_close()

    def find_peer_state(self) -> _PeerState:
        """Returns what the client did with its end, without reading what it sent."""
        connection = self.socket
        if connection is None:
            return _PeerState.GONE
        try:
            closed = connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return _PeerState.OPEN
        except OSError:  # reset by the client, or closed
            return _PeerState.GONE
        return _PeerState.CLOSING if closed else _PeerState.OPEN

    def is_peer_gone(self) -> bool:
        """Returns whether the client rejects what was sent, once the system knows."""
        for _ in range(int(ANSWER_TIMEOUT_S / CHECK_INTERVAL_S)):
            connection = self.socket
            is_pending = connection is not None and _is_in_progress(connection) > 0
            if self.find_peer_state() is _PeerState.GONE:
                return True
            if not is_pending:
                break
            time.sleep(CHECK_INTERVAL_S)
        return False

    def write_soon(self, data: bytes) -> int:
        if self.held_chunks is None:
            written: int = super().write_soon(data)
            return written
        self.held_chunks.append(data)
        return len(data)

    def send_steps(self, head: bytes, steps: Iterator[TransmissionStep]) -> bool:
        """Sends each step. Returns True if the client received everything."""
        self._carrying = True
        self.server.pull_trigger()  # so that reading begins
        try:
            for step in steps:
                self._send_step(step, head)
            while self.total_outbufs_len:
                self._pause(CHECK_INTERVAL_S)
        except ClientDisconnected:
            return False
        finally:
            self._carrying = False
        return not self._unsent

    def _send_step(self, step: TransmissionStep, head: bytes) -> None:
        match step:
            case bytes():
                self.write_soon(step)
            case WireEvent.HEAD:
                self.write_soon(head)
            case WireEvent.PART_OF_HEAD:
                self.write_soon(head[: len(head) // 2])
            case WireEvent.GARBAGE:
                self.write_soon(GARBAGE)
            case WireEvent.RESET:
                self._prepare_reset()
            case WireEvent.CLOSE:
                """The connection is closed in order when the task ends."""
            case seconds:
                self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        if self._gone.wait(seconds):
            raise ClientDisconnected

    def _prepare_reset(self) -> None:
        """Turns closing into a reset after everything sent arrived, which it would discard."""
        connection = self.socket
        if connection is None:
            raise ClientDisconnected
        while self.total_outbufs_len or _is_in_progress(connection):
            self._pause(CHECK_INTERVAL_S)
        if sys.platform != "linux":
            self._pause(0.05)
        with suppress(OSError):  # closed meanwhile
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


def _is_in_progress(connection: socket.socket) -> int:
    """Returns how many sent bytes are not acknowledged; 0 if the system does not tell."""
    if sys.platform != "linux":
        return 0
    from fcntl import ioctl
    from termios import TIOCOUTQ

    with suppress(OSError, ValueError):  # closed meanwhile
        count: int = struct.unpack("i", ioctl(connection, TIOCOUTQ, bytes(4)))[0]
        return count
    return 0
