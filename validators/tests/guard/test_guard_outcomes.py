"""What a guard knows of creates that it sent: their outcomes, their costs, their repetitions."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from decimal import Decimal
from threading import Barrier, Event, Thread
from typing import Any

import httpx
import pytest
import respx

from wan_validators import lint
from wan_validators.guard import GuardError, guard, watch

from .fake_vendor import CHAT, FILM, I2V, NOTHING, VTRIX, Body, Client, FakeVendor

MANY_IMAGES = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"


@pytest.mark.parametrize("status", [400, 401, 402, 404, 422, 429, 307])
def test_a_refused_create_costs_nothing_and_can_be_sent_again(
    client: Client, vendor: FakeVendor, status: int
) -> None:
    guarded = guard(max_cost=0.5)
    vendor.faults = [status]
    client.send(guarded, "POST", I2V, json=FILM)
    assert (guarded.spent, guarded.reserved) == (NOTHING, NOTHING)
    assert not guarded.uncertain
    assert client.create(guarded)["task_info"]["id"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (httpx.ReadTimeout("slow"), "ReadTimeout"),
        (httpx.WriteError("gone"), "WriteError"),
        (httpx.RemoteProtocolError("cut"), "RemoteProtocolError"),
        (RuntimeError("cancelled"), "RuntimeError"),
        (500, "status 500"),
        (503, "status 503"),
        (408, "status 408"),
        (b"<html>", "the response names no task"),
        (b'{"task_info": []}', "the response names no task"),
    ],
)
def test_an_identical_create_waits_until_the_outcome_is_known(
    client: Client, vendor: FakeVendor, fault: Any, why: str
) -> None:
    guarded = guard(max_cost=5)
    vendor.faults = [fault]
    try:
        client.send(guarded, "POST", I2V, json=FILM)
    except (httpx.TransportError, RuntimeError) as error:
        assert error is fault  # noqa: PT017
    with pytest.raises(GuardError) as caught:
        client.create(guarded, dict(reversed(FILM.items())))

    assert caught.value.reason == "duplicate"
    assert f"its outcome is unknown ({why}); find out whether there is a task" in str(caught.value)
    assert vendor.creates == 1
    assert guarded.reserved == Decimal("0.50")
    [create] = guarded.uncertain
    assert create is caught.value.earlier
    assert (create.model, create.cost.high) == ("wan2.5-i2v-preview", Decimal("0.50"))
    assert client.create(guarded, {**FILM, "seed": 1})

    guarded.clear(create, billed=False)
    assert (guarded.uncertain, guarded.spent) == ((), Decimal("0.50"))
    assert client.create(guarded)
    assert guarded.spent == Decimal("1.00")


def test_all_uncertain_creates_are_cleared_and_count_as_billed(
    client: Client, vendor: FakeVendor
) -> None:
    guarded = guard()
    vendor.faults = [500, 500]
    for seed in (1, 2):
        client.send(guarded, "POST", I2V, json={**FILM, "seed": seed})
    assert len(guarded.uncertain) == 2
    guarded.clear(guarded.uncertain[0])
    assert len(guarded.uncertain) == 1
    guarded.clear()
    assert (guarded.spent, guarded.reserved) == (Decimal("1.00"), NOTHING)
    assert not guarded.uncertain


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
)
def test_a_create_that_never_left_can_be_sent_again(
    client: Client, vendor: FakeVendor, error: type[httpx.TransportError]
) -> None:
    guarded = guard()
    vendor.faults = [error("no connection")]
    with pytest.raises(error):
        client.create(guarded)
    assert client.create(guarded)
    assert not guarded.uncertain


def test_identical_creates_may_be_allowed(client: Client, vendor: FakeVendor) -> None:
    guarded = guard(allow_duplicates=True)
    vendor.faults = [500, 500]
    for _ in range(2):
        client.send(guarded, "POST", I2V, json=FILM)
    assert client.create(guarded)
    assert len(guarded.uncertain) == 2
    guarded.clear(guarded.uncertain[0])
    assert len(guarded.uncertain) == 1


@pytest.mark.parametrize(
    ("polled", "spent"),
    [
        ({"status": "completed", "usage": {"cost": "0.045"}}, "0.045"),
        ({"status": "completed", "usage": {"cost": 0.5}}, "0.5"),
        ({"status": "completed", "usage": {"cost": "much"}}, "0.06"),
        ({"status": "completed", "usage": {"cost": "-1"}}, "0.06"),
        ({"status": "completed", "usage": {"cost": "NaN"}}, "0.06"),
        ({"status": "completed", "usage": {"cost": True}}, "0.06"),
        ({"status": "completed", "usage": []}, "0.06"),
        ({"status": "in_progress"}, "0.06"),
        ({"status": "failed", "error": {"code": "001021095"}}, "0"),
        ([], "0.06"),
    ],
)
def test_the_cost_that_the_vendor_reports_replaces_the_estimate(
    client: Client, vendor: FakeVendor, polled: Any, spent: str
) -> None:
    guarded = guard()
    task = client.create(guarded, CHAT, VTRIX)["id"]
    vendor.polled = polled
    for _ in range(2):
        client.send(guarded, "GET", f"{VTRIX}/task/{task}")
    client.send(guarded, "GET", f"{VTRIX}/task/of-another-run")
    assert guarded.spent == Decimal(spent)


def test_a_failed_task_counts_where_no_page_says_that_it_is_free(
    client: Client, vendor: FakeVendor
) -> None:
    guarded = guard()
    task = client.create(guarded)["task_info"]["id"]
    vendor.polled = {"task_info": {"id": task, "status": "failed"}}
    client.send(guarded, "GET", f"{I2V}/{task}")
    vendor.faults = [500]
    client.send(guarded, "GET", f"{I2V}/{task}")
    vendor.faults = [httpx.ReadTimeout("slow")]
    with pytest.raises(httpx.ReadTimeout):
        client.send(guarded, "GET", f"{I2V}/{task}")
    assert guarded.spent == Decimal("0.50")
    assert not guarded.uncertain


def test_only_the_newest_tasks_are_kept(
    client: Client, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "MAX_TASKS", 1)
    guarded = guard()
    tasks = [
        client.create(guarded, {**CHAT, "parameters": {"n": 2, "seed": seed}}, VTRIX)["id"]
        for seed in (1, 2)
    ]
    vendor.polled = {"status": "completed", "usage": {"cost": "0.01"}}
    for task in tasks:
        client.send(guarded, "GET", f"{VTRIX}/task/{task}")
    assert guarded.spent == Decimal("0.07")


TASK = b'{"task_info": {"id": "1"}}'


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_body_arrives_as_it_was_sent(client: Client, coding: str) -> None:
    raw = gzip.compress(TASK) if coding == "gzip" else TASK
    body = Body(raw[:5], raw[5:])
    response = httpx.Response(202, headers={"Content-Encoding": coding}, stream=body)
    client.vendor.answer = lambda request: response  # type: ignore[method-assign]
    guarded = guard()

    assert client.create(guarded) == {"task_info": {"id": "1"}}
    assert body.closed
    assert (guarded.uncertain, guarded.spent) == ((), Decimal("0.50"))


def test_a_task_whose_id_was_lost_on_the_way_is_uncertain(client: Client) -> None:
    body = Body(TASK[:9], httpx.ReadError("cut"))
    response = httpx.Response(202, stream=body)
    client.vendor.answer = lambda request: response  # type: ignore[method-assign]
    guarded = guard()

    with pytest.raises(httpx.ReadError):
        client.create(guarded)
    with pytest.raises(GuardError, match="the response is incomplete"):
        client.create(guarded)


def test_a_body_that_cannot_be_decoded_is_uncertain(client: Client) -> None:
    response = httpx.Response(202, headers={"Content-Encoding": "gzip"}, stream=Body(b"no gzip"))
    client.vendor.answer = lambda request: response  # type: ignore[method-assign]
    guarded = guard()

    with pytest.raises(httpx.DecodingError):
        client.create(guarded)
    assert len(guarded.uncertain) == 1


def test_a_raw_body_that_cannot_be_decoded_is_uncertain(vendor: FakeVendor) -> None:
    response = httpx.Response(202, headers={"Content-Encoding": "gzip"}, stream=Body(b"no gzip"))
    guarded = guard()
    inner = httpx.MockTransport(lambda request: response)
    with (
        httpx.Client(transport=guarded.transport(inner)) as client,
        client.stream("POST", I2V, json=FILM) as answer,
    ):
        assert list(answer.iter_raw()) == [b"no gzip"]
    assert len(guarded.uncertain) == 1


@pytest.mark.parametrize("billed", [True, False])
def test_a_late_response_does_not_count_twice(*, billed: bool) -> None:
    response = httpx.Response(202, stream=Body(TASK))
    guarded = guard()
    inner = httpx.MockTransport(lambda request: response)
    with (
        httpx.Client(transport=guarded.transport(inner)) as client,
        client.stream("POST", I2V, json=FILM) as answer,
    ):
        guarded.clear(billed=billed)
        answer.read()
    assert guarded.spent == Decimal("0.50") * billed


def test_a_streamed_request_is_read_and_sent(vendor: FakeVendor) -> None:
    def parts() -> Iterator[bytes]:
        content = httpx.Request("POST", I2V, json=FILM).content
        yield content[:5]
        yield content[5:]

    with httpx.Client(transport=guard().transport(httpx.MockTransport(vendor.answer))) as client:
        assert client.post(I2V, content=parts()).status_code == 202
    assert lint(vendor.requests[0].read(), "wan2.5-i2v-preview").valid


def test_of_two_identical_creates_at_once_one_is_sent(vendor: FakeVendor) -> None:
    arrived, go = Event(), Event()

    def slow(request: httpx.Request) -> httpx.Response:
        arrived.set()
        go.wait(30)
        return vendor.answer(request)

    guarded = guard()
    with httpx.Client(transport=guarded.transport(httpx.MockTransport(slow))) as client:
        first = Thread(target=client.post, args=(I2V,), kwargs={"json": FILM})
        first.start()
        assert arrived.wait(30)
        with pytest.raises(GuardError, match="an identical create is under way"):
            client.post(I2V, json=FILM)
        assert guarded.uncertain == ()
        go.set()
        first.join(30)
        assert client.post(I2V, json=FILM).status_code == 202
    assert vendor.creates == 2


def test_of_two_identical_asynchronous_creates_one_is_sent(vendor: FakeVendor) -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return vendor.answer(request)

    async def run() -> list[Any]:
        transport = guard().async_transport(httpx.MockTransport(slow))
        async with httpx.AsyncClient(transport=transport) as client:
            creates = (client.post(I2V, json=FILM) for _ in range(2))
            return await asyncio.gather(*creates, return_exceptions=True)

    first, second = asyncio.run(run())
    assert first.status_code == 202
    assert isinstance(second, GuardError)
    assert second.reason == "duplicate"
    assert vendor.creates == 1


def test_a_cancelled_create_is_uncertain(vendor: FakeVendor) -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return vendor.answer(request)

    guarded = guard()

    async def run() -> None:
        transport = guarded.async_transport(httpx.MockTransport(hang))
        async with httpx.AsyncClient(transport=transport) as client:
            task = asyncio.ensure_future(client.post(I2V, json=FILM))
            while not guarded.reserved:
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(run())
    [create] = guarded.uncertain
    assert create.model == "wan2.5-i2v-preview"


def test_threads_cannot_exceed_the_budget_together(vendor: FakeVendor) -> None:
    barrier = Barrier(8)
    guarded = guard(max_cost=1)
    blocked: list[GuardError] = []

    def create(seed: int) -> None:
        barrier.wait(30)
        try:
            shared.post(I2V, json={**FILM, "seed": seed})
        except GuardError as error:
            blocked.append(error)

    inner = httpx.MockTransport(vendor.answer)
    with httpx.Client(transport=guarded.transport(inner)) as shared:
        threads = [Thread(target=create, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert (vendor.creates, len(blocked), guarded.spent) == (2, 6, Decimal("1.00"))


@respx.mock
def test_respx_sees_what_is_sent() -> None:
    route = respx.post(I2V).respond(202, json={"task_info": {"id": "1"}})
    guarded = guard()
    with httpx.Client(transport=guarded.transport()) as client:
        client.post(I2V, json=FILM)
        with pytest.raises(GuardError):
            client.post(I2V, json={**FILM, "duration": 1})

    async def run() -> None:
        async with httpx.AsyncClient(transport=guarded.async_transport()) as client:
            await client.post(I2V, json=FILM)

    asyncio.run(run())
    assert route.call_count == 2
    assert guarded.spent == Decimal("1.00")


def test_a_guard_says_how_many_findings_it_does_not_list(client: Client) -> None:
    with pytest.raises(GuardError, match=r", and at least 1,\d\d\d more findings \[") as raised:
        client.create(guard(), {"prompt": "a", "images": [1] * 100_000}, MANY_IMAGES)
    assert len(raised.value.report.findings) == 100
    assert not raised.value.report.omitted.is_exact
