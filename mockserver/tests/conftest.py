"""A simulator with a clock that stands still, and the same on a socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Exchange


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_710_000_000.0)


@pytest.fixture
def heard() -> list[Exchange]:
    """Everything that passed through simulators made by :func:`simulator`."""
    return []


@pytest.fixture
def simulator(clock: ManualClock, heard: list[Exchange]) -> Callable[..., Simulator]:
    """Makes simulators; all options may be given."""

    def make(**options: Any) -> Simulator:
        return Simulator(**{"seed": 7, "clock": clock, "listener": heard.append, **options})

    return make


@pytest.fixture
def send() -> Callable[..., Response]:
    """Sends one request to a simulator, as a well-behaved client would unless told otherwise."""

    def sent(
        server: Simulator,
        method: str,
        path: str,
        value: Any = None,
        *,
        key: str = "alice",
        headers: dict[str, str] | None = None,
        body: bytes | None = b"",
        query: str = "",
    ) -> Response:
        own = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        content = body if value is None else json.dumps(value).encode()
        return server.handle(
            Request(
                method=method,
                path=path,
                query=query,
                headers={**own, **(headers or {})},
                body=content,
                base_url="http://mock.example.com:8321",
            )
        )

    return sent


@pytest.fixture
def serve(simulator: Callable[..., Simulator]) -> Iterator[Callable[..., Server]]:
    """Makes servers on free ports of the loopback address; they end with the test."""
    with ExitStack() as servers:
        yield lambda **options: servers.enter_context(Server(create_app(simulator(**options))))
