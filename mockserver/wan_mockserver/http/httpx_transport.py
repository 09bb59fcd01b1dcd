"""The mock server in the client's own process: httpx transports, and a hook for respx.

What a client meets is what it meets over a socket, exceptions of httpx included. Time-outs
count on the service's clock, so none has to be waited for unless that clock is a real one.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import unquote

from wan_validators.optional_dependencies import explain_missing_extra

from .delivery import WireEvent, iter_steps
from .messages import MAX_BODY_BYTES, Request
from .service import Service

with explain_missing_extra():
    import httpx

if TYPE_CHECKING:
    import respx

__all__ = [
    "BASE_URL",
    "BODILESS_STATUSES",
    "AsyncWanTransport",
    "DeliveryStep",
    "SideEffect",
    "WanTransport",
    "mock",
    "mount",
    "side_effect",
]

BASE_URL: Final = "http://wanproof.test"
"""A base URL for clients in process; ``.test`` is nobody's (RFC 6761)."""

BODILESS_STATUSES: Final = (204, 304)
"""Status codes of answers that have no body, nor a length of one."""

DeliveryStep = float | bytes | Literal[WireEvent.HEAD]


class WanTransport(httpx.BaseTransport):
    """For ``httpx.Client(transport=...)``; every host is *service*.

    Delays are waited for on the service's clock.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = None if _announces_too_long_body(request) else request.read()
        visit = _Transfer(self._service, request, body)
        with visit.until_answered():
            for seconds in visit.before_head():
                self._service.clock.sleep(seconds)
        return visit.answer()


class AsyncWanTransport(httpx.AsyncBaseTransport):
    """For ``httpx.AsyncClient(transport=...)``; as WanTransport otherwise."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = None if _announces_too_long_body(request) else await request.aread()
        visit = _Transfer(self._service, request, body)
        with visit.until_answered():
            for seconds in visit.before_head():
                await self._service.clock.sleep_async(seconds)
        return visit.answer()


SideEffect = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def side_effect(service: Service) -> SideEffect:
    """What a respx route answers with, whether the client is synchronous or not.

    A client meets what it meets with the transports. The call that respx records has no
    response where none began; where a body trickles or is cut, the recorded response is
    unread, since only the client reads it.
    """
    plain, asynchronous = WanTransport(service), AsyncWanTransport(service)

    def answer(request: httpx.Request) -> httpx.Response | Awaitable[httpx.Response]:
        if _is_awaited():
            return asynchronous.handle_async_request(request)
        return plain.handle_request(request)

    return answer


def mount(router: respx.Router, service: Service, base_url: str = BASE_URL) -> respx.Route:
    """Adds a route to *router* by which *service* answers for the host and port of *base_url*.

    As with every route, respx asserts at the end that it was called, unless told not to.
    """
    url = httpx.URL(base_url)
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    route = router.route(scheme=url.scheme, host=url.host, port=port)
    return route.mock(side_effect=cast("Any", side_effect(service)))


def mock(service: Service, base_url: str = BASE_URL, **options: Any) -> respx.MockRouter:
    """A ``respx.mock(**options)`` with *service* mounted: a context manager and a decorator.

    Raises ModuleNotFoundError if respx is not installed.
    """
    with explain_missing_extra():
        import respx
    router: respx.MockRouter = respx.mock(**options)
    mount(router, service, base_url)
    return router


def _is_awaited() -> bool:
    """Whether respx runs for an asynchronous client, which it tells its side effects in no way."""
    frame = inspect.currentframe()
    frame = frame and frame.f_back and frame.f_back.f_back  # past the side effect itself
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == "respx":
        if frame.f_code.co_flags & inspect.CO_COROUTINE:
            return True
        frame = frame.f_back
    return False


class _Transfer:
    """One request and its answer on its way, up to where the connection fails.

    The waiting is left to whoever takes the steps. The service hears of an answer that the
    client does not wait for to the end.
    """

    def __init__(self, service: Service, request: httpx.Request, body: bytes | None) -> None:
        self.clock = service.clock
        self._service, self._request = service, request
        self._response = service.handle(_request(request, body))
        self._bodiless = self._response.status in BODILESS_STATUSES
        self._at_stake = self._response.delivery.cut is None
        self.steps = self._steps()

    def before_head(self) -> Iterator[float]:
        """The seconds to wait before the answer begins; raises TransportError if it never does."""
        waits = takewhile(lambda step: step is not WireEvent.HEAD, self.steps)
        return cast("Iterator[float]", waits)

    @contextmanager
    def until_answered(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.leave()
            raise

    def answer(self) -> httpx.Response:
        """The answer, once its head is there; its body has yet to come."""
        delivery, body = self._response.delivery, self._body
        if delivery.cut is None and delivery.pace is None:
            self._at_stake = False
            stream: httpx.SyncByteStream = httpx.ByteStream(body)
        else:
            stream = _ResponseStream(self)
        return httpx.Response(self._response.status, headers=self._headers, stream=stream)

    def leave(self) -> None:
        """The client is no longer there; the service hears of it if that was too early."""
        if self._at_stake:
            self._at_stake = False
            self._service.mark_response_lost(self._response)

    @property
    def _body(self) -> bytes:
        left_out = self._bodiless or self._request.method == "HEAD"
        return b"" if left_out else self._response.body

    @property
    def _headers(self) -> Mapping[str, str]:
        headers = httpx.Headers(dict(self._response.headers))
        if not self._bodiless:
            headers.setdefault("Content-Length", str(len(self._response.body)))
        return headers

    def _steps(self) -> Iterator[DeliveryStep]:
        patience = self._request.extensions.get("timeout", {}).get("read")
        for step in iter_steps(self._body, self._response.delivery):
            match step:
                case bytes() | WireEvent.HEAD:
                    yield step
                case WireEvent.PART_OF_HEAD:
                    """No client learns of it."""
                case WireEvent.RESET:
                    raise httpx.ReadError("the server reset the connection", request=self._request)
                case WireEvent.GARBAGE:
                    says = "the server answered with bytes that are no HTTP"
                    raise httpx.RemoteProtocolError(says, request=self._request)
                case WireEvent.CLOSE:
                    says = "the server closed the connection before its answer was whole"
                    raise httpx.RemoteProtocolError(says, request=self._request)
                case seconds if patience is not None and seconds > patience:
                    yield patience
                    says = f"the server sent nothing for {patience} seconds"
                    raise httpx.ReadTimeout(says, request=self._request)
                case seconds:
                    yield seconds
        self._at_stake = False


class _ResponseStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, transfer: _Transfer) -> None:
        self._visit = transfer

    def __iter__(self) -> Iterator[bytes]:
        for step in self._visit.steps:
            if isinstance(step, bytes):
                yield step
            else:
                self._visit.clock.sleep(cast("float", step))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._visit.steps:
            if isinstance(step, bytes):
                yield step
            else:
                await self._visit.clock.sleep_async(cast("float", step))

    def close(self) -> None:
        self._visit.leave()

    async def aclose(self) -> None:
        self._visit.leave()


def _announces_too_long_body(request: httpx.Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) > MAX_BODY_BYTES


def _request(given: httpx.Request, body: bytes | None) -> Request:
    path, _, query = given.url.raw_path.decode("ascii").partition("?")
    return Request(
        method=given.method,
        path="/" + unquote(path).lstrip("/"),
        query=query,
        headers=httpx.Headers(given.headers.raw, encoding="latin-1"),
        body=None if body is None or len(body) > MAX_BODY_BYTES else body,
        base_url=f"{given.url.scheme}://{given.url.netloc.decode('ascii')}",
    )
