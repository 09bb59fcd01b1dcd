"""Answers that read many values are made one at a time, and no other request waits for them."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from threading import Event, Lock

import httpx
import pytest

from wan_mockserver.admin.api import ROUTES
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.clock import Clock, ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import THREADS, Server
from wan_mockserver.service import LONG_READS, Mock
from wan_mockserver.simulator.routing import ROOT
from wan_mockserver.simulator.simulator import Simulator

SHORT = {"/health", "/scenarios", "/tasks/{task_id}", "/clock", "/seed"}
"""Admin routes that read a limited number of values."""


class SlowReads:
    """A service whose long reads do not end before *may_end*."""

    clock: Clock = ManualClock()

    def __init__(self) -> None:
        self.may_end, self.begun = Event(), Event()
        self._lock = Lock()
        self._reading = 0
        self.most_at_a_time = 0

    def is_long_read(self, request: Request) -> bool:
        return request.path == "/long"

    def handle(self, request: Request) -> Response:
        if self.is_long_read(request):
            with self._lock:
                self._reading += 1
                self.most_at_a_time = max(self.most_at_a_time, self._reading)
            self.begun.set()
            self.may_end.wait(60)
            with self._lock:
                self._reading -= 1
        return Response.json(200, request.path)

    def mark_response_lost(self, response: Response) -> None:
        """Does nothing."""


def test_long_reads_wait_for_each_other_and_nobody_waits_for_them() -> None:
    service = SlowReads()
    with ExitStack() as cleanup, Server(service) as server:
        waiting = [
            cleanup.enter_context(socket.create_connection((server.host, server.port), timeout=20))
            for _ in range(2 * THREADS)
        ]
        for each in waiting:
            each.sendall(b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert service.begun.wait(20)
        for _ in range(3):
            answer = httpx.get(f"{server.url}/other", timeout=20, trust_env=False)
            assert answer.json() == "/other"
        service.may_end.set()
        assert all(each.recv(12) == b"HTTP/1.1 200" for each in waiting)
    assert service.most_at_a_time == 1


def test_the_mock_knows_which_answers_read_much() -> None:
    """A new route is one or the other."""
    assert {ROOT + route.path for route in ROUTES} - LONG_READS == {ROOT + path for path in SHORT}


@pytest.mark.parametrize("replays", [False, True])
def test_requests_are_told_apart(*, replays: bool) -> None:
    mock = Mock(Simulator())
    service = CaptureReplay([], mock) if replays else mock
    paths = {
        f"{ROOT}/ledger": "long",
        f"/{ROOT}//verify": "long",
        f"{ROOT}/": "long",
        "/openapi.json": "long",
        "/api/v1/tasks": "long",
        f"{ROOT}/health": "",
        f"{ROOT}/tasks/1": "",
        f"{ROOT}/ui/thumbnails/1/1.png": "download",
        f"{ROOT}/ui/files/1/1.png": "download",
        "/files/1/1.png": "download",
        "/api/v1/tasks/1": "",
    }
    for path, kind in paths.items():
        request = Request(method="GET", path=path)
        assert service.is_download(request) == (kind == "download"), path
        assert service.is_long_read(request) == (kind == "long"), path
