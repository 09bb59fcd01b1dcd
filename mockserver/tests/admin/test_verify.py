"""The language of checks, over exchanges that happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wan_mockserver.admin.verify import CHECKS
from wan_mockserver.clock import AutoClock, ManualClock
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.service import Mock

Make = Callable[..., Mock]
Ask = Callable[..., Response]
Create = Callable[..., str]
Poll = Callable[..., Response]


@pytest.fixture
def verify(ask: Ask) -> Callable[..., Any]:
    """The answer to checks about a mock."""

    def verified(mock: Mock, *checks: Any, **more: Any) -> Any:
        answer = ask(mock, "/verify", {"checks": [*checks], **more})
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    return verified


Verify = Callable[..., Any]


def test_every_check_passes_where_a_client_did_it_right(
    make: Make, verify: Verify, create: Create, poll: Poll
) -> None:
    mock = make(lifecycle=Polls(2), clock=AutoClock())
    task = create(mock)
    for _ in range(3):
        poll(mock, task)

    given = verify(
        mock,
        {"creates": 1},
        {"creates": {"at_least": 1, "at_most": 2}},
        {"tasks": 1},
        {"polls": 3},
        {"downloads": 0},
        {"polls_per_task_at_most": 3},
        {"polls_no_faster_than": 10},
        {"no_poll_after_end": True},
        {"no_create_after": 401},
        {"retry_after_obeyed": True},
        {"no_task_abandoned": True},
        {"no_findings": True},
        {"no_duplicate_charges": True},
        {"usd_at_most": "0.06"},
    )

    assert [result["says"] for result in given["results"] if not result["passed"]] == []
    assert given["passed"] is True
    assert {name for result in given["results"] for name in result["check"]} == {*CHECKS}
    assert given["forgotten"] == 0


@pytest.mark.parametrize(
    "check",
    [
        {"creates": 3},
        {"creates": {"at_most": 1}},
        {"tasks": {"at_least": 3}},
        {"polls": 1},
        {"downloads": 1},
        {"polls_per_task_at_most": 4},
        {"polls_no_faster_than": 10},
        {"no_poll_after_end": True},
        {"no_duplicate_charges": True},
        {"no_findings": True},
        {"usd_at_most": "0.11"},
    ],
)
def test_each_check_fails_where_a_client_did_it_wrong(
    mock: Mock, verify: Verify, create: Create, poll: Poll, check: Any
) -> None:
    key = "wanproof.accept-lost.alice"
    create(mock, key=key, negative="no such member")
    task = create(mock, key=key, negative="no such member")
    for _ in range(5):
        poll(mock, task)

    given = verify(mock, {"no_create_after": 401}, check)

    assert [result["passed"] for result in given["results"]] == [True, False]
    assert given["passed"] is False
    assert given["results"][1]["check"] == check


def test_the_entries_that_show_it_come_along(
    mock: Mock, verify: Verify, create: Create, poll: Poll
) -> None:
    task = create(mock)
    for _ in range(4):
        poll(mock, task)

    given = verify(mock, {"no_poll_after_end": True})

    assert given["results"][0]["entries"] == [4, 5]
    assert list(given["requests"]) == ["4", "5"]
    assert given["requests"]["4"]["ended"] is True
    assert given["requests"]["5"]["action"] == "poll"


def test_retry_after_over_the_clock(make: Make, ask: Ask, verify: Verify, create: Create) -> None:
    for scenario in ("rate-limited", "rate-limited-date"):
        clock = ManualClock(1_700_000_000.25)
        mock, key = make(clock=clock), f"wanproof.{scenario}.alice"
        create(mock, key=key)
        clock.advance(3)
        create(mock, key=key)
        assert verify(mock, {"retry_after_obeyed": True})["passed"], scenario
        clock.advance(1.5)
        create(mock, key=key)
        given = verify(mock, {"retry_after_obeyed": True})
        assert not given["passed"], scenario
        assert given["results"][0]["entries"] == [2, 3]


def test_a_key_that_was_refused(mock: Mock, verify: Verify, create: Create) -> None:
    for _ in range(2):
        create(mock, key="wanproof.http-401.alice")
    create(mock, key="wanproof.ok.bob")

    assert not verify(mock, {"no_create_after": 401})["passed"]
    assert verify(mock, {"no_create_after": 401}, tenant="bob")["passed"]
    assert verify(mock, {"no_create_after": 403})["passed"]


def test_checks_are_about_one_tenant_if_one_is_named(
    mock: Mock, verify: Verify, create: Create
) -> None:
    create(mock)
    create(mock, key="wanproof.ok.bob")

    assert verify(mock, {"creates": 2})["passed"]
    assert verify(mock, {"creates": 1}, tenant="bob")["passed"]
    assert verify(mock, {"creates": 0}, tenant="carol")["passed"]


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ([{"creats": 1}], "checks[0]: there is no check 'creats'; did you mean creates?"),
        ([{"zzzz": 1}], "allowed: creates, polls,"),
        (
            [{"creates": 1}, {"creates": "1"}],
            "checks[1].creates: '1' is not valid; allowed: a whole number",
        ),
        ([{"creates": True}], "true is not valid"),
        ([{"creates": -1}], "-1 is not valid"),
        ([{"creates": {}}], "at_least or at_most"),
        ([{"creates": {"atleast": 1}}], "did you mean at_least?"),
        ([{"creates": {"at_least": 3, "at_most": 2}}], "at_least 3 is more than at_most 2"),
        ([{"creates": {"at_most": None}}], "null is not valid"),
        ([{"no_poll_after_end": False}], "allowed: true; otherwise leave it out"),
        ([{"no_create_after": 42}], "42 is not valid; allowed: a whole number from 100 to 599"),
        ([{"polls_no_faster_than": "10"}], "a number of seconds"),
        ([{"usd_at_most": 0.06}], 'such as "0.05"'),
        ([{"usd_at_most": "-1"}], 'such as "0.05"'),
        ([{"creates": 1, "polls": 1}], "one member"),
        ([{}], "one member"),
        (["creates"], "one member"),
        ([], "an array of 1 to 100 items"),
        ({"creates": 1}, "an array of 1 to 100 items"),
        ([{"creates": 1}] * 101, "an array of 1 to 100 items"),
    ],
)
def test_what_is_no_check(mock: Mock, ask: Ask, checks: Any, said: str) -> None:
    refused = ask(mock, "/verify", {"checks": checks})

    assert refused.status == 400
    assert said in json.loads(refused.body)["message"]


def test_checks_are_needed_and_nothing_else_is_known(mock: Mock, ask: Ask) -> None:
    assert "checks is missing" in json.loads(ask(mock, "/verify", {}).body)["message"]
    misspelt = ask(mock, "/verify", {"check": [{"creates": 1}]})
    assert "did you mean checks?" in json.loads(misspelt.body)["message"]
