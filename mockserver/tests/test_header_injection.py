"""Nothing from a request, a scenario or a capture starts a header, or leads out of a folder."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from wan_mockserver.captures.reading import read_capture
from wan_mockserver.captures.replay import CaptureReplay
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator

CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EVIL = "x\r\nX-Evil: 1\r\n\r\n<script>"
BREAKS = ["%0d%0aX-Evil:%201", "%0aX-Evil:%201", "%E5%98%8A%E5%98%8DX-Evil:1", "\tX-Evil: 1"]


def exchange(server: Server, head: str, body: bytes = b"") -> bytes:
    """Sends *head* as it is on a connection of its own; returns all that comes back."""
    lines = [head, "Host: localhost", "Connection: close", f"Content-Length: {len(body)}", "", ""]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as raw:
        raw.sendall("\r\n".join(lines).encode("latin-1") + body)
        return b"".join(iter(lambda: raw.recv(65536), b""))


def read_heads(received: bytes) -> list[str]:
    """Returns the lines of the first head in *received*."""
    return received.partition(b"\r\n\r\n")[0].decode("latin-1").lower().split("\r\n")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    mock = Mock(Simulator(seed=1, listener=lambda _exchange: None))
    with Server(create_app(mock)) as server:
        yield server


@pytest.mark.parametrize("text", BREAKS)
@pytest.mark.parametrize(
    "head",
    [
        "GET {create}/{text} HTTP/1.1\r\nAuthorization: Bearer wanproof.poll-redirect.a",
        "POST {create}?a={text} HTTP/1.1\r\nAuthorization: Bearer wanproof.redirect.a",
        "POST {create} HTTP/1.1\r\nAuthorization: Bearer a\r\nX-Wanproof-Scenario: {text}",
        "POST {create} HTTP/1.1\r\nAuthorization: Bearer wanproof.{text}.a",
        "GET /files/{text}/1.png HTTP/1.1\r\nRange: {text}",
        "GET /_wanproof{text} HTTP/1.1",
        "GET /_wanproof/ui/static/{text} HTTP/1.1",
        "POST /_wanproof/reset?tenant={text} HTTP/1.1\r\nContent-Type: application/json",
        "GET / HTTP/1.1\r\nTraceparent: 00-{text}-01",
        "{text} / HTTP/1.1",
    ],
)
def test_no_part_of_a_request_starts_a_header(server: Server, head: str, text: str) -> None:
    received = exchange(server, head.format(create=CREATE, text=text))

    lines = read_heads(received)
    assert lines[0].startswith("http/1.")
    assert not any(line.startswith("x-evil") for line in lines)
    assert not any("\n" in line or "\r" in line for line in lines)


@pytest.mark.parametrize("name", ["X-Trace", "Content-Type", "X-A: b\r\nX-Evil"])
def test_a_capture_starts_no_header(tmp_path: Path, name: str) -> None:
    headers = [{"name": name, "value": EVIL}, {"name": "X-Whole", "value": "yes"}]
    entry = {
        "request": {"method": "POST", "url": f"https://a.io{CREATE}", "headers": []},
        "response": {"status": 200, "headers": headers, "content": {"text": "{}"}},
    }
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": [entry]}}))
    replay = CaptureReplay(read_capture(tmp_path / "a.har"), Mock(Simulator()), strict=True)

    with Server(create_app(replay)) as server:
        received = exchange(server, f"POST {CREATE} HTTP/1.1")

    lines = read_heads(received)
    assert lines[0].startswith("http/1.1 200")
    assert "x-whole: yes" in lines
    assert not any(line.startswith("x-evil") for line in lines)
    assert received.endswith(b"\r\n\r\n{}")


OUTSIDE = [
    "../" * 9 + "etc/passwd",
    "..%2f" * 9 + "etc%2fpasswd",
    "%2e%2e/" * 9 + "etc/passwd",
    "..%252f" * 9 + "etc%252fpasswd",
    "..\\" * 9 + "etc\\passwd",
    "....//" * 9 + "etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "%00/../../../etc/passwd",
]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize(
    "folder",
    ["/", "/files/", "/files/1/", "/_wanproof/", "/_wanproof/ui/static/", "/_wanproof/tasks/"],
)
def test_no_path_leads_out_of_a_folder(server: Server, folder: str, path: str) -> None:
    received = exchange(server, f"GET {folder}{path} HTTP/1.1")

    assert b"root:" not in received
    assert int(received.split(b" ", 2)[1]) in (400, 401, 403, 404, 405)


def test_the_file_that_stands_for_all_others_can_be_read() -> None:
    """Otherwise the test above could not fail."""
    assert "root:" in Path("/etc/passwd").read_text()
