"""Serves a WSGI application on a socket with waitress."""

from __future__ import annotations

import socket
import time
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from wan_validators.optional_dependencies import explain_missing_extra

from .messages import MAX_BODY_BYTES
from .waitress_faults import MAX_SPARE_THREADS, FaultChannel, ThreadPool

with explain_missing_extra():
    from waitress import wasyncore
    from waitress.adjustments import Adjustments
    from waitress.server import TcpWSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["HOST", "THREADS", "Server"]

HOST: Final = "127.0.0.1"
THREADS: Final = 8

DRAIN_INTERVAL_S: Final = 0.01
"""Seconds between two looks at whether every response is sent."""


class Server:
    """Serves *app* at one address, on a free port if *port* is 0; listens at once.

    Of a body over *max_body* bytes, *app* only receives the Content-Length.

    Raises OSError if the address is taken, unknown or not allowed.
    """

    def __init__(
        self, app: WSGIApplication, host: str = HOST, port: int = 0, max_body: int = MAX_BODY_BYTES
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=128)
        self.host, self.port = listening.getsockname()[:2]
        self._sockets: dict[int, Any] = {}
        adjustments = Adjustments(
            sockets=[listening],
            connection_limit=2 * MAX_SPARE_THREADS,
            ident="wanproof",
            server_name=self.host,
            max_request_body_size=max_body + 1,
        )
        self._waitress: Any = _Listener(
            app,
            self._sockets,
            _sock=listening,
            bind_socket=False,
            dispatcher=ThreadPool(THREADS),
            adj=adjustments,
            sockinfo=(family, listening.type, listening.proto, listening.getsockname()),
        )
        self._thread: Thread | None = None
        self._stopping = False
        self._lock = Lock()

    @property
    def url(self) -> str:
        """The base URL for clients."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Serves until :meth:`stop` or an exception such as KeyboardInterrupt."""
        try:
            while not self._stopping:
                wasyncore.loop(timeout=1, map=self._sockets, use_poll=True, count=1)
        finally:
            self._close()

    def start(self) -> Self:
        """Serves from a new thread."""
        self._thread = Thread(target=self.run, name="wanproof-server", daemon=True)
        self._thread.start()
        return self

    def drain(self, max_seconds: float) -> None:
        """Waits until every response is sent, at most *max_seconds*."""
        until = time.monotonic() + max_seconds
        while self._is_sending() and time.monotonic() < until:
            time.sleep(DRAIN_INTERVAL_S)

    def _is_sending(self) -> bool:
        channels = [*self._waitress.active_channels.values()]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def stop(self) -> None:
        """Closes every connection and returns when no thread runs any more."""
        if self._thread is None:
            self._close()
            return
        with self._lock:
            self._stopping = True
            self._waitress.trigger.pull_trigger()
        self._thread.join()
        self._thread = None

    def _close(self) -> None:
        for channel in [*self._waitress.active_channels.values()]:
            channel.close()
        self._waitress.task_dispatcher.shutdown()
        # Only stop() can pull the trigger now, and it holds the lock.
        with self._lock:
            wasyncore.close_all(self._sockets)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Listener(TcpWSGIServer):
    channel_class = FaultChannel
