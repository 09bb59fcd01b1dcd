"""The mock server in the client's process, and that nothing differs from a socket."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
import respx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wan_mockserver import transport
from wan_mockserver.app import create_app
from wan_mockserver.clock import ManualClock
from wan_mockserver.delivery import PATIENCE, WHOLE, Cut, Delivery
from wan_mockserver.messages import Request, Response
from wan_mockserver.server import Server
from wan_mockserver.transport import BASE_URL, AsyncWanTransport, WanTransport, mock, mount

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

    def lost(self, response: Response) -> None:
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
ways = pytest.mark.parametrize("way", WAYS)


def answer(body: bytes = BODY, status: int = 200, **delivery: Any) -> Response:
    headers = {"Content-Type": "text/plain", "X-Own": "a"}
    return Response(status=status, headers=headers, body=body, delivery=Delivery(**delivery))


# Cuts


@ways
@pytest.mark.parametrize(
    ("cut", "status", "body", "error"),
    [
        (None, 200, BODY, None),
        (Cut.RESET, None, b"", httpx.ReadError),
        (Cut.RESET_MIDWAY, 200, BODY[:20], httpx.ReadError),
        (Cut.TRUNCATED, 200, BODY[:20], httpx.RemoteProtocolError),
        (Cut.GARBAGE, None, b"", httpx.RemoteProtocolError),
        (Cut.SILENCE, None, b"", httpx.ReadTimeout),
    ],
)
def test_a_cut_is_the_exception_that_a_socket_gives(
    way: Way, cut: Cut | None, status: int | None, body: bytes, error: type[Exception] | None
) -> None:
    service = Fake(answer(cut=cut))
    got = way(service, timeout=3.0)
    assert (got.status, got.body, got.error) == (status, body, error)
    assert service.clock.passed == (3.0 if cut is Cut.SILENCE else 0.0)
    assert service.losses == []


@ways
def test_who_waits_for_ever_is_hung_up_on(way: Way) -> None:
    service = Fake(answer(cut=Cut.SILENCE))
    assert way(service, timeout=None).error is httpx.RemoteProtocolError
    assert service.clock.passed == PATIENCE


# Delay and pace


@ways
def test_a_delay_passes_on_the_clock(way: Way) -> None:
    service = Fake(answer(delay=4.0))
    assert way(service, timeout=5.0).body == BODY
    assert service.clock.passed == 4.0
    assert service.losses == []


@ways
def test_a_delay_longer_than_the_time_out_loses_the_answer(way: Way) -> None:
    service = Fake(answer(delay=4.0))
    got = way(service, timeout=httpx.Timeout(60.0, read=3.0))
    assert (got.status, got.error) == (None, httpx.ReadTimeout)
    assert service.clock.passed == 3.0
    assert service.losses == [service.response]


@ways
def test_a_body_trickles_and_only_pauses_count_against_the_time_out(way: Way) -> None:
    service = Fake(answer(delay=0.5, pace=2.0))
    assert way(service, timeout=0.5).body == BODY
    assert service.clock.passed == 20.5
    assert service.losses == []


@ways
def test_a_body_that_trickles_too_slowly_is_lost(way: Way) -> None:
    service = Fake(answer(pace=0.25))
    got = way(service, timeout=1.0)
    assert (got.status, got.body, got.error) == (200, b"", httpx.ReadTimeout)
    assert service.clock.passed == 1.0
    assert service.losses == [service.response]


@ways
@pytest.mark.parametrize("delay", [1, 1.5])
def test_waiting_is_done_in_the_way_of_the_client(way: Way, delay: float) -> None:
    """Also with respx, which does not say whose request it is."""
    service = Fake(answer(b"ab", delay=delay, pace=1.0))
    way(service)
    name = "async" if way in (by_async_transport, by_async_respx) else "sync"
    assert service.clock.ways == [name] * 3


def test_a_synchronous_client_in_a_coroutine_is_known_as_one() -> None:
    service = Fake(answer(delay=1.0))

    async def run() -> int:
        with mock(service):
            return httpx.get(BASE_URL).status_code

    assert asyncio.run(run()) == 200
    assert service.clock.ways == ["sync"]


# Clients that lose interest


@pytest.mark.parametrize(
    ("delivery", "lost"),
    [
        (Delivery(pace=20.0), True),
        (Delivery(pace=20.0, cut=Cut.TRUNCATED), False),
        (Delivery(delay=1.0), False),
        (WHOLE, False),
    ],
)
def test_who_closes_early_loses_what_was_yet_to_come(delivery: Delivery, *, lost: bool) -> None:
    service = Fake(replace(answer(), delivery=delivery))
    with httpx.Client(transport=WanTransport(service)) as client:
        response = client.send(client.build_request("GET", BASE_URL), stream=True)
        assert next(response.iter_raw())
        response.close()
        response.close()
    assert service.losses == ([service.response] if lost else [])


def test_who_cancels_a_request_loses_the_answer() -> None:
    service = Fake(answer(delay=1.0))
    service.clock.sleep_async = asyncio.sleep  # type: ignore[assignment]

    async def run() -> None:
        async with httpx.AsyncClient(transport=AsyncWanTransport(service)) as client:
            request = asyncio.ensure_future(client.get(BASE_URL))
            while not service.seen:
                await asyncio.sleep(0)
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request

    asyncio.run(run())
    assert service.losses == [service.response]


# What the service sees


@pytest.mark.parametrize("path", ["/", "/a%20b/%C3%A9?x=%20y&z", "//a//b", "/é?q=é", "/a%2Fb?"])
def test_the_service_sees_what_it_sees_behind_a_socket(path: str) -> None:
    options: dict[str, Any] = {
        "method": "POST",
        "content": BODY,
        "headers": [("X-Many", "1"), ("X-Many", "2"), ("X-Odd", "é".encode("latin-1"))],
    }
    over = Fake()
    with Server(create_app(over)) as server, httpx.Client(verify=False) as client:
        meet(client, server.url + path, **options)
    for way in WAYS:
        service = Fake()
        way(service, path, **options)
        expected, seen = over.seen[0], service.seen[0]
        assert seen == replace(expected, headers=seen.headers, base_url=BASE_URL)
        assert {**seen.headers, "host": ""} == {**expected.headers, "host": ""}


@ways
def test_urls_begin_as_the_client_began(way: Way) -> None:
    service = Fake()
    way(service)
    assert service.seen[0].base_url == "http://wanproof.test"


def test_a_port_and_a_scheme_of_ones_own_are_kept() -> None:
    service = Fake()
    with httpx.Client(transport=WanTransport(service)) as client:
        client.get("https://[::1]:8443/a")
        client.get("https://mock.test:443/a")
    assert [seen.base_url for seen in service.seen] == ["https://[::1]:8443", "https://mock.test"]


def pieces() -> Iterator[bytes]:
    yield from (b"ab", b"cd")


async def async_pieces() -> AsyncIterator[bytes]:
    for piece in pieces():
        yield piece


@ways
def test_a_body_in_pieces_is_put_together(way: Way) -> None:
    service = Fake()
    content = async_pieces() if way in (by_async_transport, by_async_respx) else pieces()
    way(service, method="POST", content=content)
    assert service.seen[0].body == b"abcd"


@ways
def test_a_body_that_is_too_long_is_none(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BODY", 3)
    service = Fake()
    asynchronous = way in (by_async_transport, by_async_respx)
    way(service, method="POST", content=b"abc")
    way(service, method="POST", content=b"abcd")
    way(service, method="POST", content=async_pieces() if asynchronous else pieces())
    assert [seen.body for seen in service.seen] == [b"abc", None, None]


# respx


def test_one_router_serves_clients_of_both_kinds_beside_other_routes() -> None:
    service = Fake(Response.json(200, {"a": 1}))

    async def run(url: str) -> Any:
        async with httpx.AsyncClient(verify=False) as client:
            return (await client.get(url)).json()

    with respx.mock() as router:
        route = mount(router, service, "http://mock.test:9000")
        router.get("http://other.test/").respond(204)
        assert httpx.get("http://mock.test:9000/x").json() == {"a": 1}
        assert asyncio.run(run("http://mock.test:9000/y")) == {"a": 1}
        assert httpx.get("http://other.test/").status_code == 204
        assert route.calls.last.response.json() == {"a": 1}
        assert [call.request.url.path for call in route.calls] == ["/x", "/y"]
        with pytest.raises(respx.models.AllMockedAssertionError):
            httpx.get("http://mock.test/x")


def test_respx_can_patch_httpx_itself() -> None:
    service = Fake(answer(cut=Cut.TRUNCATED))

    async def run() -> None:
        async with httpx.AsyncClient(verify=False) as client:
            await client.get(BASE_URL)

    with mock(service, using="httpx"):
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(BASE_URL)
        with pytest.raises(httpx.RemoteProtocolError):
            asyncio.run(run())


def test_respx_records_a_call_without_an_answer() -> None:
    with mock(Fake(answer(cut=Cut.RESET)), assert_all_called=False) as router:
        with pytest.raises(httpx.ReadError):
            httpx.get(BASE_URL)
        assert not router.calls.last.has_response


def test_without_respx_one_hears_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "respx", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "wanproof\[contract\]"') as raised:
        mock(Fake())
    assert raised.value.name == "respx"


# Parity

deliveries = st.builds(
    Delivery,
    delay=st.sampled_from([0.0, 0.0, 0.01]),
    pace=st.sampled_from([None, None, 4000.0]),
    cut=st.sampled_from([None, *Cut]),
)
responses = st.builds(
    Response,
    status=st.sampled_from([200, 202, 204, 304, 404, 429, 503]),
    headers=st.sampled_from(
        [{}, {"Retry-After": "3"}, {"Content-Type": "text/html", "X-A": "b, c"}]
    ),
    body=st.binary(max_size=40),
    delivery=deliveries,
)


@pytest.fixture(scope="module")
def behind() -> Fake:
    return Fake()


@pytest.fixture(scope="module")
def by_socket(behind: Fake) -> Iterator[Way]:
    """Meets what *behind* answers over a socket."""
    with Server(create_app(behind)) as server, httpx.Client(verify=False) as client:
        yield lambda **options: meet(client, server.url, **options)


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(responses, st.sampled_from(["GET", "POST", "HEAD"]))
def test_every_way_leads_to_the_same(
    behind: Fake, by_socket: Way, response: Response, method: str
) -> None:
    if response.status == 304:  # without a body, WSGI takes its type away, too
        response = replace(response, headers={"ETag": '"a"'})
    behind.response = response
    read = 0.05 if response.delivery.cut is Cut.SILENCE else 30.0
    options: dict[str, Any] = {"method": method, "timeout": httpx.Timeout(30.0, read=read)}
    expected = by_socket(**options)
    for way in WAYS:
        assert way(Fake(response), **options) == expected, way


@pytest.mark.parametrize(
    "late", [Delivery(delay=300.0), Delivery(pace=0.01), Delivery(delay=300.0, cut=Cut.RESET)]
)
def test_every_way_times_out_alike(behind: Fake, by_socket: Way, late: Delivery) -> None:
    behind.response = response = replace(answer(), delivery=late)
    options: dict[str, Any] = {"timeout": httpx.Timeout(30.0, read=0.1)}
    expected = by_socket(**options)
    assert expected.error is httpx.ReadTimeout
    for way in WAYS:
        assert way(Fake(response), **options) == expected, way
