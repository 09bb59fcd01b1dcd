"""Services and raw clients for tests of the server's connections."""

from __future__ import annotations

import socket
from threading import Event

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.delivery import Cut, Delivery
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import Server

__all__ = ["GET", "NEVER", "Echo", "connect", "receive_all"]

GET = b"GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n"
NEVER = GET.replace(b"plain", b"never")


class Echo:
    """Answers with the method, the path and the body; /never is never answered.

    Paths that begin with /slow are answered by a thread, the others at once.
    """

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.seen: list[Request] = []
        self.losses: list[Response] = []
        self.arrived = Event()

    def is_quick(self, request: Request) -> bool:
        return not request.path.startswith("/slow")

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        body = b"(unread)" if request.body is None else request.body
        text = f"{request.method} {request.path} ".encode() + body
        cut = Cut.SILENCE if request.path == "/never" else None
        return Response(status=200, body=text, delivery=Delivery(cut=cut))

    def mark_response_lost(self, response: Response) -> None:
        self.losses.append(response)


def connect(server: Server) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=30)


def receive_all(connection: socket.socket) -> bytes:
    """Returns everything that comes until the server closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))
