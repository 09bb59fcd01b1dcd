"""Serves the mock, or a WSGI application, on a socket."""

from __future__ import annotations

import socket
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from itertools import takewhile
from threading import Thread
from time import monotonic, sleep  # by name, as a test may replace the clock of the module
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from ..state.journal import log
from ..state.stores import StoreUnavailable
from .connection import Connection
from .errors import AdminError, build_store_error
from .event_loop import READ, EventLoop
from .messages import MAX_BODY_BYTES, Request, Response
from .request_reader import IncomingRequest, ServerFacts
from .service import Service
from .worker_pool import WorkerPool
from .wsgi_service import WsgiService

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["HOST", "THREADS", "Server"]

HOST: Final = "127.0.0.1"
THREADS: Final = 8

DOWNLOAD_THREADS: Final = 16
"""Most of them wait for a file that another process makes."""

MAX_CONNECTIONS: Final = 20_000

RESERVED_DESCRIPTORS: Final = 32
"""File descriptors that are left for the store and for everything else."""

HEAD_TIMEOUT_S: Final = 10.0
"""Seconds for the head of a request, from its first byte."""

BODY_TIMEOUT_S: Final = 30.0
"""Seconds without a byte, in the middle of a body."""

IDLE_TIMEOUT_S: Final = 120.0
"""Seconds without a request."""

SWEEP_INTERVAL_S: Final = 1.0
"""Seconds between two looks at the connections that take too long."""

MAX_BATCH: Final = 32
"""Requests that are answered in one step of the store, for which its other users wait."""

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
        self.is_quick = getattr(self._service, "is_quick", _is_never)
        self._is_download = getattr(self._service, "is_download", _is_never)
        self._batch = getattr(self._service, "batch", nullcontext)
        self._pending: deque[tuple[Connection, IncomingRequest]] = deque()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, port), family=family, backlog=1024)
        self._listening.settimeout(0)
        self.host, self.port = self._listening.getsockname()[:2]
        self.facts = ServerFacts(host=self.host, port=self.port, max_body=max_body)
        self.loop = EventLoop(self._answer_pending)
        self._workers = WorkerPool(THREADS)
        self._download_workers = WorkerPool(DOWNLOAD_THREADS)
        self._max_connections = max_connections or _find_connection_limit()
        # In the order of their last bytes, so that those that idle come first.
        self._connections: OrderedDict[Connection, None] = OrderedDict()
        self._incomplete: dict[Connection, None] = {}
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
        while any(each.is_busy for each in [*self._connections]) and monotonic() < until:
            sleep(DRAIN_INTERVAL_S)

    def stop(self) -> None:
        """Closes every connection and returns when no thread runs any more."""
        self._stopping = True
        if self._thread is None:
            self._close()
            return
        self.loop.call(lambda: None)
        self._thread.join()
        self._thread = None

    def _close(self) -> None:
        if self._listening.fileno() < 0:
            return
        self._stopping = True
        self._listening.close()
        self._workers.shut_down()
        self._download_workers.shut_down()
        self.loop.run_calls()  # the last answers
        for connection in [*self._connections]:
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
        """Returns the threads for *request*: others do not wait for downloads."""
        return self._download_workers if self._is_download(request) else self._workers

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
        """Notes that *connection* is active, and returns the time."""
        self._connections.move_to_end(connection)
        return monotonic()

    def note_incomplete(self, connection: Connection) -> None:
        """Notes that the head of a request on *connection* has begun."""
        self._incomplete.pop(connection, None)
        self._incomplete[connection] = None

    def forget(self, connection: Connection) -> None:
        """Notes that *connection* is closed."""
        self._connections.pop(connection, None)
        self._incomplete.pop(connection, None)
        if not self._is_accepting and not self._stopping:
            self._accept_more()

    # Connections that come, and those that take too long

    def _accept_more(self) -> None:
        self._is_accepting = True
        self.loop.watch(self._listening, READ, self._accept)

    def _accept(self, _events: int) -> None:
        while not self._is_full() or self._find_idle():
            try:
                channel, address = self._listening.accept()
            except BlockingIOError:
                return
            except OSError:  # no descriptor is left, or the client has left
                idle = self._find_idle()
                if idle is None:
                    break
                idle.close()
                continue
            idle = self._find_idle() if self._is_full() else None
            if idle:
                idle.close()
            channel.settimeout(0)
            with suppress(OSError):  # on macOS, if the client has left
                channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = f"{address[0]}:{address[1]}"
            self._connections[Connection(self, channel, peer)] = None
        # Everyone waits for a response. Others wait in the system's queue.
        self.loop.unwatch(self._listening)
        self._is_accepting = False

    def _is_full(self) -> bool:
        return len(self._connections) >= self._max_connections

    def _find_idle(self) -> Connection | None:
        """Returns the connection that has been idle for longest, or None."""
        return next((each for each in self._connections if not each.is_busy), None)

    def _sweep(self) -> None:
        """Closes the connections that take too long."""
        self.loop.call_later(SWEEP_INTERVAL_S, self._sweep)
        if not self._is_accepting:  # another part of the process may have taken the descriptors
            self._accept_more()
        now = monotonic()
        for connection in _take_while(self._incomplete, lambda each: _is_head_late(each, now)):
            del self._incomplete[connection]
            if connection.head_since is not None and not connection.is_busy:
                connection.reject(408, "Request Timeout", f"no more came in {HEAD_TIMEOUT_S:g} s")
        quiet = _take_while(self._connections, lambda each: now - each.active_at >= BODY_TIMEOUT_S)
        for connection in quiet:
            if connection.is_busy:
                continue
            if connection.is_reading:
                connection.reject(408, "Request Timeout", f"no more came in {BODY_TIMEOUT_S:g} s")
            elif now - connection.active_at >= IDLE_TIMEOUT_S:
                connection.close()


def _take_while(
    connections: Iterable[Connection], is_late: Callable[[Connection], bool]
) -> list[Connection]:
    """Returns the first *connections*, which are in the order of their times."""
    return [*takewhile(is_late, connections)]


def _is_head_late(connection: Connection, now: float) -> bool:
    """Returns True if the head of a request takes too long, or is complete by now."""
    since = connection.head_since
    return since is None or now - since >= HEAD_TIMEOUT_S


def _is_never(_request: Request) -> bool:
    """A service that says nothing about it may take long to answer."""
    return False


def _find_connection_limit() -> int:
    """Returns how many connections the system allows."""
    if sys.platform == "win32":
        return 400  # below the 512 that select() takes
    from resource import RLIMIT_NOFILE, getrlimit

    descriptors, _ = getrlimit(RLIMIT_NOFILE)
    if descriptors < 0:
        return MAX_CONNECTIONS
    return max(min(descriptors - RESERVED_DESCRIPTORS, MAX_CONNECTIONS), 1)
