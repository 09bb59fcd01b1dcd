"""Plain responses to clients that closed their connection while they waited."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from threading import Event

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app, wsgi

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
WAIT_S = 30


class Slow:
    """Answers each request when it is allowed to."""

    def __init__(self, size: int) -> None:
        self.clock = ManualClock()
        self.begun, self.may_answer, self.lost_one = Event(), Event(), Event()
        self.response = Response(status=200, body=b"x" * size)
        self.losses: list[Response] = []

    def handle(self, request: Request) -> Response:
        self.begun.set()
        assert self.may_answer.wait(WAIT_S)
        return self.response

    def mark_response_lost(self, response: Response) -> None:
        self.losses.append(response)
        self.lost_one.set()


def leave_by_close(connection: socket.socket) -> None:
    connection.close()


def leave_by_reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    connection.close()


@pytest.mark.parametrize("size", [5, 100_000])
@pytest.mark.parametrize("leave", [leave_by_close, leave_by_reset])
@pytest.mark.parametrize("make_app", [create_app, wsgi])
def test_a_response_to_a_client_that_left_is_lost(
    size: int, leave: Callable[[socket.socket], None], make_app: Callable[..., object]
) -> None:
    service = Slow(size)
    with Server(make_app(service)) as server:  # type: ignore[arg-type]
        connection = socket.create_connection((server.host, server.port), timeout=WAIT_S)
        connection.sendall(GET)
        assert service.begun.wait(WAIT_S)
        leave(connection)
        service.may_answer.set()
        assert service.lost_one.wait(WAIT_S)
    assert service.losses == [service.response]


@pytest.mark.parametrize("shut", [False, True])
def test_a_response_to_a_client_that_still_reads_is_not_lost(*, shut: bool) -> None:
    """A client may close its own direction after the request, and still read the response."""
    service = Slow(5)
    with (
        Server(wsgi(service)) as server,
        socket.create_connection((server.host, server.port), timeout=WAIT_S) as connection,
    ):
        connection.sendall(GET)
        if shut:
            connection.shutdown(socket.SHUT_WR)
        assert service.begun.wait(WAIT_S)
        service.may_answer.set()
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.endswith(b"\r\n\r\nxxxxx")
    assert service.losses == []
