"""A WSGI application on a socket, served by waitress."""

from __future__ import annotations

import socket
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

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

HOST = "127.0.0.1"
THREADS = 8


class Server:
    """*app* on one address; port 0 takes a free one. It listens from the start.

    Bodies over *max_body* bytes reach *app* as a Content-Length alone.

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
        """What clients put before every path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Serves until :meth:`stop` or an exception such as KeyboardInterrupt closes it all."""
        try:
            while not self._stopping:
                wasyncore.loop(timeout=1, map=self._sockets, use_poll=True, count=1)
        finally:
            self._close()

    def start(self) -> Self:
        """Serves from a thread of its own."""
        self._thread = Thread(target=self.run, name="wanproof-server", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Closes every connection; returns when nothing runs any more."""
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
        # Nobody but whoever stops the server can pull the trigger now, and holds the lock.
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
