"""respx beside the transport, and all of them beside a socket."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wan_mockserver.http.delivery import Cut, Delivery
from wan_mockserver.http.httpx_transport import BASE_URL, mock, mount
from wan_mockserver.http.messages import Response
from wan_mockserver.http.server import Server
from wan_mockserver.http.wsgi import create_app

from .transport_ways import WAYS, Fake, Way, answer, meet

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
