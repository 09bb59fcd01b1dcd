"""A mock with a page, and a client that uses it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.stores.memory import MemoryStore
from wan_validators.catalog import model as find_model

IMAGES = "wan2.5-i2i-preview"
VIDEOS = "wan2.2-i2v-plus"
PAYLOAD = {"prompt": "a kite", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}
FILM = {"prompt": "a kite", "image": "https://example.com/a.jpg", "resolution": "480P"}


BASE = "http://127.0.0.1:8321"


class Client:
    """Does with *mock* what a client does, and what a browser does."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def create(self, key: str = "alice", model: str = IMAGES, **changes: Any) -> Response:
        """Tenants are named by keys such as wanproof.ok.bob."""
        payload = {**(FILM if model == VIDEOS else PAYLOAD), **changes}
        return self._send("POST", find_model(model).create_path, key, payload)

    def poll(self, task: str, key: str, times: int = 3, model: str = IMAGES) -> None:
        for _ in range(times):
            self._send("GET", find_model(model).poll_path.format(task_id=task), key)

    def finished(self, key: str = "wanproof.ok.alice", model: str = IMAGES, **changes: Any) -> str:
        """Makes a task and polls it to its end; gives its id."""
        task: str = json.loads(self.create(key, model, **changes).body)["task_info"]["id"]
        self.poll(task, key, model=model)
        return task

    def send(self, method: str, path: str, key: str = "alice") -> Response:
        return self._send(method, path, key)

    def get(self, path: str, query: str = "", **headers: str) -> Response:
        return self.mock.handle(
            Request(
                method="GET",
                path=f"/_wanproof{path}",
                query=query,
                headers=headers,
                base_url=BASE,
            ),
        )

    def page(self, query: str = "") -> str:
        return self.get("/", query).body.decode()

    def post(self, path: str, **fields: str) -> Response:
        """Sends a form as the page does; see :meth:`post_plainly`."""
        return self.post_plainly(path, {"HX-Request": "true"}, **fields)

    def post_plainly(
        self, path: str, headers: Mapping[str, str] = MappingProxyType({}), /, **fields: str
    ) -> Response:
        """Sends a form as a browser without scripts does."""
        own = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.mock.handle(
            Request(
                method="POST",
                path=f"/_wanproof{path}",
                base_url=BASE,
                headers={**own, **headers},
                body=urlencode(fields).encode(),
            ),
        )

    def _send(self, method: str, path: str, key: str, payload: Any = None) -> Response:
        return self.mock.handle(
            Request(
                method=method,
                path=path,
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
                body=json.dumps(payload).encode() if payload else b"",
            )
        )


@pytest.fixture
def mock() -> Mock:
    store = MemoryStore()
    clock = ManualClock(store=store)
    return Mock(Simulator(seed=7, clock=clock, store=store, listener=lambda exchange: None))


@pytest.fixture
def client(mock: Mock) -> Client:
    return Client(mock)
