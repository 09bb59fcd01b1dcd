"""Rates, running tasks and a balance, as a policy for every tenant."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from wan_mockserver.clock import ManualClock
from wan_mockserver.http.errors import RequestRejected
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Seconds
from wan_mockserver.simulator.rate_limits import Limits
from wan_mockserver.simulator.simulator import Simulator

PATH = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
VTRIX = "/model/v1/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}
VTRIX_EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"size": "768*768", "n": 1},
}

Send = Callable[..., Response]
Make = Callable[..., Simulator]


def created(send: Send, server: Simulator, key: str = "alice") -> Response:
    return send(server, "POST", PATH, EDIT, key=key)


def id_of(answer: Response) -> str:
    return str(json.loads(answer.body)["task_info"]["id"])


def test_polls_have_a_rate_of_their_own(simulator: Make, send: Send, clock: ManualClock) -> None:
    server = simulator(limits=Limits(polls_per_second=2))
    place = f"{PATH}/{id_of(created(send, server))}"
    polls = [send(server, "GET", place) for _ in range(3)]
    clock.advance(1)
    polls.append(send(server, "GET", place))
    assert [poll.status for poll in polls] == [200, 200, 429, 200]
    assert polls[2].headers["Retry-After"] == "1"
    assert "more than 2 polls in one second" in json.loads(polls[2].body)["detail"]


def test_a_poll_that_was_too_many_is_not_seen_by_the_task(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    server = simulator(limits=Limits(polls_per_second=1))
    place = f"{PATH}/{id_of(created(send, server))}"
    for _ in range(5):
        send(server, "GET", place)
    clock.advance(1)
    assert json.loads(send(server, "GET", place).body)["task_info"]["status"] == "processing"


def test_only_so_many_tasks_run_at_once(simulator: Make, send: Send, clock: ManualClock) -> None:
    server = simulator(limits=Limits(running_tasks=2), lifecycle=Seconds(60))
    before = [created(send, server).status for _ in range(3)]
    other = created(send, server, "bob").status
    clock.advance(60)
    assert (before, other, created(send, server).status) == ([202, 202, 429], 202, 202)


def test_a_lost_task_does_not_run_for_ever(simulator: Make, send: Send) -> None:
    """By polls nobody could end it."""
    server = simulator(limits=Limits(running_tasks=1), scenario="accept-lost")
    assert [created(send, server).delivery.cut is None for _ in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("path", "payload", "status"), [(PATH, EDIT, 402), (VTRIX, VTRIX_EDIT, 403)]
)
def test_a_balance_is_spent_by_lost_creates_too(
    simulator: Make, send: Send, path: str, payload: object, status: int
) -> None:
    server = simulator(limits=Limits(balance=Decimal("0.05")), scenario="accept-lost")
    answers = [send(server, "POST", path, payload) for _ in range(2)]
    assert answers[0].delivery.cut
    assert answers[1].status == status
    assert b"insufficient balance: 0.02 USD left, 0.03 USD needed" in answers[1].body


def test_what_is_never_handled_counts_for_nothing(simulator: Make, send: Send) -> None:
    server = simulator(limits=Limits(creates_per_second=1), scenario="http-503:3")
    assert [created(send, server).status for _ in range(5)] == [503, 503, 503, 202, 503]


def test_what_fails_spends_nothing(simulator: Make, send: Send) -> None:
    server = simulator(limits=Limits(balance=Decimal("0.05")), scenario="fail-3001")
    assert [created(send, server).status for _ in range(4)] == [202] * 4


def test_the_tasks_that_run_are_counted_within_the_account() -> None:
    limits = Limits(running_tasks=2)
    one = limits.charge_create(None, 0.0, None, task="a")
    two = limits.charge_create(one, 0.0, None, task="b")
    assert limits.charge_create(two, 0.0, None, task="c", ended={"a"}).running == ("b", "c")
    with pytest.raises(RequestRejected, match="2 tasks are running already"):
        limits.charge_create(two, 0.0, None, task="c")
