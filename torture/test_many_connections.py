"""Thousands of connections that only take up room, while another client is served.

The short form is ``mockserver/tests/test_connections.py``, which needs few descriptors.
"""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from .conftest import Progress
from .serving import serve

CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOAD = {"prompt": "Make it a watercolour", "images": ["https://example.com/a.jpg"]}
HEADERS = "Host: localhost\r\nAuthorization: Bearer crowd\r\n"
WAITING = (
    f"POST {CREATE} HTTP/1.1\r\n{HEADERS}Content-Type: application/json\r\n"
    "X-Wanproof-Scenario: timeout\r\nContent-Length: 2\r\n\r\n{}"
)

CROWDS = {
    "idle": (10_000, ""),
    "with half a head": (1000, WAITING[:60]),
    "with half a body": (1000, WAITING[:-1]),
    "unanswered": (1000, WAITING),
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with serve(tmp_path_factory.mktemp("many")) as port:
        yield port


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_crowd_keeps_no_one_waiting(port: int, crowd: str, progress: Progress) -> None:
    count, sent = CROWDS[crowd]
    own = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False)
    with ExitStack() as connections, own as http:
        for nth in range(count):
            each = socket.create_connection(("127.0.0.1", port), timeout=10)
            connections.enter_context(each).sendall(sent.encode())
            if nth % 500 == 0:
                complete_task(http)
                progress(f"{nth + 1} of {count} connections; others are served")
        for _ in range(20):
            complete_task(http)


def complete_task(http: httpx.Client) -> None:
    headers = {"Authorization": "Bearer other"}
    task = http.post(CREATE, json=PAYLOAD, headers=headers).json()["task_info"]["id"]
    states = [
        http.get(f"{CREATE}/{task}", headers=headers).json()["task_info"]["status"]
        for _ in range(3)
    ]
    assert states[-1] == "completed"
