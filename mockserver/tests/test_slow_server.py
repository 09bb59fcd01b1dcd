"""The server is slow, stops or fails itself: no client pays for it with its connection."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from wan_mockserver.commands.serve import handle_stop_signals
from wan_mockserver.http import server as server_module
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import Server
from wan_mockserver.http.sockets import connection_table, watched_socket
from wan_mockserver.http.sockets.event_loop import READ, EventLoop
from wan_mockserver.http.sockets.watched_socket import WatchedSocket

from .http_services import GET, Echo, connect, receive_all

BLOCK = GET.replace(b"plain", b"block")
WAIT_S = 30


class Blocking(Echo):
    """Stops the whole server at /block until it is allowed to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks, self.may_go_on = Event(), Event()

    def handle(self, request: Request) -> Response:
        if request.path == "/block":
            self.blocks.set()
            assert self.may_go_on.wait(WAIT_S)
        return super().handle(request)


@pytest.fixture
def service() -> Blocking:
    return Blocking()


@pytest.fixture
def clients() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_client_whose_request_is_not_read_yet_does_not_make_room(
    service: Blocking, clients: ExitStack
) -> None:
    with Server(service, max_connections=2) as server:
        first = clients.enter_context(connect(server))
        first.sendall(BLOCK)
        assert service.blocks.wait(WAIT_S)
        burst = [clients.enter_context(connect(server)) for _ in range(6)]
        for each in burst:
            each.sendall(GET)
        service.may_go_on.set()
        for each in (first, *burst):
            assert each.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("begun", [0, 10, len(GET)])
def test_a_client_does_not_pay_for_the_time_in_which_nothing_was_read(
    service: Blocking, clients: ExitStack, monkeypatch: pytest.MonkeyPatch, begun: int
) -> None:
    """Its connection was idle, half of its head had come, or it had had a response."""
    monkeypatch.setattr(server_module, "SWEEP_INTERVAL_S", 0.001)
    with Server(service) as server:
        late, first = (clients.enter_context(connect(server)) for _ in range(2))
        late.sendall(GET[:begun])
        if begun == len(GET):
            assert late.recv(65536)
            begun = 0
        first.sendall(BLOCK)
        assert service.blocks.wait(WAIT_S)
        late.sendall(GET[begun:])
        for name in ("HEAD_TIMEOUT_S", "BODY_TIMEOUT_S", "IDLE_TIMEOUT_S"):
            monkeypatch.setattr(connection_table, name, 0)
        # What is sent now is in time as long as nobody has read it.
        monkeypatch.setattr(connection_table, "monotonic", lambda: 1e12)
        service.may_go_on.set()
        assert late.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_server_that_stops_sends_the_rest_of_its_responses(
    service: Blocking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "SEND_TIMEOUT_S", WAIT_S)
    body = b"x" * 8_000_000
    server = Server(service).start()
    with connect(server) as raw:
        raw.sendall(b"POST /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        while not service.seen:
            service.may_go_on.wait(0.001)
        stopping = Thread(target=server.stop)
        stopping.start()
        assert receive_all(raw).endswith(b"POST /a " + body)
        stopping.join()
    assert service.losses == []


def test_a_server_that_stops_answers_what_it_has_read(service: Blocking) -> None:
    server = Server(service).start()
    with connect(server) as raw:
        raw.sendall(BLOCK)
        assert service.blocks.wait(WAIT_S)
        server.request_stop()
        service.may_go_on.set()
        assert receive_all(raw).endswith(b"GET /block ")
    server.stop()


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_lets_answers_end_and_the_second_does_not(first: int) -> None:
    stops: list[bool] = []

    class Stopping:
        def request_stop(self) -> None:
            stops.append(True)

    before = [(each, signal.getsignal(each)) for each in (signal.SIGTERM, signal.SIGINT)]
    server: Any = Stopping()
    try:
        with handle_stop_signals(server):
            signal.raise_signal(first)
            assert stops == [True]
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert before == [(each, signal.getsignal(each)) for each, _ in before]
    finally:
        for number, handler in before:
            signal.signal(number, handler)


LOADED_LATE = """
import time
from wan_mockserver.testing.fake_time import PatchingClock
real = time.monotonic
with PatchingClock().patch():
    import wan_mockserver.http.server
    from wan_mockserver.http.sockets import connection, connection_table, event_loop
    for each in (wan_mockserver.http.server, connection, connection_table, event_loop):
        assert each.monotonic is real, each
"""


def test_a_server_that_is_loaded_under_the_clock_of_a_test_measures_real_time() -> None:
    subprocess.run([sys.executable, "-c", LOADED_LATE], check=True)


# The parts


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The client's end and the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname(), timeout=WAIT_S)
        server, _ = listening.accept()
    server.settimeout(0)
    with client, server:
        yield client, server


@pytest.fixture
def loop() -> Iterator[EventLoop]:
    made = EventLoop()
    yield made
    made.close()


def test_closing_with_unread_bytes_is_no_reset(
    pair: tuple[socket.socket, socket.socket], loop: EventLoop
) -> None:
    client, server = pair
    watched = WatchedSocket(loop, server, lambda _: None)
    watched.watch(READ)
    server.sendall(b"the answer")
    client.sendall(b"more")
    while not watched.has_unread:
        pass
    assert watched.close()
    assert receive_all(client) == b"the answer"
    assert not watched.close()
    assert not watched.has_unread


def test_a_connection_stays_open_while_its_client_still_sends(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    timers = Timers()
    monkeypatch.setattr(watched_socket, "monotonic", lambda: timers.now)
    client, server = pair
    made: Any = timers
    watched = WatchedSocket(made, server, lambda _: None)
    closed: list[float] = []
    watched.linger(lambda: closed.append(timers.now))
    assert watched.lingers
    for moment in (1000.9, 1001.5, 1002.3):
        timers.run_until(moment)
        client.sendall(b"more")
        while not watched.receive():
            pass
    assert closed == []
    timers.run_until(1003.2)
    assert closed == []
    timers.run_until(1003.4)
    assert closed == [pytest.approx(1003.3)]


class Timers:
    """Stands for an event loop whose time is *now*."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._due: list[tuple[float, Any]] = []

    def call_later(self, seconds: float, function: Any) -> Timers:
        self._due.append((self.now + seconds, function))
        return self

    def run_until(self, moment: float) -> None:
        while self._due and self._due[0][0] <= moment:
            self.now, function = self._due.pop(0)
            function()
        self.now = moment


def test_what_a_timer_asks_for_is_done_in_the_same_round() -> None:
    done: list[str] = []
    loop = EventLoop(lambda: done.append("end of the round"))
    loop.call_later(0, lambda: done.append("timer"))
    loop.run_once()
    loop.close()
    assert done == ["timer", "end of the round"]


def fail() -> None:
    raise ArithmeticError


def test_a_fault_in_one_call_does_not_end_the_others() -> None:
    faults: list[Exception] = []
    done: list[str] = []
    loop = EventLoop(lambda: done.append("end of the round"), faults.append)
    loop.call(fail)
    loop.call(lambda: done.append("call"))
    loop.call_later(0, fail)
    loop.run_once()
    loop.close()
    assert done == ["call", "end of the round"]
    assert [type(each) for each in faults] == [ArithmeticError] * 2


# Less usual requests


def test_responses_without_a_body_leave_the_connection_usable(service: Blocking) -> None:
    with Server(service) as server:
        client = HTTPConnection(server.host, server.port, timeout=WAIT_S)
        for method in ("HEAD", "GET", "HEAD", "GET"):
            client.request(method, "/plain")
            response = client.getresponse()
            length = int(response.headers["Content-Length"])
            assert len(response.read()) == (0 if method == "HEAD" else length)
        client.close()


@pytest.mark.skipif(not socket.has_ipv6, reason="this system has no IPv6")
def test_it_serves_ipv6(service: Blocking) -> None:
    try:
        server = Server(service, "::1")
    except OSError:
        pytest.skip("this machine has no address of IPv6")
    with server:
        assert httpx.get(f"{server.url}/plain", timeout=WAIT_S).text == "GET /plain "
        assert service.seen[0].base_url == server.url
        assert service.seen[0].peer.startswith("::1:")
