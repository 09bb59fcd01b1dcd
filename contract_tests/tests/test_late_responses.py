"""Responses that a client cannot have received in time count for no law against it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from threading import Event
from typing import Any

import pytest

from faulty_clients.reference import OverSockets, Reference
from wan_contracts.cases.case import Case, Setting
from wan_contracts.cases.systematic import find_plain_payload
from wan_contracts.cases.time_profiles import REAL, VIRTUAL, TimeProfile
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.results.report import Status
from wan_contracts.runner import late_responses, run_plan
from wan_contracts.runner.aggregation import evaluate_laws
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import Interaction
from wan_contracts.runner.recording_proxy import RecordingProxy
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import model

IMAGES = model("wan2.5-i2i-preview")
CASE = Case(IMAGES.id, find_plain_payload(IMAGES))
PATIENT_S = 30.0


class Patient(OverSockets):
    """Waits longer for a response than it was asked to."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(replace(setting, timeout=PATIENT_S))


class Careless(Patient):
    """Reports no task id, whether or not it was given one."""

    def generate(self, name: str, payload: Any) -> Outcome:
        return replace(super().generate(name, payload), task_id=None)


def run_slowly(
    monkeypatch: pytest.MonkeyPatch,
    target: Any,
    slow: str,
    time_profile: TimeProfile,
    scenario: str = "ok",
) -> Interaction:
    """Runs one call; the first response to a request with the method *slow* comes too late."""
    honest, left = Mock.handle, [slow]
    gone = Event()

    def handle(mock: Mock, request: Request) -> Response:
        response = honest(mock, request)
        if request.method in left:
            left.remove(request.method)
            gone.wait(3 * time_profile.timeout)
        return response

    monkeypatch.setattr(Mock, "handle", handle)
    with Harness(PythonClient("slow", target), time_profile) as harness:
        return harness.run(replace(CASE, scenario=scenario), 1)


def find_broken(interaction: Interaction) -> set[str]:
    verdicts = evaluate_laws(LAWS, interaction)
    return {law for law, verdict in verdicts.items() if not verdict.passed}


FAST = replace(REAL, timeout=0.1)


@pytest.mark.parametrize("target", [OverSockets, Patient])
@pytest.mark.parametrize("slow", ["POST", "GET"])
@pytest.mark.parametrize("time_profile", [FAST, replace(VIRTUAL, timeout=0.1)])
def test_no_law_is_broken_by_a_late_response(
    monkeypatch: pytest.MonkeyPatch, target: Any, slow: str, time_profile: TimeProfile
) -> None:
    """Neither if the client gave up before, nor if it waited longer."""
    interaction = run_slowly(monkeypatch, target, slow, time_profile)

    assert any(exchange.is_late or not exchange.is_intact for exchange in interaction.exchanges)
    assert find_broken(interaction) == set()


def test_a_law_that_is_broken_in_any_case_is_still_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interaction = run_slowly(monkeypatch, Careless, "GET", FAST, "stuck")

    assert any(exchange.is_late for exchange in interaction.exchanges)
    assert "task-id-kept" in find_broken(interaction)


def test_after_too_many_late_responses_no_law_counts_as_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interaction = run_slowly(monkeypatch, Careless, "GET", FAST, "stuck")
    monkeypatch.setattr(late_responses, "MAX_LATE", 0)

    assert find_broken(interaction) == set()
    assert evaluate_laws(LAWS, interaction)


def test_in_process_real_time_does_not_make_a_response_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interaction = run_slowly(monkeypatch, Reference, "POST", replace(VIRTUAL, timeout=0.01))

    assert not any(exchange.is_late for exchange in interaction.exchanges)
    assert find_broken(interaction) == set()


@pytest.mark.parametrize(("megabytes", "more"), [(0.9, 0), (14, 14), (21.5, 21)])
def test_large_payloads_get_more_time(megabytes: float, more: int) -> None:
    settings: list[Setting] = []
    timeouts: list[float] = []

    def client(setting: Setting) -> Any:
        settings.append(setting)
        return lambda _model, _payload: Outcome.unsupported("not mine")

    class Timed(PythonClient):
        def call(self, *call: Any, **more: Any) -> Any:
            timeouts.append(call[3])
            return super().call(*call, **more)

    payload = {**CASE.payload, "prompt": "x" * int(megabytes * 1e6)}
    with Harness(Timed("large", client), REAL) as harness:
        harness.run(Case(IMAGES.id, payload), 1)

    (setting,) = settings
    assert (setting.timeout, setting.deadline) == (REAL.timeout + more, REAL.deadline + more)
    assert timeouts[0] >= REAL.call_timeout + more


def test_a_process_that_starts_slowly_is_not_stopped() -> None:
    """The time limit of a call counts from its first request."""
    mock = Mock(Simulator(clock=ManualClock()))
    proxy = RecordingProxy(mock)
    poll = Request(method="GET", path="/", headers={"Authorization": "Bearer key"}, peer="a:1")
    call = proxy.begin("key", "ok", deadline=2.0, max_polls=10)
    mock.clock.advance(100)

    for seconds in (0, 5, 2):
        mock.clock.advance(seconds)
        proxy.handle(poll)

    assert "after 2 requests" in str(call.runaway_message)
    assert len(proxy.end(call)) == 3


def test_a_run_in_which_many_responses_are_late_fails_no_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Like on a busy machine, but the responses to every third request are late."""
    honest, requests, never = Mock.handle, count(1), Event()

    def handle(mock: Mock, request: Request) -> Response:
        response = honest(mock, request)
        if next(requests) % 3 == 0:
            never.wait(2 * FAST.timeout)
        return response

    monkeypatch.setattr(Mock, "handle", handle)
    monkeypatch.setattr(run_plan, "REAL", FAST)
    scenarios = ("fail-3001", "http-401", "poll-500", "poll-401", "expired-urls", "partial")
    plan = RunPlan(specs=[IMAGES], scenarios=scenarios, real_time=True)

    report = check(PythonClient("slow", OverSockets), plan)

    assert {result.law.id for result in report.results if result.status is Status.FAIL} == set()
    assert report.cases >= len(scenarios)  # poll-500 has a call with three of them, too
