"""A vendor without a network, which answers as the documents say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Answer = Callable[[httpx.Request], httpx.Response]


class FakeVendor:
    """Accepts creates and counts them. *faults* are what happens to the next ones instead."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.faults: list[int | Exception | bytes] = []
        self.polled: dict[str, Any] = {}

    @property
    def creates(self) -> int:
        return sum(request.method == "POST" for request in self.requests)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if isinstance(fault, bytes):
            return httpx.Response(200, content=fault)
        if fault is not None:
            return httpx.Response(fault, json={"error": "no"})
        if request.method == "GET":
            return httpx.Response(200, json=self.polled)
        task = f"task-{len(self.requests)}"
        if request.url.path.endswith("/model/v1/generation"):
            return httpx.Response(200, json={"id": task, "status": "in_progress"})
        return httpx.Response(202, json={"task_info": {"id": task, "status": "pending"}})

    async def answer_async(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self.answer(request)


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()
