"""Transports for httpx that ask a guard before they send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, cast

import httpx

from .errors import GuardError
from .routes import GuardedRoute, find_guarded_route
from .watch import Flight, Watch

__all__ = ["AsyncGuardTransport", "GuardTransport"]

NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    GuardError,
)
"""Errors after which no byte of a request can have arrived at the vendor."""


class GuardTransport(httpx.BaseTransport):
    """Asks *watch* about each create, and sends the rest through *inner* as it is."""

    def __init__(self, watch: Watch, inner: httpx.BaseTransport | None = None) -> None:
        self._watch = watch
        self._inner = httpx.HTTPTransport() if inner is None else inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        route = find_guarded_route(request.method, request.url.path)
        if route is None:
            return self._inner.handle_request(request)
        exchange = _Exchange(self._watch, route)
        if route.is_create:
            exchange.begin(request, request.read())
        try:
            response = self._inner.handle_request(request)
        except BaseException as error:
            exchange.fail(error)
            raise
        if exchange.wants_body(response):
            stream = cast("httpx.SyncByteStream", response.stream)
            response.stream = _WatchedStream(stream, exchange.read_later(response))
        return response

    def close(self) -> None:
        self._inner.close()


class AsyncGuardTransport(httpx.AsyncBaseTransport):
    """The same for asynchronous clients."""

    def __init__(self, watch: Watch, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._watch = watch
        self._inner = httpx.AsyncHTTPTransport() if inner is None else inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        route = find_guarded_route(request.method, request.url.path)
        if route is None:
            return await self._inner.handle_async_request(request)
        exchange = _Exchange(self._watch, route)
        if route.is_create:
            exchange.begin(request, await request.aread())
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            exchange.fail(error)
            raise
        if exchange.wants_body(response):
            stream = cast("httpx.AsyncByteStream", response.stream)
            response.stream = _AsyncWatchedStream(stream, exchange.read_later(response))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Exchange:
    """One create or poll; without a flight it is a poll."""

    def __init__(self, watch: Watch, route: GuardedRoute) -> None:
        self._watch, self._route = watch, route
        self._flight: Flight | None = None

    def begin(self, request: httpx.Request, body: bytes) -> None:
        self._flight = self._watch.begin(self._route, request.headers.get, body)

    def fail(self, error: BaseException) -> None:
        if self._flight is None:
            return
        if isinstance(error, NOT_SENT):
            self._watch.cancel(self._flight)
        else:
            self._watch.fail(self._flight, type(error).__name__)

    def wants_body(self, response: httpx.Response) -> bool:
        """Returns True if the body of *response* is still to come and matters."""
        if self._flight is None:
            if not response.is_success:
                return False
        elif self._watch.is_settled(self._flight, response.status_code):
            return False
        try:
            self._read(response.content)
        except httpx.ResponseNotRead:
            return True
        return False

    def read_later(self, response: httpx.Response) -> Callable[[bytes], None]:
        """Returns a function that takes the raw body after it arrived completely."""
        status, headers = response.status_code, response.headers

        def read_raw(raw: bytes) -> None:
            try:
                body = httpx.Response(status, headers=headers, content=raw).content
            except httpx.DecodingError:
                body = b""
            self._read(body)

        return read_raw

    def _read(self, body: bytes) -> None:
        if self._flight is None:
            self._watch.read_poll(self._route, body)
        else:
            self._watch.accept(self._flight, body)


class _WatchedStream(httpx.SyncByteStream):
    """Passes a body on as it arrives, and gives it to *finish* if it arrived completely."""

    def __init__(self, stream: httpx.SyncByteStream, finish: Callable[[bytes], None]) -> None:
        self._stream, self._finish = stream, finish

    def __iter__(self) -> Iterator[bytes]:
        parts = []
        for part in self._stream:
            parts.append(part)
            yield part
        self._finish(b"".join(parts))

    def close(self) -> None:
        self._stream.close()


class _AsyncWatchedStream(httpx.AsyncByteStream):
    """The same for asynchronous clients."""

    def __init__(self, stream: httpx.AsyncByteStream, finish: Callable[[bytes], None]) -> None:
        self._stream, self._finish = stream, finish

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = []
        async for part in self._stream:
            parts.append(part)
            yield part
        self._finish(b"".join(parts))

    async def aclose(self) -> None:
        await self._stream.aclose()
