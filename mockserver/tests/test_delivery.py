"""Answers that are late, slow, cut or never come, as they are met at a socket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from threading import Event

import httpx
import pytest
from werkzeug.test import Client

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.delivery import (
    DEFAULT_DELIVERY,
    GARBAGE,
    Cut,
    Delivery,
    WireEvent,
    iter_steps,
)
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app

BODY = b"0123456789" * 4
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Fake:
    """Answers every path with what was laid there, and else with a plain 200."""

    def __init__(self, **answers: Response) -> None:
        self.clock = ManualClock()
        self.answers = answers
        self.seen: list[Request] = []
        self.losses: list[Response] = []
        self.lost_one = Event()

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        return self.answers.get(request.path.strip("/"), Response(status=200, body=b"plain"))

    def mark_response_lost(self, response: Response) -> None:
        self.losses.append(response)
        self.lost_one.set()


def answer(body: bytes = BODY, **delivery: object) -> Response:
    return Response(status=200, body=body, delivery=Delivery(**delivery))  # type: ignore[arg-type]


Open = Callable[[Fake], Server]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Serves a fake on a free port until the test ends."""
    with ExitStack() as servers:
        yield lambda service: servers.enter_context(Server(create_app(service)))


def connect(server: Server) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=30)


def asked(server: Server, request: bytes = GET) -> tuple[bytes, bool]:
    """Everything that comes back to *request*, and whether a reset was what ended it."""
    received = b""
    with connect(server) as raw:
        raw.sendall(request)
        try:
            while piece := raw.recv(65536):
                received += piece
        except ConnectionResetError:
            return received, True
    return received, False


# Cuts


def test_a_reset_comes_before_the_first_byte(opened: Open) -> None:
    assert asked(opened(Fake(**{"": answer(cut=Cut.RESET)}))) == (b"", True)


@pytest.mark.parametrize("size", [2, 1001, 3_000_000])
def test_a_reset_midway_comes_after_half_of_the_body(opened: Open, size: int) -> None:
    received, reset = asked(opened(Fake(**{"": answer(b"x" * size, cut=Cut.RESET_MIDWAY)})))
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"Content-Length: {size}\r\n".encode() in head
    assert b"Connection" not in head
    assert (len(body), reset) == (size // 2, True)


def test_a_truncated_body_is_shorter_than_its_content_length(opened: Open) -> None:
    received, reset = asked(opened(Fake(**{"": answer(cut=Cut.TRUNCATED)})))
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"Content-Length: 40\r\n" in head
    assert (body, reset) == (BODY[:20], False)


def test_garbage_is_garbage(opened: Open) -> None:
    assert asked(opened(Fake(**{"": answer(cut=Cut.GARBAGE)}))) == (GARBAGE, False)


def test_silence_ends_when_patience_does(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wan_mockserver.http.delivery.MAX_SILENCE_S", 0.02)
    assert asked(opened(Fake(**{"": answer(cut=Cut.SILENCE)}))) == (b"", False)


@pytest.mark.parametrize("cut", [Cut.RESET_MIDWAY, Cut.TRUNCATED])
def test_an_answer_to_head_is_cut_in_its_head(opened: Open, cut: Cut) -> None:
    server = opened(Fake(**{"": answer(cut=cut)}))
    received, reset = asked(server, GET.replace(b"GET", b"HEAD"))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n" not in received
    assert reset is (cut is Cut.RESET_MIDWAY)


CUTS = [
    (Cut.RESET, b"", httpx.ReadError),
    (Cut.RESET_MIDWAY, BODY[:20], httpx.ReadError),
    (Cut.TRUNCATED, BODY[:20], httpx.RemoteProtocolError),
    (Cut.GARBAGE, b"", httpx.RemoteProtocolError),
    (Cut.SILENCE, b"", httpx.ReadTimeout),
]


@pytest.mark.parametrize(("cut", "expected", "error"), CUTS)
def test_what_httpx_makes_of_it(
    opened: Open, cut: Cut, expected: bytes, error: type[httpx.TransportError]
) -> None:
    service = Fake(**{"": answer(cut=cut)})
    server = opened(service)
    seconds = httpx.Timeout(30, read=0.05 if cut is Cut.SILENCE else 30)
    plain, asynchronous = bytearray(), bytearray()

    def read() -> None:
        with httpx.stream("GET", server.url, timeout=seconds) as response:
            for piece in response.iter_raw():
                plain.extend(piece)

    async def read_async() -> None:
        async with (
            httpx.AsyncClient(timeout=seconds) as client,
            client.stream("GET", server.url) as response,
        ):
            async for piece in response.aiter_raw():
                asynchronous.extend(piece)

    with pytest.raises(httpx.TransportError) as raised:
        read()
    with pytest.raises(httpx.TransportError) as raised_async:
        asyncio.run(read_async())
    assert (raised.type, raised_async.type) == (error, error)
    assert (bytes(plain), bytes(asynchronous)) == (expected, expected)
    server.stop()
    assert service.losses == []


def test_a_request_is_read_to_its_end_before_a_reset(opened: Open) -> None:
    service = Fake(**{"": answer(cut=Cut.RESET)})
    server = opened(service)
    with pytest.raises(httpx.ReadError):
        httpx.post(server.url, content=b"x" * 5_000_000, timeout=30)
    assert [len(request.body or b"") for request in service.seen] == [5_000_000]


# Delay and pace


def test_a_connection_lives_on_after_late_and_slow_answers(opened: Open) -> None:
    service = Fake(
        late=answer(delay=0.01), slow=answer(pace=2000.0), both=answer(delay=0.01, pace=2000.0)
    )
    server = opened(service)
    connection = HTTPConnection(server.host, server.port, timeout=30)
    connection.connect()
    own = connection.sock.getsockname()
    for path in ("/late", "/slow", "/both", "/plain", "/late"):
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.read() == (b"plain" if path == "/plain" else BODY)
        assert connection.sock.getsockname() == own
    connection.close()
    server.stop()
    assert service.losses == []


def test_a_client_of_http_1_0_is_hung_up_on_after_a_late_answer(opened: Open) -> None:
    server = opened(Fake(**{"": answer(delay=0.01)}))
    received, reset = asked(server, GET.replace(b"1.1", b"1.0"))
    assert received.endswith(b"\r\n\r\n" + BODY)
    assert not reset


def test_answers_to_requests_sent_at_once_keep_their_order(opened: Open) -> None:
    server = opened(Fake(late=answer(delay=0.05)))
    last = GET.replace(b"1.1\r\n", b"1.1\r\nConnection: close\r\n")
    received, reset = asked(server, GET.replace(b"/", b"/late", 1) + last)
    answers = received.split(b"HTTP/1.1 200 OK\r\n")
    assert [text.partition(b"\r\n\r\n")[2] for text in answers] == [b"", BODY, b"plain"]
    assert not reset


def test_a_slow_body_comes_in_pieces(opened: Open) -> None:
    server = opened(Fake(**{"": answer(b"abc", pace=100.0)}))
    with httpx.stream("GET", server.url, timeout=30) as response:
        assert b"".join(response.iter_raw()) == b"abc"
    one_by_one = [*iter_steps(b"abc", Delivery(pace=1.0))]
    assert one_by_one == [WireEvent.HEAD, 1.0, b"a", 1.0, b"b", 1.0, b"c"]


# Clients that go away, and a server that does


@pytest.mark.parametrize(
    "response", [answer(delay=300.0), answer(pace=0.01), answer(delay=0.01, pace=0.01)]
)
def test_an_abandoned_response_is_lost_once(opened: Open, response: Response) -> None:
    service = Fake(**{"": response})
    server = opened(service)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(server.url, timeout=httpx.Timeout(30, read=0.1))
    assert service.lost_one.wait(30)
    assert httpx.get(f"{server.url}/plain", timeout=30).text == "plain"
    server.stop()
    assert service.losses == [response]


def test_a_body_that_was_not_taken_is_lost(opened: Open) -> None:
    """A client that is gone with most of a big body still on the server's side."""
    response = answer(b"x" * 20_000_000, delay=0.01)
    service = Fake(**{"": response})
    server = opened(service)
    with connect(server) as raw:
        raw.sendall(GET)
        assert raw.recv(100)
    assert service.lost_one.wait(30)
    server.stop()
    assert service.losses == [response]


def test_a_server_that_stops_loses_what_is_late(opened: Open) -> None:
    response = answer(delay=300.0)
    service = Fake(late=response, never=answer(cut=Cut.SILENCE))
    server = opened(service)
    with connect(server) as late, connect(server) as never:
        late.sendall(GET.replace(b"/", b"/late", 1))
        never.sendall(GET.replace(b"/", b"/never", 1))
        assert httpx.get(server.url, timeout=30).text == "plain"
        while len(service.seen) < 3:
            Event().wait(0.001)
        server.stop()
        assert (late.recv(1), never.recv(1)) == (b"", b"")
    assert service.losses == [response]


def test_a_client_that_only_stops_sending_is_answered(opened: Open) -> None:
    server = opened(Fake())
    with connect(server) as raw:
        raw.sendall(GET)
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_an_answer_that_cannot_be_sent_is_an_error_at_once(opened: Open) -> None:
    never = Response(status=200, headers={"Connection": "no"}, delivery=Delivery(delay=300.0))
    response = httpx.get(opened(Fake(**{"": never})).url, timeout=30)
    assert response.status_code == 500


def test_those_who_wait_keep_no_one_waiting(opened: Open) -> None:
    service = Fake(never=answer(cut=Cut.SILENCE))
    server = opened(service)
    with ExitStack() as silent:
        for _ in range(20):
            raw = silent.enter_context(connect(server))
            raw.sendall(GET.replace(b"/", b"/never", 1))
        while len(service.seen) < 20:
            Event().wait(0.001)
        assert httpx.get(server.url, timeout=30).text == "plain"
        server.stop()
    assert service.losses == []


# The application under another server


@pytest.mark.parametrize("cut", Cut)
def test_another_server_rejects_cuts(cut: Cut) -> None:
    response = Client(create_app(Fake(**{"": answer(cut=cut)}))).get("/")
    assert response.status_code == 501
    assert response.content_type == "application/json"
    message = response.get_json()["message"]
    assert repr(cut.value) in message
    assert "wanproof serve" in message


def test_another_server_delays_and_trickles() -> None:
    service = Fake(**{"": answer(delay=0.01, pace=2000.0)})
    with Client(create_app(service)).get("/") as response:
        assert response.data == BODY
        assert response.headers["Content-Length"] == "40"
    assert service.losses == []


def test_another_server_tells_of_a_client_that_goes_away() -> None:
    service = Fake(**{"": answer(pace=1000.0)})
    with Client(create_app(service)).get("/", buffered=False) as response:
        assert next(iter(response.response))
    assert service.losses == [service.answers[""]]


@pytest.mark.parametrize("delivery", [DEFAULT_DELIVERY, Delivery(delay=0.01)])
def test_headers_go_out_as_they_are(opened: Open, delivery: Delivery) -> None:
    bare = Response(status=202, delivery=delivery)
    json_ = Response.json(200, {"a": 1}, {"X-Own": "b"})
    server = opened(Fake(bare=bare, json=json_))
    assert "content-type" not in httpx.get(f"{server.url}/bare", timeout=30).headers
    response = httpx.get(f"{server.url}/json?x=%20&y", timeout=30)
    assert json.loads(response.text) == {"a": 1}
    assert response.headers["X-Own"] == "b"
    assert response.headers["Content-Type"] == "application/json"


def test_a_query_is_handed_on_as_it_came(opened: Open) -> None:
    service = Fake()
    httpx.get(f"{opened(service).url}/a%20b/?x=%20y&z", timeout=30)
    assert [(seen.path, seen.query) for seen in service.seen] == [("/a b/", "x=%20y&z")]
