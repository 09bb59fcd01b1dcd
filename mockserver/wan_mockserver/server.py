"""A WSGI application on a socket, served by waitress."""

from __future__ import annotations

import socket
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.utilities import RequestEntityTooLarge

from .messages import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
THREADS = 8


class Server:
    """*app* on one address; port 0 takes a free one. It listens from the start.

    Bodies over *max_body* bytes reach *app* as a Content-Length alone.

    Raises OSError if the address is taken, unknown or not allowed.
    """

    def __init__(
        self, app: WSGIApplication, host: str = HOST, port: int = 0, max_body: int = MAX_BODY
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=128)
        self.host, self.port = listening.getsockname()[:2]
        self._sockets: dict[int, Any] = {}
        adjustments = Adjustments(
            sockets=[listening],
            threads=THREADS,
            ident="wanproof",
            server_name=self.host,
            max_request_body_size=max_body + 1,
        )
        self._waitress: Any = _Listener(
            app,
            self._sockets,
            _sock=listening,
            bind_socket=False,
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
        # The lock keeps the trigger open until whoever stops the server has pulled it.
        with self._lock:
            wasyncore.close_all(self._sockets)
        self._waitress.task_dispatcher.shutdown()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Parser(HTTPRequestParser):
    """Leaves it to the application to refuse a body that is too long, at once and unread."""

    def __init__(self, adjustments: Any, channel: _Channel) -> None:
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
            # Where such a body ends is not known, so nothing can follow on this connection.
            length = str(self.body_bytes_received)
            self.headers = {**self.headers, "CONNECTION": "close", "CONTENT_LENGTH": length}
            return len(data)
        self._channel.unread = self.content_length - (len(data) - consumed)
        return len(data)


class _Channel(HTTPChannel):
    """A connection that skips *unread* bytes, so that a client can send a refused body out."""

    unread = 0

    def parser_class(self, adjustments: Any) -> _Parser:  # type: ignore[override]  # it is only called
        return _Parser(adjustments, self)

    def received(self, data: bytes) -> bool:
        skipped = min(self.unread, len(data))
        self.unread -= skipped
        received: bool = super().received(data[skipped:])
        return received


class _Listener(TcpWSGIServer):
    channel_class = _Channel
