"""Serves the mock, or a WSGI application, on a socket."""

from __future__ import annotations

import errno
import socket
from collections import deque
from contextlib import nullcontext, suppress
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from ..real_time import monotonic, sleep
from ..state.journal import log
from ..state.stores import StoreUnavailable
from .errors import AdminError, build_store_error
from .messages import MAX_BODY_BYTES, Request, Response
from .service import Service, is_never
from .sockets.connection import Connection
from .sockets.connection_table import ConnectionTable
from .sockets.event_loop import READ, EventLoop
from .sockets.request_reader import IncomingRequest, ServerFacts
from .sockets.worker_pool import WorkerPool
from .wsgi_service import WsgiService

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["HOST", "THREADS", "Server"]

HOST: Final = "127.0.0.1"
THREADS: Final = 8

DOWNLOAD_THREADS: Final = 16
"""Most of them wait for a file that another process makes."""

READ_THREADS: Final = 1
"""Python runs one thread at a time, so more of them only keep the event loop waiting."""

SWEEP_INTERVAL_S: Final = 1.0
"""Seconds between two looks at the connections that take too long."""

MAX_BATCH: Final = 32
"""Requests that are answered in one step of the store, for which its other users wait."""

SEND_TIMEOUT_S: Final = 1.0
"""Seconds for which a server that stops still sends the responses that it has begun."""

NO_ROOM: Final = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
"""Errors of the system that has no place for one more connection."""

DRAIN_INTERVAL_S: Final = 0.01
"""Seconds between two looks at whether every response is sent."""


class Server:
    """Serves *app* at one address, on a free port if *port* is 0; listens at once.

    Of a body over *max_body* bytes, *app* only receives the Content-Length. If there are
    *max_connections*, by default as many as the system allows, a new one takes the place of
    the one that has been idle for longest.

    Raises OSError if the address is taken, unknown or not allowed.
    """

    def __init__(
        self,
        app: Service | WSGIApplication,
        host: str = HOST,
        port: int = 0,
        max_body: int = MAX_BODY_BYTES,
        *,
        max_connections: int | None = None,
    ) -> None:
        self._service = WsgiService(app) if callable(app) else app
        self.is_quick = getattr(self._service, "is_quick", is_never)
        self.is_download = getattr(self._service, "is_download", is_never)
        self._is_long_read = getattr(self._service, "is_long_read", is_never)
        self._batch = getattr(self._service, "batch", nullcontext)
        self._pending: deque[tuple[Connection, IncomingRequest]] = deque()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, port), family=family, backlog=1024)
        self._listening.settimeout(0)
        self.host, self.port = self._listening.getsockname()[:2]
        self.facts = ServerFacts(host=self.host, port=self.port, max_body=max_body)
        self.loop = EventLoop(self._answer_pending, self.build_internal_error)
        self._workers = WorkerPool(THREADS)
        self._download_workers = WorkerPool(DOWNLOAD_THREADS)
        self._read_workers = WorkerPool(READ_THREADS, self.loop.gate.use)
        self._connections = ConnectionTable(max_connections)
        self._is_accepting = False
        self._thread: Thread | None = None
        self._stopping = False
        self._accept_more()
        self.loop.call_later(SWEEP_INTERVAL_S, self._sweep)

    @property
    def url(self) -> str:
        """The base URL for clients."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Serves until :meth:`stop` or an exception such as KeyboardInterrupt."""
        try:
            while not self._stopping:
                self.loop.run_once()
        finally:
            self._close()

    def start(self) -> Self:
        """Serves from a new thread."""
        self._thread = Thread(target=self.run, name="wanproof-server", daemon=True)
        self._thread.start()
        return self

    def drain(self, max_seconds: float) -> None:
        """Waits until every response is sent, at most *max_seconds*."""
        until = monotonic() + max_seconds
        while any(each.is_busy for each in self._connections.list_all()) and monotonic() < until:
            sleep(DRAIN_INTERVAL_S)

    def request_stop(self) -> None:
        """Makes :meth:`run` return soon, after the answers to what it has read.

        A handler of a signal may call it, and any thread.
        """
        self._stopping = True
        self.loop.call(lambda: None)

    def stop(self) -> None:
        """Closes every connection and returns when no thread runs any more."""
        if self._thread is None:
            self._close()
            return
        self.request_stop()
        self._thread.join()
        self._thread = None

    def _close(self) -> None:
        if self._listening.fileno() < 0:
            return
        self._stopping = True
        if self._is_accepting:
            self.loop.unwatch(self._listening)
        self._listening.close()
        self.loop.gate.open()  # an exception may have left it closed
        for workers in (self._workers, self._download_workers, self._read_workers):
            workers.shut_down()
        self.loop.run_calls()  # the last answers
        self._answer_pending()
        until = monotonic() + SEND_TIMEOUT_S
        while any(each.is_sending for each in self._connections.list_all()) and monotonic() < until:
            self.loop.run_once()
        for connection in self._connections.list_all():
            connection.close()
        self.loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # For connections

    def handle(self, request: Request) -> Response:
        """Returns the response of the service; never raises."""
        try:
            return self._service.handle(request)
        except Exception as error:  # noqa: BLE001  (one failed request must not end the server)
            return self.build_internal_error(error)

    def choose_workers(self, request: Request) -> WorkerPool:
        """Returns the threads for *request*: others do not wait for downloads and long reads."""
        if self.is_download(request):
            return self._download_workers
        return self._read_workers if self._is_long_read(request) else self._workers

    def answer_soon(self, connection: Connection, incoming: IncomingRequest) -> None:
        """Answers a request of which the service says that it is quick, at the end of the round."""
        self._pending.append((connection, incoming))

    def _answer_pending(self) -> None:
        """Answers all quick requests of a round: a store on a disk writes them in one step."""
        while self._pending:
            count = min(len(self._pending), MAX_BATCH)
            batch = [self._pending.popleft() for _ in range(count)]
            try:
                with self._batch():
                    answers = [self.handle(incoming.request) for _, incoming in batch]
            except StoreUnavailable as error:  # nothing was written, so nothing was done
                answers = [build_store_error(error)] * count
            except Exception as error:  # noqa: BLE001  (as before)
                answers = [self.build_internal_error(error)] * count
            for (connection, incoming), answer in zip(batch, answers, strict=True):
                connection.take_answer(incoming, answer)

    def build_internal_error(self, error: Exception) -> Response:
        """Logs *error*, and returns the response for it."""
        log.error("%s: %s", type(error).__name__, error)
        log.debug("where it happened", exc_info=error)
        message = "internal error in the mock server; its log says more"
        return AdminError(message, 500).response

    def mark_lost(self, response: Response) -> None:
        """Tells the service that the client did not receive *response*; never raises."""
        try:
            self._service.mark_response_lost(response)
        except Exception as error:  # noqa: BLE001  (as in handle)
            log.error("a lost response cannot be recorded: %s", error)

    def touch(self, connection: Connection) -> float:
        return self._connections.touch(connection)

    def note_incomplete(self, connection: Connection) -> None:
        self._connections.note_incomplete(connection)

    def forget(self, connection: Connection) -> None:
        """Notes that *connection* is closed."""
        self._connections.forget(connection)
        if not self._is_accepting and not self._stopping:
            self._accept_more()

    # Connections that come, and those that take too long

    def _accept_more(self) -> None:
        self._is_accepting = True
        self.loop.watch(self._listening, READ, self._accept)

    def _accept(self, _events: int) -> None:
        while not self._connections.is_full or self._connections.find_idle():
            try:
                channel, address = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno not in NO_ROOM:
                    return  # the client has left
                idle = self._connections.find_idle()
                if idle is None:
                    break
                idle.close()
                continue
            idle = self._connections.find_idle() if self._connections.is_full else None
            if idle:
                idle.close()
            channel.settimeout(0)
            with suppress(OSError):  # on macOS, if the client has left
                channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = f"{address[0]}:{address[1]}"
            self._connections.add(Connection(self, channel, peer))
        if all(each.is_busy for each in self._connections.list_all()):
            # Everyone waits for a response. Others wait in the system's queue.
            self.loop.unwatch(self._listening)
            self._is_accepting = False

    def _sweep(self) -> None:
        self.loop.call_later(SWEEP_INTERVAL_S, self._sweep)
        # Another part of the process may have taken the descriptors.
        if not (self._is_accepting or self._stopping):
            self._accept_more()
        self._connections.end_late_ones()
