"""A mock whose clock stands still, a client of it, and somebody who asks its admin API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores.memory import MemoryStore

CREATE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOAD = {
    "prompt": "x",
    "images": ["https://example.com/a.jpg"],
    "size": "768*768",
    "n": 2,
}


@pytest.fixture
def make() -> Callable[..., Mock]:
    """Makes mocks; options are those of Mock and of Simulator."""

    def made(token: str | None = None, hosts: tuple[str, ...] = (), **options: Any) -> Mock:
        store = options.pop("store", None) or MemoryStore()
        clock = options.pop("clock", None) or ManualClock(store=store)
        own: dict[str, Any] = {
            "seed": 7,
            "store": store,
            "clock": clock,
            "listener": lambda exchange: None,
        }
        own |= options
        return Mock(Simulator(**own), token=token, hosts=hosts)

    return made


@pytest.fixture
def mock(make: Callable[..., Mock]) -> Mock:
    return make()


@pytest.fixture
def ask() -> Callable[..., Response]:
    """Sends one request to the admin API: *path* with its query, and *value* as JSON."""

    def asked(
        mock: Mock,
        path: str,
        value: Any = None,
        *,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = b"",
        base_url: str = "http://localhost:8321",
        root: str = "/_wanproof",
    ) -> Response:
        place, _, query = path.partition("?")
        content = body if value is None else json.dumps(value).encode()
        own = {} if content == b"" else {"Content-Type": "application/json"}
        return mock.handle(
            Request(
                method=method or ("GET" if content == b"" else "POST"),
                path=root + place,
                query=query,
                headers={**own, **(headers or {})},
                body=content,
                base_url=base_url,
            )
        )

    return asked


@pytest.fixture
def create() -> Callable[..., str]:
    """One create; gives the id of the task, "" if the answer has none."""

    def created(mock: Mock, key: str = "wanproof.ok.alice", **changes: Any) -> str:
        answer = mock.handle(
            Request(
                method="POST",
                path=CREATE,
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
                body=json.dumps(PAYLOAD | changes).encode(),
                base_url="http://localhost:8321",
            )
        )
        if answer.status != 202:
            return ""
        return str(json.loads(answer.body)["task_info"]["id"])

    return created


@pytest.fixture
def poll() -> Callable[..., Response]:
    """One poll of a task."""

    def polled(mock: Mock, task: str, key: str = "wanproof.ok.alice") -> Response:
        headers = {"Authorization": f"Bearer {key}"}
        return mock.handle(Request(method="GET", path=f"{CREATE}/{task}", headers=headers))

    return polled
