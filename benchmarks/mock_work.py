"""What is timed of the mock server and of its peers: the same work, done with either."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from http.client import HTTPConnection
from typing import Any, Final, Protocol

import httpx
from mock_peers import HOST, Route
from timing import Measure, per_call

from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.testing.fake_time import PatchingClock
from wan_mockserver.testing.handles import WanMock

CREATE: Final = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOAD: Final = {
    "prompt": "Make it a watercolour",
    "images": ["https://example.com/portrait.jpg"],
    "size": "1280*720",
    "n": 1,
}
POLLS: Final = 3
"""As many as the mock's default lifecycle takes to the end."""

TIME_OUT, INTERVAL = 15 * 60, 10
"""Seconds for which a client waits for its task, and between two polls."""

Clients = Mapping[str, httpx.Client]


class Running(Protocol):
    port: int

    def stop(self) -> None: ...


def world(**options: Any) -> WanMock:
    """What the fixture ``wan_mock`` hands to a test."""
    return WanMock(Mock(Simulator(**{"clock": PatchingClock(), **options})))


def whole_call(client: httpx.Client) -> httpx.Response:
    """Makes a task and polls it; gives the last answer."""
    path = poll_path(client.post(CREATE, json=PAYLOAD))
    for _ in range(POLLS):
        answer = client.get(path)
        answer.json()
    return answer


def poll_path(created: httpx.Response) -> str:
    return f"{CREATE}/{created.json()['task_info']['id']}"


def whole_calls(clients: Clients, calls: int) -> dict[str, Measure]:
    """How to measure whole calls by each of *clients*.

    Raises SystemExit if one of them does not see its task complete.
    """
    for name, client in clients.items():
        status = whole_call(client).json()["task_info"]["status"]
        if status != "completed":
            raise SystemExit(f"{name}: the task is {status!r} at last, not 'completed'")
    return {name: per_call(partial(whole_call, client), calls) for name, client in clients.items()}


def recorded() -> tuple[Route, ...]:
    """The create and the last poll of a whole call as the mock answers them."""
    with world().client() as client:
        created = client.post(CREATE, json=PAYLOAD)
        path = poll_path(created)
        *_, polled = (client.get(path) for _ in range(POLLS))
    return Route.of(created), Route.of(polled)


def wait_in_vain(client: httpx.Client, path: str, clock: PatchingClock) -> None:
    """Polls until the time-out, on a clock that takes the place of Python's own."""
    with clock.patch():
        deadline = time.monotonic() + TIME_OUT
        while time.monotonic() < deadline:
            client.get(path).json()
            time.sleep(INTERVAL)


def lifetime(start: Callable[[], Running], silent: int = 0) -> float:
    """Seconds to start a server and to stop it, without those in which it serves.

    Then *silent* clients connect, who never say anything, and another one gets an answer.
    """
    begun = time.perf_counter()
    server = start()
    started = time.perf_counter() - begun
    address = HOST, server.port
    with ExitStack() as connected:
        for _ in range(silent):
            connected.enter_context(socket.create_connection(address))
        with closing(HTTPConnection(*address)) as another:
            another.request("GET", "/")
            another.getresponse().read()
        begun = time.perf_counter()
        server.stop()
        return started + time.perf_counter() - begun
