"""The cost of a payload before its create, as SDKs of Vtrix ask for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from wan_mockserver.http.messages import Response
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.journal import Exchange
from wan_mockserver.state.tasks import TASKS
from wan_validators.outputs import Price
from wan_validators.prices import load_shipped_prices

Make = Callable[..., Simulator]
Send = Callable[..., Response]

PRECHARGE = "/model/v1/generation/precharge"
IMAGE = "https://example.com/in.png"
KITE = {"model": "wan25_t2i_preview", "input": {"prompt": "a kite"}, "parameters": {"n": 2}}
FILM = {
    "model": "wan25_i2v_preview_intl",
    "input": {"img_url": IMAGE},
    "parameters": {"resolution": "720P", "duration": 10},
}
COMIC = {
    "model": "wan26_i2i",
    "input": {"messages": [{"role": "user", "content": [{"text": "a day at the sea"}]}]},
    "parameters": {"enable_interleave": True, "max_images": 3},
}


def ask(send: Send, server: Simulator, value: Any, **headers: str) -> Any:
    answer = send(server, "POST", PRECHARGE, value, headers=headers)
    assert answer.status == 200
    return json.loads(answer.body)


@pytest.mark.parametrize(
    ("value", "cost", "count"),
    [
        (KITE, "0.06", 2),
        ({**KITE, "parameters": {}}, "0.12", 4),
        (FILM, "1.00", 1),
        # The most that the model may make.
        (COMIC, "0.09", 3),
        ({"model": KITE["model"], "input": [{"params": {"input": KITE["input"]}}]}, "0.12", 4),
    ],
)
def test_a_known_price_gives_the_cost(
    simulator: Make, send: Send, value: Any, cost: str, count: int
) -> None:
    body = ask(send, simulator(), value)

    assert body["status"] == "success"
    data = body["data"]
    assert re.fullmatch("v1:[0-9a-f]{64}", data.pop("hash"))
    name = value["model"]
    assert data == {
        "billing_model": name,
        "cost": cost,
        "currency": "USD",
        "discount": 1,
        "model": name,
        "original_model": name,
        "sample_count": count,
        "updated_at": 1_710_000_000_000,
    }


def test_an_unknown_price_is_a_miss(simulator: Make, send: Send) -> None:
    unknown = Price(usd={}, source="", on="", confidence="")
    prices = {**load_shipped_prices(), "wan25_t2i_preview": unknown}
    body = ask(send, simulator(prices=prices), KITE)

    assert body["status"] == "failed"
    assert re.fullmatch("v1:[0-9a-f]{64}", body["data"].pop("hash"))
    assert body["data"] == {
        "cost": None,
        "model": "wan25_t2i_preview",
        "original_model": "wan25_t2i_preview",
        "reason": "COST_CACHE_MISS",
    }


def test_prices_of_the_user_count(simulator: Make, send: Send) -> None:
    shipped = load_shipped_prices()
    own = replace(shipped["wan25_t2i_preview"], usd={"image": Decimal("0.5")})

    body = ask(send, simulator(prices={**shipped, "wan25_t2i_preview": own}), KITE)
    assert body["data"]["cost"] == "1.0"


def test_the_model_may_be_in_the_header_and_the_id_is_not_part_of_the_hash(
    simulator: Make, send: Send
) -> None:
    server = simulator()
    named = ask(send, server, KITE)
    unnamed = {name: value for name, value in KITE.items() if name != "model"}
    header = ask(send, server, {"id": "d88pmute", **unnamed}, **{"X-Model": "wan25_t2i_preview"})
    other = ask(send, server, {**KITE, "parameters": {"n": 3}})

    assert header["data"]["hash"] == named["data"]["hash"] != other["data"]["hash"]
    assert header == named


@pytest.mark.parametrize("parameters", [{"n": 9}, {"size": "1024x1024"}, {"seed": -1}])
def test_a_payload_with_errors_has_no_known_cost(
    simulator: Make, send: Send, parameters: Any
) -> None:
    answer = send(simulator(), "POST", PRECHARGE, {**KITE, "parameters": parameters})
    body = json.loads(answer.body)

    assert answer.headers["X-Wanproof-Findings"] == "1"
    assert (body["status"], body["data"]["reason"]) == ("failed", "COST_CACHE_MISS")


def test_no_task_is_created_and_nothing_is_charged(
    simulator: Make, send: Send, heard: list[Exchange]
) -> None:
    server = simulator(scenario="accept-500")
    ask(send, server, KITE)

    assert list(server.store.values(TASKS)) == []
    entry = heard[0].entry
    assert (entry.action, entry.model, entry.task, entry.step) == (
        *("precharge", "wan25_t2i_preview", "", ""),
    )


@pytest.mark.parametrize(
    ("value", "key", "status"),
    [(KITE, "two words", 401), ({**KITE, "model": "wan27_i2v"}, "k", 404), ([], "k", 400)],
)
def test_what_a_create_refuses_is_refused(
    simulator: Make, send: Send, value: Any, key: str, status: int
) -> None:
    assert send(simulator(), "POST", PRECHARGE, value, key=key).status == status
