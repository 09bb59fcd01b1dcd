"""Every way from an httpx client to a service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.delivery import Delivery
from wan_mockserver.http.httpx_transport import BASE_URL, AsyncWanTransport, WanTransport, mock
from wan_mockserver.http.messages import Request, Response

BODY = b"0123456789" * 4


class CountingClock(ManualClock):
    """Tells in which way it was slept on."""

    def __init__(self) -> None:
        super().__init__()
        self.start = self.now()
        self.ways: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.ways.append("sync")
        super().sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        self.ways.append("async")
        await asyncio.sleep(0)
        super().sleep(seconds)

    @property
    def passed(self) -> float:
        return self.now() - self.start


class Fake:
    """Gives one answer to everything."""

    def __init__(self, response: Response | None = None) -> None:
        self.response = response or Response(status=200)
        self.clock = CountingClock()
        self.seen: list[Request] = []
        self.losses: list[Response] = []

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        return self.response

    def mark_response_lost(self, response: Response) -> None:
        self.losses.append(response)


@dataclass
class Outcome:
    """What a client got, up to where it failed."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: type[Exception] | None = None
    error_at: str | None = None


ADDED = ("date", "server", "connection")
"""Headers that a server on a socket adds."""


def meet(client: httpx.Client, url: str, **options: Any) -> Outcome:
    outcome = Outcome()
    try:
        with client.stream(options.pop("method", "GET"), url, **options) as response:
            _note(outcome, response)
            for piece in response.iter_raw():
                outcome.body += piece
    except httpx.TransportError as error:
        outcome.error, outcome.error_at = type(error), error.request.url.path
    return outcome


async def meet_async(client: httpx.AsyncClient, url: str, **options: Any) -> Outcome:
    outcome = Outcome()
    try:
        async with client.stream(options.pop("method", "GET"), url, **options) as response:
            _note(outcome, response)
            async for piece in response.aiter_raw():
                outcome.body += piece
    except httpx.TransportError as error:
        outcome.error, outcome.error_at = type(error), error.request.url.path
    return outcome


def _note(outcome: Outcome, response: httpx.Response) -> None:
    outcome.status = response.status_code
    outcome.headers = {key: value for key, value in response.headers.items() if key not in ADDED}


Way = Callable[..., Outcome]


def by_transport(service: Fake, path: str = "/", **options: Any) -> Outcome:
    with httpx.Client(transport=WanTransport(service)) as client:
        return meet(client, BASE_URL + path, **options)


def by_async_transport(service: Fake, path: str = "/", **options: Any) -> Outcome:
    async def run() -> Outcome:
        async with httpx.AsyncClient(transport=AsyncWanTransport(service)) as client:
            return await meet_async(client, BASE_URL + path, **options)

    return asyncio.run(run())


def by_respx(service: Fake, path: str = "/", **options: Any) -> Outcome:
    with mock(service), httpx.Client(verify=False) as client:
        return meet(client, BASE_URL + path, **options)


def by_async_respx(service: Fake, path: str = "/", **options: Any) -> Outcome:
    async def run() -> Outcome:
        async with mock(service), httpx.AsyncClient(verify=False) as client:
            return await meet_async(client, BASE_URL + path, **options)

    return asyncio.run(run())


WAYS = [by_transport, by_async_transport, by_respx, by_async_respx]


def answer(body: bytes = BODY, status: int = 200, **delivery: Any) -> Response:
    headers = {"Content-Type": "text/plain", "X-Own": "a"}
    return Response(status=status, headers=headers, body=body, delivery=Delivery(**delivery))
