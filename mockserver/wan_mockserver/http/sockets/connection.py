"""One connection of the server: reads requests, and sends responses with every fault.

Everything happens in the thread of the event loop, except for slow services. So a response that
is late, slow or never comes costs a timer, and no thread.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from ...client_presence import serving
from ...real_time import monotonic
from ..delivery import iter_steps
from ..messages import Response
from .event_loop import READ, WRITE, Timer
from .outgoing import ClientGone, Outgoing, Waits
from .peer import PeerState
from .presence_probe import can_probe, probe_presence
from .request_reader import (
    CONTINUE,
    NO_REQUEST,
    IncomingRequest,
    RequestReader,
    build_request_error,
)
from .response_writer import build_error, build_head, get_body
from .watched_socket import WatchedSocket

if TYPE_CHECKING:
    from .connection_host import ConnectionHost

__all__ = ["Connection"]

MAX_QUEUED_REQUESTS: Final = 32
"""Requests that are read ahead of their responses."""

MAX_UNSENT_BYTES: Final = 1024 * 1024
"""Unsent bytes above which no more requests are read."""


class Connection:
    """A connection to the client at *peer*; what is not its own affair, *server* does.

    *active_at* is the time of the last byte from the client, or of the last response.
    *head_since* is the time since when it has had an incomplete head, or None.
    """

    __slots__ = (
        "_closes",
        "_current",
        "_has_ended",
        "_outgoing",
        "_queue",
        "_reader",
        "_server",
        "_socket",
        "_timer",
        "_waits",
        "active_at",
        "head_since",
    )

    def __init__(self, server: ConnectionHost, channel: socket.socket, peer: str) -> None:
        self._server = server
        self._socket = WatchedSocket(server.loop, channel, self._handle_events)
        self._reader = RequestReader(server.facts, peer)
        self._queue: deque[IncomingRequest] = deque()
        self._current: tuple[IncomingRequest, Response | None] | None = None
        self._outgoing = Outgoing(channel)
        self._waits: Waits | None = None
        self._timer: Timer | None = None
        self._closes = self._has_ended = False
        self.active_at = monotonic()
        self.head_since: float | None = None
        self._socket.watch(READ)

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered, or a response is being sent."""
        return self._current is not None or len(self._outgoing) > 0

    @property
    def is_reading(self) -> bool:
        """Whether a request is incomplete."""
        return self._reader.is_reading

    @property
    def is_sending(self) -> bool:
        """Whether a response is being sent that is not late by itself."""
        return len(self._outgoing) > 0 and self._waits is None

    @property
    def has_unread(self) -> bool:
        """Whether the client has sent something that the server was too slow to read."""
        return not self._closes and self._socket.has_unread

    def close(self) -> None:
        """Closes the connection at once; a response that is not sent is lost."""
        if not self._socket.close():
            return
        if self._timer:
            self._timer.cancel()
        response = self._current[1] if self._current else None
        is_unsent = self._waits is not None or len(self._outgoing) > 0
        self._current = self._waits = None
        self._queue.clear()
        self._server.forget(self)
        if response and is_unsent and response.delivery.cut is None:
            self._server.mark_lost(response)

    def reject(self, code: int, reason: str, message: str) -> None:
        """Answers an incomplete request with an error, and closes the connection."""
        error = build_request_error(code, reason, f"{message}: {self._reader.describe_missing()}")
        self._queue.append(IncomingRequest(request=NO_REQUEST, closes=True, error=error))
        with self._closing_without_client():
            self._start_next()

    def _handle_events(self, events: int) -> None:
        with self._closing_without_client():
            if events & WRITE:
                self._flush()
            if events & READ and self._socket.is_open:
                self._read()

    @contextmanager
    def _closing_without_client(self) -> Iterator[None]:
        """Closes the connection if the client is gone, and watches for what can happen next."""
        try:
            yield
        except ClientGone:
            self.close()
        except Exception as error:  # noqa: BLE001  (others must be served all the same)
            self._server.build_internal_error(error)
            self.close()
        self._watch()

    def _watch(self) -> None:
        """Watches for what can happen next."""
        is_full = len(self._queue) > MAX_QUEUED_REQUESTS or len(self._outgoing) > MAX_UNSENT_BYTES
        self._socket.watch(
            (0 if is_full or self._has_ended else READ) | (WRITE if self._outgoing else 0)
        )

    # Requests

    def _read(self) -> None:
        data = self._socket.receive()
        if data is None:
            return
        if not data:
            self._handle_end()
            return
        self.active_at = self._server.touch(self)
        if self._closes:
            return
        self._queue.extend(self._reader.feed(data))
        if self._queue and self._current is None:
            self._start_next()
        if self._reader.is_reading:
            self._await_rest()
        else:
            self.head_since = None

    def _await_rest(self) -> None:
        """Notes since when the head has been incomplete; asks for a body that is held back."""
        if self._reader.has_head:
            self.head_since = None
        elif self.head_since is None:
            self.head_since = self.active_at
            self._server.note_incomplete(self)
        if self._reader.wants_continue and self._current is None and not self._closes:
            self._reader.accept_body()
            self._outgoing.send(CONTINUE)

    def _handle_end(self) -> None:
        """The client sends nothing more; it may still wait for the response to a request."""
        self._has_ended = True
        if self._waits or self._socket.lingers or not (self.is_busy or self.is_reading):
            self.close()
        elif self.is_reading and not self.is_busy:
            self.reject(400, "Bad Request", "the connection ended too early")
        elif self._current and can_probe(self._server, self._current[0]):
            is_over = partial(self._has_answered, self._current[0])
            probe_presence(self._server.loop, self._outgoing, is_over, self.close)

    def _start_next(self) -> None:
        """Answers the requests that were read, until one of them takes longer."""
        while self._queue and self._current is None and not self._closes:
            incoming = self._queue.popleft()
            self._current = incoming, None
            if incoming.error:
                self._answer(incoming, build_error(incoming.error))
            elif self._server.is_quick(incoming.request):
                self._server.answer_soon(self, incoming)
            else:
                workers = self._server.choose_workers(incoming.request)
                workers.run(partial(self._work, incoming))
        if self._current or self._closes:
            return
        if self._has_ended:
            self._end()
        elif self._reader.wants_continue:
            self._await_rest()

    def _work(self, incoming: IncomingRequest) -> None:
        """Answers a request in another thread."""
        with serving(lambda: not self._socket.is_open):
            response = self._server.handle(incoming.request)
        self._server.loop.call(partial(self.take_answer, incoming, response))

    def _has_answered(self, incoming: IncomingRequest) -> bool:
        return self._current != (incoming, None)

    def take_answer(self, incoming: IncomingRequest, response: Response) -> None:
        """Sends the response to the current request, and goes on."""
        with self._closing_without_client():
            self._answer(incoming, response)
            self._go_on()

    # Responses

    def _answer(self, incoming: IncomingRequest, response: Response) -> None:
        """Sends *response*, or begins to send it in steps."""
        state = self._socket.find_state()
        if state is PeerState.GONE:
            if response.delivery.cut is None:
                self._server.mark_lost(response)
            self._current = None
            self.close()
            return
        try:
            head = build_head(response, incoming.version, closes=incoming.closes)
        except ValueError as error:
            response = self._server.build_internal_error(error)
            head = build_head(response, incoming.version, closes=incoming.closes)
        body = get_body(incoming.request.method, response)
        self._current = incoming, response
        self._closes = incoming.closes or response.delivery.cut is not None
        if response.delivery.is_plain and state is PeerState.OPEN:
            self._outgoing.send(head + body)
            self._finish()
        else:
            steps = iter_steps(body, response.delivery)
            self._waits = self._outgoing.send_steps(
                head, steps, confirms=state is PeerState.CLOSING
            )
            self._advance()

    def _finish(self) -> None:
        """Ends the response, once the system has taken all of it."""
        if not self._outgoing and self._waits is None:
            self._current = None
            if self._closes:
                self._end()

    def _end(self) -> None:
        """Closes the connection in order: the client can still read everything."""
        if self._socket.lingers or not self._socket.is_open:
            return
        self._outgoing.end()
        self._closes = True
        self._queue.clear()  # so that everything is read, and discarded
        if self._has_ended:
            self.close()
        else:
            self._socket.linger(self.close)

    def _end_wait(self) -> None:
        """Goes on after a wait of a response that is sent in steps."""
        self._timer = None
        with self._closing_without_client():
            if self._waits:
                self._advance()
            self._go_on()

    def _go_on(self) -> None:
        """Goes on with the next request, if the response is sent."""
        if self._socket.is_open and self._current is None:
            self.active_at = self._server.touch(self)
            self._start_next()

    def _advance(self) -> None:
        """Sends the next part of a response that is sent in steps."""
        assert self._waits
        try:
            seconds = next(self._waits)
        except StopIteration:
            self._waits = None
            self._finish()
        else:
            self._timer = self._server.loop.call_later(seconds, self._end_wait)

    def _flush(self) -> None:
        """Sends more of what was kept."""
        self._outgoing.flush()
        self.active_at = self._server.touch(self)
        if self._outgoing or self._current is None or self._current[1] is None:
            return
        self._finish()
        if self._current is None:
            self._start_next()
