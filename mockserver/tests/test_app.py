"""The Flask application, and the server under it."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any
from wsgiref.validate import validator

import httpx
import pytest
from werkzeug.test import Client, TestResponse

from wan_mockserver.http.messages import MAX_BODY_BYTES
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Exchange

CREATE = "/model/v1/generation"
PAYLOAD = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"size": "768*768", "n": 1},
}
HEADERS = {"Authorization": "Bearer alice", "Content-Type": "application/json"}

Make = Callable[..., Simulator]
Serve = Callable[..., Server]


@pytest.fixture
def client(simulator: Make) -> Client:
    return Client(create_app(simulator(lifecycle=Polls(0))))


def finished(client: Client, **options: Any) -> TestResponse:
    task = client.post(CREATE, json=PAYLOAD, headers=HEADERS)
    return client.get(f"{CREATE}/task/{task.get_json()['id']}", headers=HEADERS, **options)


def url(answer: TestResponse) -> str:
    place = answer.get_json()["output"][0]["content"][0]["url"]
    assert isinstance(place, str)
    return place


def test_an_application_makes_its_own_simulator_from_options() -> None:
    bodies = [
        Client(create_app(seed=5)).post(CREATE, json=PAYLOAD, headers=HEADERS).get_json()
        for _ in range(2)
    ]
    assert bodies[0]["id"] == bodies[1]["id"]


def test_options_beside_a_simulator_are_refused(simulator: Make) -> None:
    with pytest.raises(TypeError, match=r"not for a given one: \['seed'\]"):
        create_app(simulator(), seed=1)


def test_result_urls_lead_to_where_the_client_found_the_server(client: Client) -> None:
    here = finished(client, base_url="https://mock.test:9000")
    below = finished(client, base_url="http://mock.test/below/")
    assert url(here).startswith("https://mock.test:9000/files/")
    assert url(below).startswith("http://mock.test/below/files/")


def test_a_host_that_is_none_does_not_get_into_urls(client: Client) -> None:
    task = client.post(CREATE, json=PAYLOAD, headers=HEADERS).get_json()
    environ = {"HTTP_HOST": "a b/<script>", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8321"}
    answer = client.get(f"{CREATE}/task/{task['id']}", headers=HEADERS, environ_overrides=environ)
    assert url(answer).startswith("http://127.0.0.1:8321/files/")


def test_head_has_the_headers_of_get_and_no_body(client: Client) -> None:
    place = url(finished(client))
    whole, head = client.get(place), client.head(place)
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(whole.data))


@pytest.mark.parametrize("method", ["GET", "PATCH", "FOO"])
@pytest.mark.parametrize("path", ["/", "/nowhere", "/model/v1/generation", "/a//b", "/é"])
def test_every_path_and_method_is_answered_in_json(client: Client, path: str, method: str) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code in (404, 405)
    assert answer.content_type == "application/json"
    body = answer.get_json()
    assert body.get("message") or body["error"]["message"]
    assert "Traceparent" in answer.headers


class Tap(io.RawIOBase):
    """An endless stream of blanks that counts what is taken from it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[:] = b" " * len(buffer)
        self.taken += len(buffer)
        return len(buffer)


def test_a_body_with_a_too_large_content_length_is_not_read(client: Client) -> None:
    tap = Tap()
    environ = {"wsgi.input": tap, "CONTENT_LENGTH": str(MAX_BODY_BYTES + 1)}
    answer = client.post(CREATE, headers=HEADERS, environ_overrides=environ)
    assert (answer.status_code, tap.taken) == (413, 0)


def test_a_body_of_unknown_length_is_read_no_further_than_the_limit(client: Client) -> None:
    tap = Tap()
    environ = {"wsgi.input": tap, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answer = client.post(CREATE, headers=HEADERS, environ_overrides=environ)
    assert answer.status_code == 413
    assert MAX_BODY_BYTES < tap.taken <= MAX_BODY_BYTES + 2**20


def test_the_application_keeps_to_wsgi(simulator: Make) -> None:
    strict = Client(validator(create_app(simulator())))
    made = strict.post(CREATE, data=json.dumps(PAYLOAD), headers=HEADERS)
    with made:
        assert made.status_code == 200


@pytest.fixture
def connection(serve: Serve) -> Iterator[socket.socket]:
    server = serve()
    with socket.create_connection((server.host, server.port), timeout=30) as raw:
        yield raw


def posted(raw: socket.socket, headers: str, body: bytes = b"") -> tuple[HTTPResponse, bytes]:
    """The answer to a request written by hand, and its body."""
    lines = f"POST {CREATE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n{headers}\r\n"
    raw.sendall(lines.encode() + body)
    answer = HTTPResponse(raw)
    answer.begin()
    with answer:
        return answer, answer.read()


def test_a_length_over_the_limit_is_refused_before_the_body_comes(
    connection: socket.socket,
) -> None:
    headers = f"Content-Length: {10**12}\r\nExpect: 100-continue\r\n"
    answer, body = posted(connection, headers, b"{")
    assert answer.status == 413
    assert "64 MB" in json.loads(body)["error"]["message"]


def test_a_client_may_send_a_refused_body_out_and_go_on(serve: Serve) -> None:
    server = serve()
    with httpx.Client(base_url=server.url, headers=HEADERS) as http:
        refused = http.post(CREATE, content=b" " * (MAX_BODY_BYTES + 1))
        accepted = http.post(CREATE, json=PAYLOAD)
    assert (refused.status_code, accepted.status_code) == (413, 200)


def test_chunks_are_put_together_and_refused_once_they_are_too_many(
    simulator: Make, connection: socket.socket
) -> None:
    text = json.dumps(PAYLOAD).encode()
    chunked = "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n"
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text)
    assert posted(connection, chunked, body)[0].status == 200

    with Server(create_app(simulator()), max_body=1000) as small:
        address = (small.host, small.port)
        with socket.create_connection(address, timeout=30) as raw:
            answer, _ = posted(raw, chunked, b"7d0\r\n" + b" " * 1500)
    assert answer.status == 400
    assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("junk", [b"\x16\x03\x01\x00\xa5\x01", b"GET\r\n\r\n", b"\0" * 100])
def test_bytes_that_are_not_http_do_no_harm(serve: Serve, junk: bytes) -> None:
    server = serve()
    with socket.create_connection((server.host, server.port), timeout=30) as raw:
        raw.sendall(junk + b"\r\n\r\n")
        assert raw.recv(65536).startswith(b"HTTP/1.0 400 ")
    assert httpx.post(server.url + CREATE, json=PAYLOAD, headers=HEADERS).status_code == 200


def test_a_client_that_disconnects_does_no_harm(serve: Serve, heard: list[Exchange]) -> None:
    server = serve()
    with socket.create_connection((server.host, server.port), timeout=30) as raw:
        raw.sendall(f"POST {CREATE} HTTP/1.1\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert httpx.post(server.url + CREATE, json=PAYLOAD, headers=HEADERS).status_code == 200
    assert len(heard) == 1


def test_a_server_that_stopped_leaves_its_port_free(simulator: Make) -> None:
    with Server(create_app(simulator())) as first:
        port = first.port
        assert httpx.get(first.url).status_code == 404
    with Server(create_app(simulator()), port=port) as second:
        assert httpx.get(second.url).status_code == 404
    with pytest.raises(httpx.ConnectError):
        httpx.get(second.url)


def test_a_port_in_use_is_an_oserror(serve: Serve, simulator: Make) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(create_app(simulator()), port=serve().port)
