"""The mock server in the client's own process: httpx transports, and a hook for respx.

A client sees the same as over a socket, exceptions of httpx included. Time-outs count on the
service's clock, so only a real clock makes them take real time.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import unquote

from wan_validators.optional_dependencies import explain_missing_extra

from .delivery import WireEvent, iter_steps
from .file_host import find_file_host
from .messages import BODILESS_STATUSES, MAX_BODY_BYTES, Request, parse_length
from .service import Service

with explain_missing_extra():
    import httpx

if TYPE_CHECKING:
    import respx

__all__ = [
    "BASE_URL",
    "AsyncWanTransport",
    "DeliveryStep",
    "SideEffect",
    "WanTransport",
    "mock",
    "mount",
    "side_effect",
]

BASE_URL: Final = "http://wanproof.test"
"""The base URL for clients in process; nobody can own ``.test`` (RFC 6761)."""

DeliveryStep = float | bytes | Literal[WireEvent.HEAD]


class WanTransport(httpx.BaseTransport):
    """A transport for ``httpx.Client(transport=...)``; *service* answers for every host.

    Delays take place on the service's clock.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = None if _announces_too_long_body(request) else request.read()
        transfer = _Transfer(self._service, request, body)
        if transfer.has_waits:
            with transfer.leave_on_error():
                for seconds in transfer.iter_waits():
                    self._service.clock.sleep(seconds)
        return transfer.build_response()


class AsyncWanTransport(httpx.AsyncBaseTransport):
    """A transport for ``httpx.AsyncClient(transport=...)``, otherwise like WanTransport."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = None if _announces_too_long_body(request) else await request.aread()
        transfer = _Transfer(self._service, request, body)
        if transfer.has_waits:
            with transfer.leave_on_error():
                for seconds in transfer.iter_waits():
                    await self._service.clock.sleep_async(seconds)
        return transfer.build_response()


SideEffect = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def side_effect(service: Service) -> SideEffect:
    """Returns a side effect for a respx route, for synchronous and asynchronous clients.

    A client sees the same as with the transports. The call that respx records has no response
    if none began. If a body is slow or cut, the recorded response is unread, because only the
    client reads it.
    """
    plain, asynchronous = WanTransport(service), AsyncWanTransport(service)

    def answer(request: httpx.Request) -> httpx.Response | Awaitable[httpx.Response]:
        if _is_awaited():
            return asynchronous.handle_async_request(request)
        return plain.handle_request(request)

    return answer


def mount(router: respx.Router, service: Service, base_url: str = BASE_URL) -> respx.Route:
    """Adds a route to *router*: *service* answers for the host and port of *base_url*.

    By default respx asserts at the end that every route was called.
    """
    url = httpx.URL(base_url)
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    hosts = tuple(dict.fromkeys((url.host, find_file_host(url.host))))
    route = router.route(scheme=url.scheme, host__in=hosts, port=port)
    return route.mock(side_effect=cast("Any", side_effect(service)))


def mock(service: Service, base_url: str = BASE_URL, **options: Any) -> respx.MockRouter:
    """Returns a ``respx.mock(**options)`` with *service* mounted, also usable as decorator.

    Raises ModuleNotFoundError if respx is not installed.
    """
    with explain_missing_extra():
        import respx
    router: respx.MockRouter = respx.mock(**options)
    mount(router, service, base_url)
    return router


def _is_awaited() -> bool:
    """Returns True if respx runs for an asynchronous client, which only its frames show."""
    frame = inspect.currentframe()
    frame = frame and frame.f_back and frame.f_back.f_back  # past the side effect itself
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == "respx":
        if frame.f_code.co_flags & inspect.CO_COROUTINE:
            return True
        frame = frame.f_back
    return False


class _Transfer:
    """The transmission of one request and its response, up to where the connection fails.

    The caller of the steps waits. If the client stops before the end, the service is informed.
    """

    def __init__(self, service: Service, request: httpx.Request, body: bytes | None) -> None:
        self.clock = service.clock
        self._service, self._request = service, request
        self._response = service.handle(_build_request(request, body))
        self._bodiless = self._response.status in BODILESS_STATUSES
        self._can_be_lost = self._response.delivery.cut is None
        self.steps = self._iter_steps()

    @property
    def has_waits(self) -> bool:
        """Whether something happens before the response, which is rare."""
        return not self._response.delivery.is_plain

    def iter_waits(self) -> Iterator[float]:
        """Yields the waits before the response. Raises TransportError if it never begins."""
        waits = takewhile(lambda step: step is not WireEvent.HEAD, self.steps)
        return cast("Iterator[float]", waits)

    @contextmanager
    def leave_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.leave()
            raise

    def build_response(self) -> httpx.Response:
        """Returns the response after its head arrived; its body is still to come."""
        delivery, body = self._response.delivery, self._body
        if delivery.cut is None and delivery.pace is None and not delivery.pauses:
            self._can_be_lost = False
            stream: httpx.SyncByteStream = httpx.ByteStream(body)
        else:
            stream = _ResponseStream(self)
        return httpx.Response(self._response.status, headers=self._headers, stream=stream)

    def leave(self) -> None:
        """Ends the transfer and informs the service if the response is incomplete."""
        if self._can_be_lost:
            self._can_be_lost = False
            self._service.mark_response_lost(self._response)

    @property
    def _body(self) -> bytes:
        left_out = self._bodiless or self._request.method == "HEAD"
        return b"" if left_out else self._response.body

    @property
    def _headers(self) -> Mapping[str, str]:
        headers = self._response.headers
        if self._bodiless or "content-length" in map(str.lower, headers):
            return headers
        return {**headers, "Content-Length": str(len(self._response.body))}

    def _iter_steps(self) -> Iterator[DeliveryStep]:
        read_timeout = self._request.extensions.get("timeout", {}).get("read")
        for step in iter_steps(self._body, self._response.delivery):
            match step:
                case bytes() | WireEvent.HEAD:
                    yield step
                case WireEvent.PART_OF_HEAD:
                    """No client sees it."""
                case WireEvent.RESET:
                    raise httpx.ReadError("the server reset the connection", request=self._request)
                case WireEvent.GARBAGE:
                    message = "the server answered with bytes that are no HTTP"
                    raise httpx.RemoteProtocolError(message, request=self._request)
                case WireEvent.CLOSE:
                    message = "the server closed the connection before its answer was whole"
                    raise httpx.RemoteProtocolError(message, request=self._request)
                case seconds if read_timeout is not None and seconds > read_timeout:
                    yield read_timeout
                    message = f"the server sent nothing for {read_timeout} seconds"
                    raise httpx.ReadTimeout(message, request=self._request)
                case seconds:
                    yield seconds
        self._can_be_lost = False


class _ResponseStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a response, as it arrives."""

    def __init__(self, transfer: _Transfer) -> None:
        self._transfer = transfer

    def __iter__(self) -> Iterator[bytes]:
        for step in self._transfer.steps:
            if isinstance(step, bytes):
                yield step
            else:
                self._transfer.clock.sleep(cast("float", step))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._transfer.steps:
            if isinstance(step, bytes):
                yield step
            else:
                await self._transfer.clock.sleep_async(cast("float", step))

    def close(self) -> None:
        self._transfer.leave()

    async def aclose(self) -> None:
        self._transfer.leave()


def _announces_too_long_body(request: httpx.Request) -> bool:
    return parse_length(request.headers.get("content-length", "")) > MAX_BODY_BYTES


def _decode_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Decodes headers as servers do; one that comes twice has both values."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.lower().decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _build_request(request: httpx.Request, body: bytes | None) -> Request:
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return Request(
        method=request.method,
        path="/" + unquote(path).removeprefix("/"),
        query=query,
        headers=_decode_headers(request.headers.raw),
        body=None if body is None or len(body) > MAX_BODY_BYTES else body,
        base_url=f"{request.url.scheme}://{request.url.netloc.decode('ascii')}",
    )
