"""What a run would have cost, and what of it was paid twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from wan_mockserver import control
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Response
from wan_mockserver.scenarios.lifecycle import Seconds
from wan_mockserver.service import Mock
from wan_mockserver.simulator import handlers
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state import journal
from wan_mockserver.state.journal import Entry
from wan_mockserver.state.ledger import Ledger
from wan_mockserver.state.stores import Table
from wan_mockserver.state.tasks import TaskRecord
from wan_mockserver.testing.handles import format_cost
from wan_validators.outputs import Price
from wan_validators.prices import load_shipped_prices

PATH = "/vendors/alibaba/v1/wan2.5-i2i-preview/generation"
EDIT = {"prompt": "x", "images": ["https://example.com/a.jpg"], "size": "768*768", "n": 1}

UNKNOWN = Price(usd={}, source="", on="", confidence="none")

Send = Callable[..., Response]
Make = Callable[..., Simulator]


@pytest.fixture
def mock(simulator: Make) -> Mock:
    return Mock(simulator())


@pytest.fixture
def create(mock: Mock, send: Send) -> Callable[..., str]:
    """Creates a task, whether its answer arrives or not, and gives its id."""

    def created(scenario: str = "ok", payload: dict[str, Any] = EDIT, key: str = "alice") -> str:
        send(mock, "POST", PATH, payload, key=key, headers={"X-Wanproof-Scenario": scenario})
        return mock.tasks()[-1].id

    return created


@pytest.fixture
def finish(mock: Mock, send: Send) -> Callable[[str], None]:
    """Polls a task until it has ended."""

    def finished(task: str) -> None:
        for _ in range(3):
            send(mock, "GET", f"{PATH}/{task}")

    return finished


def pairs(ledger: Ledger) -> list[tuple[str, str]]:
    return [(each.first.task, each.second.task) for each in ledger.duplicate_charges]


def test_a_task_is_billed_once_it_succeeded(
    mock: Mock, create: Callable[..., str], finish: Callable[[str], None]
) -> None:
    task = create()
    before = mock.ledger()
    finish(task)
    after = mock.ledger()
    assert [charge.billed for charge in before.entries + after.entries] == [False, True]
    assert (before.total_usd, after.total_usd) == (Decimal(0), Decimal("0.03"))
    assert after.entries[0].usd == Decimal("0.03")


def test_a_task_that_was_given_up_is_owed_until_it_has_ended(
    mock: Mock, create: Callable[..., str], finish: Callable[[str], None]
) -> None:
    first, second = create(), create()
    before = mock.ledger()
    finish(second)
    after = mock.ledger()
    assert (before.total_usd, before.owed_usd, before.owed_tasks) == (
        Decimal(0),
        Decimal("0.06"),
        2,
    )
    assert (after.total_usd, after.owed_usd) == (Decimal("0.03"), Decimal("0.03"))
    assert [charge.task for charge in after.entries if charge.owed] == [first]
    assert after.owed_condition == "1 unfinished task succeeds"


def test_a_task_stored_before_an_internal_failure_counts_as_not_answered(
    mock: Mock, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(handlers, "to_wire_task", lambda *_: 1 / 0)
        assert send(mock, "POST", PATH, EDIT).status == 500
    send(mock, "POST", PATH, EDIT)
    first, second = mock.tasks()
    assert (first.answered, second.answered) == (False, True)
    assert mock.journal()[0].arrived is False
    assert pairs(mock.ledger()) == [(first.id, second.id)]


def test_a_task_whose_create_has_no_journal_entry_counts_as_not_answered(
    mock: Mock, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as stopped:
        stopped.setattr(journal, "put_entry", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(mock, "POST", PATH, EDIT)
    send(mock, "POST", PATH, EDIT)
    send(mock, "POST", PATH, EDIT)
    first, second, _ = mock.tasks()
    assert pairs(mock.ledger()) == [(first.id, second.id)]


def test_a_forgotten_journal_entry_does_not_count_as_a_lost_response(
    mock: Mock, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "JOURNAL", Table("journal", Entry, max_count=1))
    monkeypatch.setattr(control, "JOURNAL", Table("journal", Entry, max_count=1))
    send(mock, "POST", PATH, EDIT)
    send(mock, "POST", PATH, EDIT)
    assert len(mock.journal()) == 1
    assert pairs(mock.ledger()) == []


@pytest.mark.parametrize("scenario", ["fail-3001", "moderated", "no-results", "empty-results"])
def test_a_task_that_is_never_billed_is_not_owed(
    mock: Mock, create: Callable[..., str], scenario: str
) -> None:
    create(scenario)
    assert (mock.ledger().owed_usd, mock.ledger().owed_tasks) == (Decimal(0), 0)


def test_an_owed_task_of_unknown_price_is_named(simulator: Make, send: Send) -> None:
    mock = Mock(simulator(prices=dict.fromkeys(load_shipped_prices(), UNKNOWN)))
    send(mock, "POST", PATH, EDIT)
    send(mock, "POST", PATH, EDIT)
    ledger = mock.ledger()
    assert (ledger.owed_usd, ledger.owed_tasks) == (Decimal(0), 2)
    condition = "2 unfinished tasks, 2 of them of unknown price, succeed"
    assert ledger.owed_condition == condition
    assert format_cost(ledger) == f"would have cost 0 USD; 0 USD still owed if {condition}"


@pytest.mark.parametrize("scenario", ["accept-lost", "accept-502", "accept-timeout", "empty-202"])
def test_an_equal_create_after_a_lost_answer_is_a_duplicate_charge(
    mock: Mock, create: Callable[..., str], finish: Callable[[str], None], scenario: str
) -> None:
    first = create(scenario)
    second = create(scenario)
    finish(second)
    ledger = mock.ledger()
    assert pairs(ledger) == [(first, second)]
    assert (ledger.total_usd, ledger.duplicate_usd) == (Decimal("0.06"), Decimal("0.03"))
    assert ledger.duplicate_charges[0].usd == Decimal("0.03")
    assert [entry.task for entry in mock.journal() if entry.action == "create"] == [first, second]
    assert [charge.entry for charge in ledger.entries] == [1, 2]


def test_the_lost_one_is_billed_though_nobody_can_poll_it(
    mock: Mock, create: Callable[..., str]
) -> None:
    create("accept-lost")
    assert [charge.billed for charge in mock.ledger().entries] == [True]


def test_every_repetition_is_one_more_charge(
    mock: Mock, create: Callable[..., str], finish: Callable[[str], None]
) -> None:
    tasks = [create("accept-lost:3") for _ in range(4)]
    finish(tasks[3])
    ledger = mock.ledger()
    assert pairs(ledger) == list(pairwise(tasks))
    assert (ledger.total_usd, ledger.duplicate_usd) == (Decimal("0.12"), Decimal("0.09"))


def test_an_equal_create_after_an_answer_that_arrived_is_none(
    mock: Mock, create: Callable[..., str]
) -> None:
    create()
    create()
    assert mock.ledger().duplicate_charges == ()


def test_the_order_of_members_is_no_difference_and_a_member_is(
    mock: Mock, create: Callable[..., str]
) -> None:
    first = create("accept-lost")
    create("ok", {**EDIT, "prompt": "y"})
    second = create("ok", dict(reversed(EDIT.items())))
    assert pairs(mock.ledger()) == [(first, second)]


def test_another_tenant_repeats_nothing(mock: Mock, create: Callable[..., str]) -> None:
    create("accept-lost", key="alice")
    create("ok", key="bob")
    assert mock.ledger().duplicate_charges == ()


@pytest.mark.parametrize(("later", "found"), [(600, 1), (600.1, 0)])
def test_a_repetition_comes_within_the_window(
    mock: Mock, create: Callable[..., str], clock: ManualClock, later: float, found: int
) -> None:
    create("accept-lost")
    clock.advance(later)
    create()
    assert len(mock.ledger().duplicate_charges) == found


def test_the_window_can_be_set(simulator: Make, send: Send, clock: ManualClock) -> None:
    mock = Mock(simulator(), window=5)
    send(mock, "POST", PATH, EDIT, headers={"X-Wanproof-Scenario": "accept-lost"})
    clock.advance(6)
    send(mock, "POST", PATH, EDIT)
    assert mock.ledger().duplicate_charges == ()


def test_what_fails_is_neither_billed_nor_a_duplicate(
    mock: Mock, create: Callable[..., str], finish: Callable[[str], None]
) -> None:
    create("accept-lost+fail-3001")
    finish(create("fail-3001"))
    ledger = mock.ledger()
    assert (ledger.total_usd, ledger.duplicate_charges) == (Decimal(0), ())
    assert [charge.billed for charge in ledger.entries] == [False, False]


@pytest.mark.parametrize(
    ("scenario", "usd"), [("partial:3", "0.09"), ("no-results", None), ("empty-results", None)]
)
def test_only_images_that_there_are_are_billed(
    mock: Mock,
    create: Callable[..., str],
    finish: Callable[[str], None],
    scenario: str,
    usd: str | None,
) -> None:
    finish(create(scenario, {**EDIT, "n": 4}))
    assert mock.ledger().entries[0].billed == (usd is not None)
    assert mock.ledger().total_usd == Decimal(usd or 0)


def test_an_unknown_price_is_unknown_and_not_nothing(simulator: Make, send: Send) -> None:
    none = Price(usd={}, source="nowhere", on="2026-11-21", confidence="none")
    mock = Mock(simulator(prices={**load_shipped_prices(), "wan2.5-i2i-preview": none}))
    send(mock, "POST", PATH, EDIT, headers={"X-Wanproof-Scenario": "accept-lost"})
    ledger = mock.ledger()
    assert ledger.entries[0].usd is None
    assert (ledger.total_usd, ledger.unknown_prices) == (Decimal(0), 1)


def test_a_lost_answer_that_only_the_transport_knows_of_counts(mock: Mock, send: Send) -> None:
    answer = send(mock, "POST", PATH, EDIT)
    mock.mark_response_lost(answer)
    send(mock, "POST", PATH, EDIT)
    assert len(mock.ledger().duplicate_charges) == 1
    first, second = mock.journal()
    assert (first.arrived, second.arrived) == (False, True)
    assert first.delivery == "the client went away"


def test_a_lost_poll_loses_no_task(mock: Mock, send: Send, create: Callable[..., str]) -> None:
    task = create()
    mock.mark_response_lost(send(mock, "GET", f"{PATH}/{task}"))
    create()
    assert mock.ledger().duplicate_charges == ()
    assert not mock.journal()[1].arrived


def test_tasks_by_the_clock_are_billed_when_their_time_is_over(
    simulator: Make, send: Send, clock: ManualClock
) -> None:
    mock = Mock(simulator(lifecycle=Seconds(60)))
    send(mock, "POST", PATH, EDIT)
    clock.advance(59)
    running = mock.ledger()
    clock.advance(1)
    assert (running.total_usd, mock.ledger().total_usd) == (Decimal(0), Decimal("0.03"))


def test_tasks_that_were_forgotten_are_counted(
    mock: Mock, create: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "wan_mockserver.simulator.task_factory.TASKS", Table("tasks", TaskRecord, max_count=2)
    )
    for _ in range(5):
        create()
    assert mock.ledger().forgotten == 3
    assert len(mock.ledger().entries) == 2


def test_one_tenants_ledger_has_only_its_own(mock: Mock, create: Callable[..., str]) -> None:
    create(key="wanproof.ok.alice")
    create(key="wanproof.ok.bob")
    assert [charge.tenant for charge in mock.ledger("bob").entries] == ["bob"]
    assert len(mock.ledger().entries) == 2


def test_the_wire_tells_the_same_price(mock: Mock, send: Send) -> None:
    vtrix = {
        "model": "wan25_i2i_preview_intl",
        "input": {"prompt": "x", "images": ["https://example.com/a.jpg"]},
        "parameters": {"size": "768*768", "n": 3},
    }
    headers = {"X-Wanproof-Scenario": "partial:2"}
    answer = send(mock, "POST", "/model/v1/generation", vtrix, headers=headers)
    place = f"/model/v1/generation/task/{json.loads(answer.body)['id']}"
    wire = [json.loads(send(mock, "GET", place).body) for _ in range(3)][-1]
    assert wire["usage"]["cost"] == str(mock.ledger().entries[0].usd) == "0.06"


def test_what_nobody_polls_is_billed_when_its_day_is_over(
    mock: Mock, create: Callable[..., str], clock: ManualClock
) -> None:
    create()
    clock.advance(24 * 3600 + 1)
    assert mock.ledger().total_usd == Decimal("0.03")
