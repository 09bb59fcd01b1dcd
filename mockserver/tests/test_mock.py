"""What a person or a test asks of the mock, beside what its clients do."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from wan_mockserver.clock import RealClock
from wan_mockserver.http.delivery import Delivery
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.scenarios.registry import Scenarios
from wan_mockserver.scenarios.scenario import PollBehaviour, Scenario, TaskOutcome
from wan_mockserver.scenarios.step import Step
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.task import State

MULE = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
VTRIX = "/model/v1/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}
VTRIX_EDIT = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
    "parameters": {"size": "768*768", "n": 1},
}

Send = Callable[..., Response]
Make = Callable[..., Simulator]


@pytest.fixture
def mock(simulator: Make) -> Mock:
    return Mock(simulator())


def test_arming_rejects_unknown_scenarios_and_negative_counts(mock: Mock) -> None:
    with pytest.raises(ValueError, match="did you mean accept-lost"):
        mock.arm("acept-lost")
    with pytest.raises(ValueError, match="from 0 up, not -1"):
        mock.arm("accept-lost", -1)


def test_a_seed_must_be_exact_as_a_float(mock: Mock) -> None:
    mock.set_seed(2**53)
    assert mock.simulator.seed == 2**53
    with pytest.raises(ValueError, match=r"between -2\*\*53 and 2\*\*53"):
        mock.set_seed(2**53 + 1)


def test_a_reset_with_a_seed_replays_that_seed(mock: Mock, send: Send) -> None:
    first = send(mock, "POST", MULE, EDIT).body
    mock.reset(seed=8)
    other = send(mock, "POST", MULE, EDIT).body
    mock.reset(seed=7)
    assert other != first == send(mock, "POST", MULE, EDIT).body


def test_a_reset_puts_the_clock_back(simulator: Make) -> None:
    server = simulator(clock=None)
    assert isinstance(server.clock, RealClock)
    server.clock.advance(3600)
    ahead = server.clock.now()
    Mock(server).reset()
    assert server.clock.now() < ahead - 3000


def test_the_empty_tenant_cannot_be_reset(mock: Mock, send: Send) -> None:
    send(mock, "POST", MULE, EDIT)
    with pytest.raises(ValueError, match="a tenant has a name"):
        mock.reset("")
    assert [entry.number for entry in mock.journal()] == [1]


def test_tenants_are_known_in_the_order_they_came(mock: Mock, send: Send) -> None:
    for tenant in ("carol", "alice", "carol", "bob"):
        send(mock, "POST", MULE, EDIT, key=f"wanproof.ok.{tenant}")
    assert list(mock.tenants()) == ["carol", "alice", "bob"]


@pytest.mark.parametrize("given", [{"delay": -0.1}, {"pace": 0}, {"pace": -1}])
def test_a_delivery_rejects_negative_times(given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="delay must be 0 or more and pace above 0"):
        Delivery(**given)  # type: ignore[arg-type]


def test_a_code_unknown_to_the_vendor_needs_a_message(simulator: Make, send: Send) -> None:
    own = {
        "bare": Scenario(name="bare", summary="", outcome=TaskOutcome(fail="3001")),
        "told": Scenario(name="told", summary="", outcome=TaskOutcome(fail="3001", message="Oh.")),
    }
    server = simulator(scenarios=Scenarios(own))
    bare, told = (
        send(server, "POST", VTRIX, VTRIX_EDIT, headers={"X-Wanproof-Scenario": name})
        for name in ("bare", "told")
    )
    assert bare.status == 400
    assert (
        "no task fails with 3001 here; codes: 001021095"
        in (json.loads(bare.body)["error"]["message"])
    )
    place = f"{VTRIX}/task/{json.loads(told.body)['id']}"
    failed = [json.loads(send(server, "GET", place).body) for _ in range(3)][-1]
    assert (failed["error"]["code"], failed["error"]["message"]) == ("3001", "Oh.")


def test_polls_of_an_unknown_task_get_the_steps_in_turn(simulator: Make, send: Send) -> None:
    busy = PollBehaviour(steps=(Step(handled=False, status=503, times=2),))
    own = {"busy": Scenario(name="busy", summary="", poll=busy)}
    server = simulator(scenarios=Scenarios(own), scenario="busy")
    polls = [send(server, "GET", f"{MULE}/no-such-task").status for _ in range(3)]
    assert polls == [503, 503, 404]


def test_the_files_of_a_done_task_exist(simulator: Make, send: Send) -> None:
    """Also of one that nobody polled, since the answer that named it was lost."""
    mock = Mock(simulator(scenario="accept-lost"))
    send(mock, "POST", MULE, EDIT)
    (task,) = mock.tasks()
    assert task.state is State.DONE
    assert send(mock, "GET", f"/files/{task.id}/1.png").status == 200


@pytest.mark.parametrize("scenario", ["no-results", "empty-results"])
def test_a_vendor_charges_nothing_for_no_results(
    simulator: Make, send: Send, scenario: str
) -> None:
    server = simulator(lifecycle=Polls(0), scenario=scenario)
    task = json.loads(send(server, "POST", VTRIX, VTRIX_EDIT).body)["id"]
    wire = json.loads(send(server, "GET", f"{VTRIX}/task/{task}").body)
    assert Decimal(wire["usage"]["cost"]) == 0 == Mock(server).ledger().total_usd
