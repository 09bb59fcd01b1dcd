"""The fixtures, as a test of a client uses them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import httpcore
import httpx
import pytest

from wan_mockserver.testing.fake_time import PatchingClock
from wan_mockserver.testing.handles import WanMock, World

MODEL = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
PAYLOAD = {"prompt": "night", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}
QUARTER_HOUR = 900
DEAD = "http://127.0.0.1:9"
"""Where nobody listens."""

Choose = Callable[..., None]


def create(client: httpx.Client, tries: int = 1) -> str:
    """The id of a new task; like many a client, it tries again whatever happened."""
    for left in reversed(range(tries)):
        try:
            answer = client.post(MODEL, json=PAYLOAD).raise_for_status()
        except httpx.HTTPError:
            if not left:
                raise
        else:
            return str(answer.json()["task_info"]["id"])
    raise AssertionError


def wait(client: httpx.Client, task: str, timeout: float = QUARTER_HOUR) -> Any:
    """The task when it is over; takes no clock."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = client.get(f"{MODEL}/{task}").raise_for_status().json()
        if found["task_info"]["status"] in ("completed", "failed"):
            return found
        time.sleep(5)
    raise TimeoutError(f"task {task} did not end in {timeout} s")


def test_a_task_is_run_in_process(wan_mock: WanMock, wan_clock: PatchingClock) -> None:
    wan_clock.patch()
    with wan_mock.client() as client:
        done = wait(client, create(client))
        assert client.get(done["images"][0]).content.startswith(b"\x89PNG")
    assert [entry.action for entry in wan_mock.journal()] == ["create", *["poll"] * 3, "file"]
    assert [entry.at - wan_clock.now() for entry in wan_mock.requests("poll")] == [-10, -5, 0]
    assert [task.id for task in wan_mock.tasks()] == [done["task_info"]["id"]]
    assert wan_mock.ledger().total_usd == Decimal("0.03")
    assert wan_mock.clock is wan_clock


def test_two_keys_are_two_tenants(wan_mock: WanMock) -> None:
    with wan_mock.client() as one, wan_mock.client("another-key") as other:
        task = create(one)
        assert other.get(f"{MODEL}/{task}").status_code == 404
    assert len({entry.tenant for entry in wan_mock.journal()}) == 2


def test_options_of_clients_are_httpxs_own(wan_mock: WanMock) -> None:
    headers = {"X-Wanproof-Scenario": "http-503", "User-Agent": "ours/1"}
    with wan_mock.client(headers=headers, timeout=3) as client:
        assert client.timeout.read == 3
        assert client.post(MODEL, json=PAYLOAD).status_code == 503
    assert wan_mock.journal()[0].sent.headers["user-agent"] == "ours/1"


def test_an_asynchronous_client_needs_no_plugin(
    wan_mock: WanMock, wan_clock: PatchingClock
) -> None:
    async def run(client: httpx.AsyncClient) -> float:
        task = (await client.post(MODEL, json=PAYLOAD)).json()["task_info"]["id"]
        while (await client.get(f"{MODEL}/{task}")).json()["task_info"]["status"] != "completed":
            await asyncio.sleep(5)
        return wan_clock.elapsed

    async def main() -> list[float]:
        async with wan_mock.async_client() as one, wan_mock.async_client("another") as other:
            return [*await asyncio.gather(run(one), run(other))]

    wan_clock.patch()
    assert asyncio.run(main()) == [10, 10]
    assert len(wan_mock.requests("poll")) == 6


def test_respx_reaches_clients_that_are_made_elsewhere(wan_mock: WanMock) -> None:
    router = wan_mock.respx

    async def asynchronous() -> int:
        async with httpx.AsyncClient(headers={"Authorization": "Bearer a"}) as client:
            return (await client.post(f"{wan_mock.url}{MODEL}", json=PAYLOAD)).status_code

    answer = httpx.post(
        f"{wan_mock.url}{MODEL}", json=PAYLOAD, headers={"Authorization": "Bearer a"}
    )
    assert (answer.status_code, asyncio.run(asynchronous())) == (202, 202)
    assert len(wan_mock.requests("create")) == router.calls.call_count == 2


def test_respx_can_answer_for_the_host_that_a_client_insists_on(wan_mock: WanMock) -> None:
    route = wan_mock.answer_for("https://api.example.com")
    assert httpx.get("https://api.example.com/nothing").status_code == 404
    assert route.call_count == 1


def test_no_router_is_left_behind(wan_mock: WanMock) -> None:
    untouched = httpcore.ConnectionPool.handle_request
    ours = WanMock(wan_mock.mock)
    assert ours.respx is ours.respx
    assert httpcore.ConnectionPool.handle_request is not untouched
    ours.close()
    assert httpcore.ConnectionPool.handle_request is untouched


def test_requests_are_asked_for_by_action(wan_mock: WanMock) -> None:
    with wan_mock.client() as client:
        create(client)
        client.get("/nothing")
    assert [entry.path for entry in wan_mock.requests("")] == ["/nothing"]
    assert wan_mock.requests() == wan_mock.journal()
    with pytest.raises(ValueError, match=r"no action 'creates'; allowed: .*'create'"):
        wan_mock.requests("creates")


@pytest.mark.wan_lifecycle("seconds:60")
@pytest.mark.wan_scenario("accept-lost")
def test_a_naive_client_is_billed_twice(wan_mock: WanMock, wan_clock: PatchingClock) -> None:
    wan_clock.patch()
    with wan_mock.client() as client:
        wait(client, create(client, tries=2))
    ledger = wan_mock.ledger()
    assert (ledger.total_usd, ledger.duplicate_usd) == (Decimal("0.06"), Decimal("0.03"))
    with pytest.raises(AssertionError) as broken:
        wan_mock.verify(creates=1, no_duplicate_charges=True, no_poll_after_end=True)
    first, second = str(broken.value).splitlines()
    assert first.startswith("{'creates': 1}: ")
    assert first.endswith("(see #1, #2)")
    assert second.startswith("{'no_duplicate_charges': True}: ")


def test_what_is_true_is_verified_and_what_is_no_check_is_refused(wan_mock: WanMock) -> None:
    with wan_mock.client() as client:
        create(client)
    wan_mock.verify(creates=1, polls=0)
    with pytest.raises(ValueError, match="no check 'create'"):
        wan_mock.verify(create=1)


@pytest.mark.wan_scenario("stuck")
def test_the_time_out_of_a_quarter_hour_is_seen_at_once(
    wan_mock: WanMock, wan_clock: PatchingClock
) -> None:
    wan_clock.patch()
    with wan_mock.client() as client, pytest.raises(TimeoutError, match="did not end in 900 s"):
        wait(client, create(client))
    assert wan_clock.elapsed >= QUARTER_HOUR
    assert len(wan_mock.requests("poll")) == 180


@pytest.mark.wan_scenario("rate-limited-date")
def test_the_dates_of_the_server_are_those_of_the_patched_clock(
    wan_mock: WanMock, wan_clock: PatchingClock
) -> None:
    from email.utils import parsedate_to_datetime

    wan_clock.patch()
    with wan_mock.client() as client:
        refused = client.post(MODEL, json=PAYLOAD)
    again = parsedate_to_datetime(refused.headers["Retry-After"]).timestamp()
    assert (refused.status_code, again - time.time()) == (429, 2)


def test_scenarios_are_chosen_for_all_that_comes_or_for_some(
    wan_mock: WanMock, wan_scenario: Choose
) -> None:
    def statuses(count: int) -> list[int]:
        with wan_mock.client() as client:
            return [client.post(MODEL, json=PAYLOAD).status_code for _ in range(count)]

    wan_scenario("http-402", creates=1)
    assert statuses(2) == [402, 202]
    wan_scenario("http-403")
    assert statuses(3) == [403, 403, 403]
    wan_scenario("ok")
    assert statuses(1) == [202]
    with pytest.raises(ValueError, match="did you mean accept-lost"):
        wan_scenario("accept-lots")
    with pytest.raises(ValueError, match="from 0 up"):
        wan_scenario("ok", creates=-1)


def test_a_server_is_started_on_a_free_port(
    wan_server: World, wan_mock: WanMock, wan_clock: PatchingClock
) -> None:
    """It is the same one as in process."""
    wan_clock.patch()
    with httpx.Client(base_url=wan_server.url, headers={"Authorization": "Bearer a"}) as client:
        done = wait(client, create(client))
        assert done["images"][0].startswith(wan_server.url)
    assert wan_clock.elapsed == 10
    assert wan_server.ledger() == wan_mock.ledger()
    assert wan_server.journal() == wan_mock.journal()
    assert wan_server.url.startswith("http://127.0.0.1:")
    wan_server.verify(creates=1, polls=3, downloads=0)


def test_no_proxy_stands_before_the_server(
    monkeypatch: pytest.MonkeyPatch, wan_server: World
) -> None:
    monkeypatch.setenv("http_proxy", DEAD)
    assert httpx.get(wan_server.url).status_code == 404


def test_a_lost_answer_is_a_reset_on_the_wire(wan_server: World, wan_scenario: Choose) -> None:
    wan_scenario("accept-lost", creates=1)
    with httpx.Client(base_url=wan_server.url, headers={"Authorization": "Bearer a"}) as client:
        with pytest.raises(httpx.ReadError):
            client.post(MODEL, json=PAYLOAD)
        create(client)
    assert len(wan_server.ledger().duplicate_charges) == 1


@pytest.mark.wan_limits(creates_per_second=1, balance="0.05")
def test_limits_are_held(wan_mock: WanMock, wan_clock: PatchingClock) -> None:
    with wan_mock.client() as client:
        create(client)
        assert client.post(MODEL, json=PAYLOAD).status_code == 429
        wan_clock.advance(1)
        assert client.post(MODEL, json=PAYLOAD).status_code == 402


class TestOwnOptions:
    """What a test, or a conftest.py, says of the simulator itself."""

    @pytest.fixture
    def wan_options(self) -> Mapping[str, Any]:
        return {"scenario": "http-403", "seed": 3}

    def test_they_are_taken(self, wan_mock: WanMock) -> None:
        with wan_mock.client() as client:
            assert client.post(MODEL, json=PAYLOAD).status_code == 403
        assert wan_mock.mock.simulator.seed == 3

    @pytest.mark.wan_seed(4)
    def test_markers_are_stronger(self, wan_mock: WanMock) -> None:
        assert wan_mock.mock.simulator.seed == 4
