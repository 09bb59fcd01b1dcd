"""Requests at the edges of HTTP/1.1: each is answered or refused, and no other one is lost."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wan_mockserver.http.httpx_transport import BASE_URL, WanTransport
from wan_mockserver.http.server import Server
from wan_mockserver.http.sockets import request_reader
from wan_mockserver.http.sockets.request_reader import IncomingRequest, RequestReader, ServerFacts
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

from .http_services import GET, Echo, connect, receive_all

LAST = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"


@pytest.fixture
def service() -> Echo:
    return Echo()


@pytest.fixture
def connection(service: Echo) -> Iterator[socket.socket]:
    with Server(service) as server, connect(server) as raw:
        yield raw


def post(headers: str, body: str = "", version: str = "1.1") -> bytes:
    return f"POST /a HTTP/{version}\r\nHost: localhost\r\n{headers}\r\n{body}".encode()


def get_bodies(answers: bytes) -> list[bytes]:
    """Returns the bodies of *answers*, each of which begins with a method."""
    return re.findall(rb"\r\n\r\n((?:GET|POST) /\S* ?\S*?)(?=HTTP/|$)", answers)


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        *(
            f"Content-Length: {wrong}\r\n"
            for wrong in ("abc", "-5", "+5", "5 5", "5_0", "0x5", "5.0", "٥")
        ),
    ],
)
def test_a_wrong_content_length_is_refused_with_a_reason(
    connection: socket.socket, service: Echo, headers: str
) -> None:
    connection.sendall(post(headers, "hello!"))
    answer = receive_all(connection).decode()
    assert " 400 Bad Request\r\n" in answer
    assert "Content-Length is invalid; it must be one whole number" in answer
    assert service.seen == []


@pytest.mark.parametrize("digits", ["9" * 5000, "9" * 19])
def test_a_content_length_of_thousands_of_digits_is_too_long(
    connection: socket.socket, service: Echo, digits: str
) -> None:
    connection.sendall(post(f"Content-Length: {digits}\r\n", "hello"))
    assert connection.recv(65536).endswith(b"POST /a (unread)")
    assert service.seen[0].body is None


def test_a_content_length_of_thousands_of_zeros_is_read(connection: socket.socket) -> None:
    connection.sendall(post(f"Content-Length: {'0' * 5000}5\r\n", "hello"))
    assert connection.recv(65536).endswith(b"POST /a hello")


def test_a_content_length_of_thousands_of_digits_is_rejected_by_the_vendor_everywhere() -> None:
    mock = Mock(Simulator())
    headers = {"Content-Length": "9" * 5000, "Authorization": "Bearer k"}
    with httpx.Client(transport=WanTransport(mock)) as client:
        inside = client.post(BASE_URL + CREATE, content=iter([b"{"]), headers=headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with Server(mock) as server, connect(server) as raw:
        raw.sendall(post(lines, "{").replace(b"/a", CREATE.encode()))
        outside = raw.recv(65536).decode()
    assert inside.status_code == 400  # this vendor documents no 413
    assert "64 MB" in inside.text
    assert "64 MB" in outside
    assert [entry.sent.length for entry in mock.journal()] == [10**18 - 1] * 2


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_body_with_two_lengths_ends_the_connection(
    connection: socket.socket, service: Echo, version: str
) -> None:
    """What comes after it may be a request that was smuggled past a proxy."""
    chunked = "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\nContent-Length: 3\r\n"
    connection.sendall(post(chunked, "3\r\nabc\r\n0\r\n\r\n", version) + GET)
    answer = receive_all(connection)
    assert b"\r\nConnection: close\r\n" in answer
    assert [request.path for request in service.seen] == ["/a"]


def test_pipelined_requests_are_answered_in_order(connection: socket.socket) -> None:
    slow = GET.replace(b"plain", b"slow/1")
    body = post("Content-Length: 3\r\n", "abc")
    connection.sendall(GET + slow + body + slow + LAST)
    bodies = [text.rstrip() for text in get_bodies(receive_all(connection))]
    assert bodies == [b"GET /plain", b"GET /slow/1", b"POST /a abc", b"GET /slow/1", b"GET /plain"]


def test_thousands_of_pipelined_requests_are_answered(service: Echo) -> None:
    with Server(service) as server, connect(server) as raw:
        raw.sendall(GET * 3000 + LAST)
        assert receive_all(raw).count(b"HTTP/1.1 200 OK\r\n") == 3001


def test_requests_may_be_cut_anywhere(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in post("Content-Length: 3\r\n", "abc") + LAST:
        connection.sendall(bytes([octet]))
    bodies = [text.rstrip() for text in get_bodies(receive_all(connection))]
    assert bodies == [b"POST /a abc", b"GET /plain"]


def test_http_1_0_closes_unless_it_asks_otherwise(service: Echo) -> None:
    old = GET.replace(b"1.1\r\nHost: localhost", b"1.0")
    kept = old.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n")
    with Server(service) as server, connect(server) as raw:
        raw.sendall(kept + old)
        answer = receive_all(raw)
    assert answer.count(b"HTTP/1.0 200 OK\r\n") == 2
    assert answer.count(b"\r\nConnection: Keep-Alive\r\n") == 1
    assert answer.count(b"\r\nConnection: close\r\n") == 1


@pytest.mark.parametrize("length", [100, 100_000])
def test_a_body_that_ends_too_early_is_refused_with_a_reason(
    connection: socket.socket, service: Echo, length: int
) -> None:
    connection.sendall(post(f"Content-Length: {length}\r\n", "0123456789"))
    connection.shutdown(socket.SHUT_WR)
    answer = receive_all(connection).decode()
    assert " 400 Bad Request\r\n" in answer
    assert "the connection ended too early: the body" in answer
    assert service.seen == []


def test_a_body_may_wait_for_permission(connection: socket.socket) -> None:
    slow = GET.replace(b"plain", b"slow")
    connection.sendall(slow + post("Content-Length: 3\r\nExpect: 100-continue\r\n"))
    received = b""
    while not received.endswith(b"HTTP/1.1 100 Continue\r\n\r\n"):
        received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 1
    connection.sendall(b"abc")
    assert connection.recv(65536).endswith(b"POST /a abc")


def test_others_are_served_after_every_kind_of_junk(service: Echo) -> None:
    junk = [b"\0" * 300, b"GET\r\n\r\n", post("Content-Length: x\r\n"), b"GET / HTTP/1.1\nA: b\n\n"]
    with Server(service) as server:
        for each in junk:
            with connect(server) as raw:
                raw.sendall(each + b"\r\n\r\n")
                assert b" 400 Bad Request\r\n" in receive_all(raw)
        assert httpx.get(f"{server.url}/plain", timeout=30).status_code == 200


# The fast reading and the careful one

NAMES = st.sampled_from(
    ["Host", "Connection", "Content-Length", "content-type", "X-A", "x_b", "Expect", "A.b", "Te:"]
)
VALUES = st.sampled_from(
    [
        "",
        "localhost:1",
        "close",
        "keep-alive",
        "3",
        " 3 ",
        "03",
        "a\tb",
        "\u00e9",
        "x, close",
        "*/*",
    ]
)
TARGETS = st.sampled_from(
    ["/", "/a?b=c?d", "//a", "/%C3%A9%2f", "/a#b", "http://h/a", "/a b", "/\\", "*", "/%ff", "/[x]"]
)
HEADS = st.builds(
    lambda method, target, version, headers: (
        f"{method} {target} HTTP/{version}\r\n"
        + "".join(f"{name}:{value}\r\n" for name, value in headers)
        + "\r\n"
    ).encode("latin-1"),
    st.sampled_from(["GET", "POST", "HEAD", "get", "M-X"]),
    TARGETS,
    st.sampled_from(["1.1", "1.1", "1.0", "2"]),
    st.lists(st.tuples(NAMES, VALUES), max_size=4),
)


def read(data: bytes) -> list[Any]:
    facts = ServerFacts(host="127.0.0.1", port=80, max_body=1000)
    return [simplify(each) for each in RequestReader(facts, "").feed(data)]


def simplify(incoming: IncomingRequest) -> Any:
    if incoming.error:
        return "an error"
    return (incoming.request, incoming.version, incoming.closes)


@given(HEADS, st.sampled_from([b"", b"abc", b"abcGET / HTTP/1.1\r\nA: b\r\n\r\n"]))
def test_usual_requests_are_read_as_the_careful_parser_reads_them(head: bytes, body: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(request_reader, "_PLAIN_HEAD", lambda _: None)
        expected = read(head + body)
    assert read(head + body) == expected
