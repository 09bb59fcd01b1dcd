"""Clients that leave while they wait for a file: nothing is kept for them, and nothing is made."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from wan_mockserver.artefacts.cache import Artefacts
from wan_mockserver.artefacts.drawing_processes import DrawingProcesses
from wan_mockserver.artefacts.plan import Artefact, Picture
from wan_mockserver.client_presence import ClientLeft, serving
from wan_mockserver.http.server import DOWNLOAD_THREADS, Server
from wan_mockserver.real_time import sleep
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Entry
from wan_mockserver.testing.fake_time import PatchingClock

from .test_departures import WAIT_S, leave_by_close, leave_by_reset

CREATE = "/vendors/alibaba/v1/wan2.5-t2i-preview/generation"
AUTH = b"Host: localhost\r\nAuthorization: Bearer wanproof.ok.team\r\n"
LEAVING = 2 * DOWNLOAD_THREADS


class Drawing:
    """Makes no file before *may_draw*, and counts the files that it makes."""

    def __init__(self) -> None:
        self.may_draw, self.begun = threading.Event(), threading.Event()
        self.made: list[Artefact] = []

    def make(self, artefact: Artefact) -> bytes:
        self.begun.set()
        assert self.may_draw.wait(WAIT_S)
        self.made.append(artefact)
        return b"file"


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


@pytest.fixture
def mock(drawing: Drawing) -> Mock:
    return Mock(Simulator(artefacts=Artefacts(make_file=drawing.make), listener=lambda _: None))


@pytest.fixture
def server(mock: Mock) -> Iterator[Server]:
    with Server(mock) as server:
        yield server


def request(server: Server, sent: bytes) -> bytes:
    with socket.create_connection((server.host, server.port), timeout=WAIT_S) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def create_file(server: Server) -> bytes:
    """Returns the path of the file of a new task."""
    body = b'{"prompt": "x"}'
    head = b"POST %b HTTP/1.1\r\n%bConnection: close\r\nContent-Type: application/json\r\n"
    sent = head % (CREATE.encode(), AUTH) + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    task = request(server, sent).rpartition(b'"id": "')[2].partition(b'"')[0]
    for _ in range(3):
        poll = b"GET %b/%b HTTP/1.1\r\n%bConnection: close\r\n\r\n"
        answer = request(server, poll % (CREATE.encode(), task, AUTH))
    return b"/files/" + answer.partition(b"/files/")[2].partition(b'"')[0]


def ask_for(server: Server, path: bytes, version: bytes = b"1.1") -> socket.socket:
    connection = socket.create_connection((server.host, server.port), timeout=WAIT_S)
    connection.sendall(b"GET %b HTTP/%b\r\n%b\r\n" % (path, version, AUTH))
    return connection


def wait_until(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.005)


def list_downloads(mock: Mock) -> list[Entry]:
    return [entry for entry in mock.journal() if entry.action == "file"]


@pytest.mark.parametrize("leave", [leave_by_close, leave_by_reset])
def test_clients_that_left_hold_no_descriptors_and_no_place_in_the_queue(
    server: Server, mock: Mock, drawing: Drawing, leave: Callable[[socket.socket], None]
) -> None:
    path = create_file(server)
    waiting = [ask_for(server, path) for _ in range(LEAVING)]
    assert drawing.begun.wait(WAIT_S)
    wait_until(lambda: len(server._connections.list_all()) == LEAVING)
    for each in waiting[1:]:
        leave(each)
    wait_until(lambda: len(server._connections.list_all()) == 1)
    # All have left the queue but the one that waits, and perhaps one whose file is being made.
    wait_until(lambda: len(list_downloads(mock)) >= LEAVING - 2)
    # A response is recorded before it is sent, and marked when its client turns out to have left.
    wait_until(lambda: not any(entry.arrived for entry in list_downloads(mock)))
    assert drawing.made == []
    drawing.may_draw.set()
    assert waiting[0].recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    waiting[0].close()
    assert len(drawing.made) == 1


def test_a_client_that_only_stops_sending_gets_its_file(server: Server, drawing: Drawing) -> None:
    path = create_file(server)
    versions = (b"1.1", b"1.0")
    waiting = [ask_for(server, path, version) for version in versions]
    for each in waiting:
        each.shutdown(socket.SHUT_WR)
    assert waiting[0].recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    drawing.may_draw.set()
    for each, version in zip(waiting, versions, strict=True):
        answer = b"".join(iter(lambda each=each: each.recv(65536), b""))  # type: ignore[misc]
        assert answer.startswith(b"HTTP/%b 200 OK\r\n" % version)
        assert answer.endswith(b"\r\n\r\nfile")
        each.close()


def test_a_file_that_one_client_waited_for_is_made_for_the_next(drawing: Drawing) -> None:
    """The first one leaves while its file waits for a process."""
    left = threading.Event()
    tries: list[bool] = []

    def make(artefact: Artefact) -> bytes:
        tries.append(left.is_set())
        if left.is_set():
            return drawing.make(artefact)
        drawing.begun.set()
        assert left.wait(WAIT_S)
        raise ClientLeft

    cache = Artefacts(make_file=make)

    def ask(*, stays: bool) -> bytes:
        with serving(lambda: not stays and left.is_set()):
            return cache.bytes_of(Picture(32, 32, 1))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, stays=False)
        assert drawing.begun.wait(WAIT_S)
        second = pool.submit(ask, stays=True)
        drawing.may_draw.set()
        left.set()
        assert (first.result(WAIT_S), second.result(WAIT_S)) == (b"", b"file")
    assert tries == [False, True]


def test_nothing_waits_for_a_process_once_its_client_has_left() -> None:
    with closing(DrawingProcesses(1)) as drawing, ThreadPoolExecutor(1) as pool:
        process = drawing._idle.get()
        left = threading.Event()

        def ask() -> bytes:
            with serving(left.is_set):
                return drawing.make(Picture(32, 32, 1))

        waiting = pool.submit(ask)
        left.set()
        assert isinstance(waiting.exception(WAIT_S), ClientLeft)
        drawing._idle.put(process)
        assert isinstance(pool.submit(ask).exception(WAIT_S), ClientLeft)
        assert process._process is None


def test_a_wait_for_a_file_in_process_does_not_move_a_clock_of_a_test(
    wan_clock: PatchingClock,
) -> None:
    def make(_artefact: Artefact) -> bytes:
        sleep(0.3)
        return b"file"

    cache = Artefacts(make_file=make)
    wan_clock.patch()
    with ThreadPoolExecutor(2) as pool:
        made = [*pool.map(cache.bytes_of, [Picture(32, 32, 1)] * 2)]
    assert made == [b"file", b"file"]
    assert wan_clock.elapsed == 0
