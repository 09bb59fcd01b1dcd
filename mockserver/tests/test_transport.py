"""The mock server in the client's process, and that nothing differs from a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from wan_mockserver.http import httpx_transport
from wan_mockserver.http.delivery import DEFAULT_DELIVERY, MAX_SILENCE_S, Cut, Delivery
from wan_mockserver.http.httpx_transport import BASE_URL, AsyncWanTransport, WanTransport, mock
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app

from .transport_ways import BODY, WAYS, Fake, Way, answer, by_async_respx, by_async_transport, meet

ways = pytest.mark.parametrize("way", WAYS)


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
    assert service.clock.passed == MAX_SILENCE_S


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
        (DEFAULT_DELIVERY, False),
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
    monkeypatch.setattr(httpx_transport, "MAX_BODY_BYTES", 3)
    service = Fake()
    asynchronous = way in (by_async_transport, by_async_respx)
    way(service, method="POST", content=b"abc")
    way(service, method="POST", content=b"abcd")
    way(service, method="POST", content=async_pieces() if asynchronous else pieces())
    assert [seen.body for seen in service.seen] == [b"abc", None, None]
