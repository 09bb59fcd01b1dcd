"""A vendor without a network, which answers as the documents say, and a client for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import httpx

from wan_validators.guard import Guard

HOST = "https://api.example.com"
I2V = f"{HOST}/vendors/alibaba/v1/wan2.5-i2v-preview/generation"
VTRIX = f"{HOST}/model/v1/generation"
NOTHING = Decimal(0)
FILM = {"prompt": "a cat", "image": "https://example.com/a.jpg", "duration": 5}
MESSAGE = {"role": "user", "content": [{"text": "x"}, {"image": "https://example.com/a.jpg"}]}
CHAT = {"model": "wan26_i2i", "input": {"messages": [MESSAGE]}, "parameters": {"n": 2}}


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


class Client:
    """Sends through a guard, with a synchronous or an asynchronous client."""

    def __init__(self, vendor: FakeVendor, kind: str) -> None:
        self.vendor, self.kind = vendor, kind

    def send(self, guarded: Guard, method: str, url: str, **more: Any) -> httpx.Response:
        if self.kind == "sync":
            inner = httpx.MockTransport(self.vendor.answer)
            with httpx.Client(transport=guarded.transport(inner)) as client:
                return client.request(method, url, **more)

        async def run() -> httpx.Response:
            inner = httpx.MockTransport(self.vendor.answer_async)
            async with httpx.AsyncClient(transport=guarded.async_transport(inner)) as client:
                return await client.request(method, url, **more)

        return asyncio.run(run())

    def create(self, guarded: Guard, payload: Any = FILM, url: str = I2V, **more: Any) -> Any:
        return self.send(guarded, "POST", url, json=payload, **more).json()


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in parts, as from a socket; an exception among them is raised."""

    def __init__(self, *parts: bytes | Exception) -> None:
        self.parts, self.closed = parts, False

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True
