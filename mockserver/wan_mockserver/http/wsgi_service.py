"""Lets a WSGI application, such as one of Flask, answer like a service."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ..clock import Clock, RealClock
from .delivery import DEFAULT_DELIVERY, DELIVER, Delivery
from .messages import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

__all__ = ["WsgiService"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _WsgiResponse(Response):
    """A response of the application, which is told by *lost* if it does not arrive."""

    lost: Callable[[], None] | None = None


class WsgiService:
    """Answers requests with *application*; a response is complete before it is sent.

    The application may choose the delivery of a response, with DELIVER of its environment.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self.clock: Clock = RealClock()

    def handle(self, request: Request) -> Response:
        delivery, lost = DEFAULT_DELIVERY, None
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def deliver(chosen: Delivery, call: Callable[[], None]) -> None:
            nonlocal delivery, lost
            delivery, lost = chosen, call

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: Any = None
        ) -> Callable[[bytes], object]:
            begun.append((status, headers))
            return written.append

        environ = _build_environ(request)
        environ[DELIVER] = deliver
        chunks = self._application(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        status, pairs = begun[-1]
        headers: dict[str, str] = {}
        for name, value in pairs:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return _WsgiResponse(
            status=int(status.split()[0]),
            headers=headers,
            body=b"".join(written) + body,
            delivery=delivery,
            lost=lost,
        )

    def mark_response_lost(self, response: Response) -> None:
        if isinstance(response, _WsgiResponse) and response.lost:
            response.lost()


def _build_environ(request: Request) -> WSGIEnvironment:
    """Builds the environment of PEP 3333 for *request*."""
    base = urlsplit(request.base_url)
    host, _, port = request.peer.rpartition(":")
    path = request.path.encode("utf-8", "surrogatepass")
    target = quote(path) + (f"?{request.query}" if request.query else "")
    environ = {
        "REMOTE_ADDR": host,
        "REMOTE_PORT": port,
        "REQUEST_METHOD": request.method,
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(base.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SCRIPT_NAME": "",
        # As by other servers, of all leading slashes one is left here.
        "PATH_INFO": "/" + path.decode("latin-1").lstrip("/"),
        "REQUEST_URI": target,
        "QUERY_STRING": request.query,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": base.scheme,
        "wsgi.input": BytesIO(request.body or b""),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        own = key in ("CONTENT_TYPE", "CONTENT_LENGTH")
        environ[key if own else f"HTTP_{key}"] = value
    return environ
