"""More connections than the server has room for, and clients that never finish."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import httpx
import pytest

from wan_mockserver.http import server as server_module
from wan_mockserver.http.server import Server
from wan_mockserver.http.sockets import connection as connection_module
from wan_mockserver.http.sockets import connection_table as table_module

from .http_services import GET, NEVER, Echo, connect, receive_all

ROOM = 20

HALF_SENT = GET[:30]
BEGUN_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n0123456789"

Open = Callable[..., Server]


@pytest.fixture
def service() -> Echo:
    return Echo()


@pytest.fixture
def opened(service: Echo) -> Iterator[Open]:
    with ExitStack() as servers:
        yield lambda **options: servers.enter_context(Server(service, **options))


@pytest.fixture
def clients() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def is_closed(connection: socket.socket) -> bool:
    """Returns whether the server closes *connection*, in order or not."""
    with suppress(ConnectionResetError):
        return connection.recv(65536) == b""
    return True


def wait_for_requests(service: Echo, count: int) -> None:
    while len(service.seen) < count:
        threading.Event().wait(0.001)


@pytest.mark.parametrize("sent", [b"", HALF_SENT, BEGUN_BODY])
def test_the_longest_idle_connection_makes_room(
    opened: Open, clients: ExitStack, sent: bytes
) -> None:
    server = opened(max_connections=ROOM)
    idle = [clients.enter_context(connect(server)) for _ in range(ROOM)]
    for each in idle:
        each.sendall(sent)
    for _ in range(3):
        newcomer = clients.enter_context(connect(server))
        newcomer.sendall(GET)
        assert newcomer.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert all(map(is_closed, idle[:3]))
    for each in idle[3:]:
        each.settimeout(0.001)
        with pytest.raises(TimeoutError):
            each.recv(1)


def test_a_connection_in_use_is_not_the_longest_idle_one(opened: Open, clients: ExitStack) -> None:
    server = opened(max_connections=2)
    used, idle = (clients.enter_context(connect(server)) for _ in range(2))
    for each in (idle, used):
        each.sendall(GET)
        assert each.recv(65536)
    assert httpx.get(f"{server.url}/plain", timeout=30).status_code == 200
    assert is_closed(idle)
    used.sendall(GET)
    assert used.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_responses_that_never_come_hold_no_thread(
    opened: Open, clients: ExitStack, service: Echo
) -> None:
    server = opened()
    assert httpx.get(f"{server.url}/slow", timeout=30).text == "GET /slow "
    before = threading.active_count()
    for _ in range(300):
        clients.enter_context(connect(server)).sendall(NEVER)
    wait_for_requests(service, 301)
    assert threading.active_count() == before
    assert httpx.get(f"{server.url}/plain", timeout=30).text == "GET /plain "


def test_a_client_waits_while_all_places_wait_for_responses(
    opened: Open, clients: ExitStack, service: Echo
) -> None:
    server = opened(max_connections=3)
    waiting = [clients.enter_context(connect(server)) for _ in range(3)]
    for each in waiting:
        each.sendall(NEVER)
    wait_for_requests(service, 3)
    newcomer = clients.enter_context(connect(server))
    newcomer.sendall(GET)
    newcomer.settimeout(0.05)
    with pytest.raises(TimeoutError):
        newcomer.recv(1)
    waiting[0].close()
    newcomer.settimeout(30)
    assert newcomer.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        (HALF_SENT, "the head of the request is not complete"),
        (BEGUN_BODY, "the body of the request is not complete"),
        (
            BEGUN_BODY.replace(b"100", b"100000"),
            "the body has 10 bytes, but Content-Length is 100000",
        ),
    ],
)
def test_a_request_that_never_becomes_complete_is_answered(
    opened: Open, clients: ExitStack, monkeypatch: pytest.MonkeyPatch, sent: bytes, missing: str
) -> None:
    monkeypatch.setattr(server_module, "SWEEP_INTERVAL_S", 0.02)
    for name in ("HEAD_TIMEOUT_S", "BODY_TIMEOUT_S"):
        monkeypatch.setattr(table_module, name, 0.02)
    connection = clients.enter_context(connect(opened()))
    connection.sendall(sent)
    answer = receive_all(connection).decode()
    assert " 408 Request Timeout\r\n" in answer
    assert missing in answer


def test_a_head_that_comes_byte_by_byte_has_no_more_time(
    opened: Open, clients: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "HEAD_TIMEOUT_S", 0.1)
    monkeypatch.setattr(server_module, "SWEEP_INTERVAL_S", 0.01)
    connection = clients.enter_context(connect(opened()))
    connection.settimeout(0.01)
    answer = b""
    for octet in GET[:1] * 10_000:
        with suppress(ConnectionError):
            connection.sendall(bytes([octet]))
        with suppress(TimeoutError, ConnectionError):
            answer = connection.recv(65536)
        if answer:
            break
    assert b" 408 " in answer


def test_an_idle_connection_is_closed_in_the_end(
    opened: Open, clients: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "SWEEP_INTERVAL_S", 0.02)
    for name in ("BODY_TIMEOUT_S", "IDLE_TIMEOUT_S"):
        monkeypatch.setattr(table_module, name, 0.02)
    connection = clients.enter_context(connect(opened()))
    connection.sendall(GET)
    assert receive_all(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_body_that_is_not_taken_is_lost(opened: Open, service: Echo) -> None:
    with connect(opened()) as connection:
        body = b"x" * 20_000_000
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert connection.recv(100)
    while not service.losses:
        threading.Event().wait(0.001)
    assert len(service.losses) == 1


def test_a_fault_of_ours_ends_one_connection_only(
    opened: Open, clients: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = opened()
    with monkeypatch.context() as patch:
        patch.setattr(connection_module, "build_head", lambda *_, **__: 1 / 0)
        broken = clients.enter_context(connect(server))
        broken.sendall(GET)
        assert is_closed(broken)
    assert httpx.get(f"{server.url}/plain", timeout=30).status_code == 200


def test_a_server_ends_while_all_its_places_are_taken(service: Echo, clients: ExitStack) -> None:
    with Server(service, max_connections=1) as server:
        connection = clients.enter_context(connect(server))
        connection.sendall(NEVER)
        wait_for_requests(service, 1)
        clients.enter_context(connect(server))
    assert is_closed(connection)
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)
