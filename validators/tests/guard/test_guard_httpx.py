"""The guard around httpx: what it blocks, and what it lets through."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from wan_validators.guard import GuardError, guard

from .fake_vendor import CHAT, FILM, HOST, I2V, NOTHING, VTRIX, Client, FakeVendor


@pytest.mark.parametrize(
    "url",
    [I2V, I2V + "?key=secret", "http://localhost:1/gateway/v2" + I2V[len(HOST) :], I2V + "/"],
)
def test_a_create_that_breaks_a_rule_is_not_sent(
    client: Client, vendor: FakeVendor, url: str
) -> None:
    headers = {"Authorization": "Bearer secret-key"}
    with pytest.raises(GuardError) as caught:
        client.create(guard(), {**FILM, "duration": 7}, url, headers=headers)

    error = caught.value
    assert vendor.requests == []
    assert error.reason == "payload"
    assert [finding.rule for finding in error.report.findings] == ["duration-choice"]
    assert str(error).startswith("not sent: POST /")
    assert "/duration: duration must be 5 or 10 [duration-choice]" in str(error)
    assert "secret" not in f"{error}{error!r}{error.report!r}"


@pytest.mark.parametrize(
    ("payload", "url", "header", "says"),
    [
        ({**FILM, "duration": 7, "resolution": "720p"}, I2V, "", 'write "720P"), and 1 more find'),
        ({**CHAT, "parameters": {"n": 9}}, VTRIX, "", "n must be an integer between 1 and 4"),
        ({}, VTRIX, "", "the payload has no member model"),
        ({}, VTRIX, "wan26_i2i", "Missing required field input"),
        ({}, VTRIX, "sora", "wanproof knows no model 'sora'"),
        (FILM, I2V.replace("2.5", "2.9"), "", "wanproof knows no model 'wan2.9-i2v-prev"),
        ([FILM], I2V, "", "the payload must be an object"),
        ([], I2V.replace("i2v-preview", "t2v-preview"), "", "the payload must be an object"),
    ],
)
def test_the_message_says_what_is_wrong(
    client: Client, payload: Any, url: str, header: str, says: str
) -> None:
    headers = {"X-Model": header} if header else {}
    with pytest.raises(GuardError) as caught:
        client.create(guard(), payload, url, headers=headers)
    assert says in str(caught.value)
    assert client.vendor.requests == []


def test_valid_creates_are_sent_as_they_are(client: Client, vendor: FakeVendor) -> None:
    guarded = guard()
    assert client.create(guarded) == {"task_info": {"id": "task-1", "status": "pending"}}
    assert client.create(guarded, CHAT, VTRIX)["id"] == "task-2"
    header = {**CHAT}
    del header["model"]
    assert client.create(guarded, header, VTRIX, headers={"X-Model": "wan26_i2i"})["id"]
    assert vendor.requests[0].content == httpx.Request("POST", I2V, json=FILM).content
    assert guarded.spent == Decimal("0.50") + Decimal("0.06") * 2


def test_a_model_of_the_vendor_without_a_table_is_sent_at_unknown_cost(
    client: Client, vendor: FakeVendor
) -> None:
    other = I2V.replace("wan2.5-i2v-preview", "wan2.6-r2v")
    assert client.create(guard(), {"prompt": "x"}, other)
    with pytest.raises(GuardError, match="its cost is unknown") as caught:
        client.create(guard(max_cost=1), {"prompt": "x"}, other)
    assert caught.value.reason == "unknown-cost"
    assert client.create(guard(max_cost=1, allow_unknown_cost=True), {"prompt": "x"}, other)
    assert vendor.creates == 2


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", f"{HOST}/v1/other"),
        ("POST", f"{HOST}/model/v1/generation/precharge"),
        ("PUT", I2V),
        ("GET", VTRIX),
        ("DELETE", f"{I2V}/task-1"),
    ],
)
def test_everything_else_passes_through(
    client: Client, vendor: FakeVendor, method: str, url: str
) -> None:
    assert client.send(guard(max_cost=0), method, url, content=b"\xff no JSON").status_code < 300
    assert vendor.requests[0].content == b"\xff no JSON"


@pytest.mark.parametrize("depth", [10, *range(700, 1000, 11)])
def test_deep_nesting_is_no_problem(vendor: FakeVendor, depth: int) -> None:
    nested = f', "x": {"[" * depth}{"]" * depth}}}'.encode()
    body = httpx.Request("POST", I2V, json=FILM).content[:-1] + nested
    guarded = guard()
    inner = httpx.MockTransport(vendor.answer)
    with httpx.Client(transport=guarded.transport(inner)) as each:
        vendor.faults = [500]
        try:
            each.post(I2V, content=body)
        except GuardError as error:
            assert "nested too deeply" in str(error)  # noqa: PT017
        else:
            with pytest.raises(GuardError, match="an identical create"):
                each.post(I2V, content=body)


def test_warnings_block_if_they_shall(client: Client, vendor: FakeVendor) -> None:
    payload = {**FILM, "style": "oil"}
    assert client.create(guard(), payload)
    with pytest.raises(GuardError, match="style is not a documented member"):
        client.create(guard(on="warning"), payload)
    assert vendor.creates == 1


def test_the_budget_counts_all_creates(client: Client, vendor: FakeVendor) -> None:
    guarded = guard(max_cost="1.30")
    client.create(guarded)
    client.create(guarded, {**FILM, "seed": 1})
    with pytest.raises(GuardError) as caught:
        client.create(guarded, {**FILM, "seed": 2})

    assert caught.value.reason == "budget"
    assert "can cost 0.50 USD after 1.00 USD, which is 0.20 USD more than the maximum of 1.30" in (
        str(caught.value)
    )
    assert caught.value.report.cost.high == Decimal("0.50")
    assert (guarded.spent, guarded.reserved) == (Decimal("1.00"), NOTHING)
    assert client.create(guarded, {**FILM, "resolution": "480P"})["task_info"]["id"]
    assert not guarded.uncertain
    assert repr(guarded) == "Guard(max_cost=1.30, spent=1.25, reserved=0)"


def test_a_price_list_of_the_user_counts(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('["wan2.5-i2v-preview"]\nusd = {"720P" = "1"}', encoding="utf-8")
    guarded = guard(prices=file)
    client.create(guarded)
    assert guarded.spent == 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"on": "info"}, "on is 'info'; allowed: error, warning"),
        ({"max_cost": -1}, "'-1' is not valid; allowed: an amount in USD"),
        ({"max_cost": "much"}, "'much' is not valid; allowed: an amount in USD"),
    ],
)
def test_a_wrong_argument_is_an_error(arguments: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        guard(**arguments)
