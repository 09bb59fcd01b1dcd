"""Downloads whose files are still to be made keep no other request waiting."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from threading import Event

import httpx

from wan_mockserver.clock import Clock, ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import DOWNLOAD_THREADS, Server
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator


class SlowFiles:
    """A service whose files are not made before *finished*."""

    clock: Clock = ManualClock()

    def __init__(self) -> None:
        self.finished = Event()

    def is_download(self, request: Request) -> bool:
        return request.path.startswith("/files/")

    def handle(self, request: Request) -> Response:
        if self.is_download(request):
            self.finished.wait(60)
        return Response.json(200, request.path)

    def mark_response_lost(self, response: Response) -> None:
        """Does nothing."""


def test_downloads_keep_no_other_request_waiting() -> None:
    service = SlowFiles()
    with ExitStack() as cleanup, Server(service) as server:
        waiting = [
            cleanup.enter_context(socket.create_connection((server.host, server.port), timeout=20))
            for _ in range(2 * DOWNLOAD_THREADS)
        ]
        for each in waiting:
            each.sendall(b"GET /files/a HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(3):
            answer = httpx.get(f"{server.url}/other", timeout=20, trust_env=False)
            assert answer.json() == "/other"
        service.finished.set()
        assert all(each.recv(12) == b"HTTP/1.1 200" for each in waiting)


def test_the_mock_tells_downloads_from_other_requests() -> None:
    mock = Mock(Simulator())
    paths = ("/files/task/1.png", "/_wanproof/tasks", "/filesystem", "/")
    found = [path for path in paths if mock.is_download(Request(method="GET", path=path))]
    assert found == ["/files/task/1.png"]
