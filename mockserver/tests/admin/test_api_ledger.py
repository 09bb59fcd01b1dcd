"""The admin API: what tasks cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wan_mockserver.admin import response_types
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock
from wan_validators.prices import load_shipped_prices

from .api_responses import BOB, MODEL, Ask, Create, Make, Poll, value

LOST = "wanproof.accept-lost.alice"


def test_the_ledger_of_a_call_that_was_paid_twice(
    mock: Mock, ask: Ask, create: Create, poll: Poll
) -> None:
    first, second = create(mock, key=LOST), create(mock, key=LOST)
    before = value(ask(mock, "/ledger"))
    assert (before["total_usd"], before["duplicate_usd"]) == ("0.06", "0.00")
    for _ in range(3):
        poll(mock, second)

    given = value(ask(mock, "/ledger"))

    [pair] = given["duplicate_charges"]
    assert (pair["first"], pair["second"], pair["usd"]) == (first, second, "0.06")
    assert [each["number"] for each in pair["entries"]] == [1, 2]
    assert {each["sent"]["sha256"] for each in pair["entries"]} == {
        pair["entries"][0]["sent"]["sha256"]
    }
    assert given["entries"][0] == {
        "task": first,
        "tenant": "alice",
        "model": MODEL,
        "usd": "0.06",
        "billed": True,
        "owed": False,
        "at": 1_700_000_000.0,
        "entry": 1,
    }
    assert [each["task"] for each in given["entries"]] == [first, second]
    assert (given["total_usd"], given["duplicate_usd"]) == ("0.12", "0.06")
    assert (given["owed_usd"], given["owed_tasks"]) == ("0.00", 0)
    assert given["unknown_prices"] == 0
    assert given["forgotten"] == 0
    price = load_shipped_prices()[MODEL]
    assert given["prices"] == {
        MODEL: {
            "usd": {"image": "0.03"},
            "source": price.source,
            "on": price.on,
            "confidence": price.confidence,
        }
    }


def test_the_ledger_of_one_tenant(mock: Mock, ask: Ask, create: Create) -> None:
    create(mock)
    create(mock, key=BOB)

    given = value(ask(mock, "/ledger?tenant=bob"))

    assert [each["tenant"] for each in given["entries"]] == ["bob"]
    assert value(ask(mock, "/ledger?tenant=carol"))["total_usd"] == "0.00"


def test_what_is_still_owed_stands_beside_the_total(mock: Mock, ask: Ask, create: Create) -> None:
    create(mock)
    create(mock)

    given = value(ask(mock, "/ledger"))

    assert [each["owed"] for each in given["entries"]] == [True, True]
    assert given["total_usd"] == "0.00"
    assert (given["owed_usd"], given["owed_tasks"]) == ("0.12", 2)


def test_an_unknown_price_is_null(make: Make, ask: Ask, create: Create, poll: Poll) -> None:
    nameless = {
        model: type(price)(usd={}, source=price.source, on="", confidence="none")
        for model, price in load_shipped_prices().items()
    }
    mock = make(prices=nameless, lifecycle=Polls(0))
    poll(mock, create(mock))

    given = value(ask(mock, "/ledger"))

    assert given["entries"][0]["usd"] is None
    assert given["entries"][0]["billed"] is True
    assert (given["total_usd"], given["unknown_prices"]) == ("0.00", 1)
    assert value(ask(mock, "/tasks"))["tasks"][0]["usd"] is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("0.03", "0.03"),
        ("0.1", "0.10"),
        ("1E+2", "100.00"),
        ("1E-7", "0.0000001"),
        ("0.1250", "0.125"),
        ("1234567.8", "1234567.80"),
    ],
)
def test_amounts(amount: str, text: str) -> None:
    assert response_types.format_amount(Decimal(amount)) == text
