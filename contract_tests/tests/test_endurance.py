"""A run ends if a client fails in the same way again and again, and only then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from faulty_clients.reference import Reference
from wan_contracts.cases.case import Setting
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.results.report import ContractReport, LawResult, Status
from wan_contracts.runner.endurance import MAX_EQUAL_CALLS
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check
from wan_validators.catalog import model

PLAN = RunPlan(specs=[model("wan2.5-i2i-preview")], examples=0, brief=True, seed=1)
END = f"The run ended after {MAX_EQUAL_CALLS} calls in a row that ended in the same error: "


def find_answers(report: ContractReport) -> LawResult:
    return next(result for result in report.results if result.law.id == "answers")


def count_all_cases() -> int:
    return check(PythonClient("reference", Reference), PLAN).cases


def fail_always(_setting: Setting) -> Any:
    raise RuntimeError("no licence")


def fail_in_generate(_setting: Setting) -> Any:
    def generate(_model: str, _payload: Any) -> Any:
        raise RuntimeError(f"<Session at {id(object()):#x}> is closed")

    return generate


def return_nothing(_setting: Setting) -> Any:
    return lambda _model, _payload: None


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (fail_always, "it raised RuntimeError: no licence"),
        (fail_in_generate, "it raised RuntimeError: <Session at 0x"),
        (return_nothing, "generate returned None"),
    ],
)
def test_a_run_ends_after_equal_errors(target: Callable[[Setting], Any], error: str) -> None:
    report = check(PythonClient("broken", target), PLAN)

    note, *_ = report.notes
    assert note.startswith(f"{END}{error}")
    assert report.cases == MAX_EQUAL_CALLS
    assert find_answers(report).status is Status.FAIL


def test_a_client_that_crashes_after_some_faults_is_checked_to_the_end() -> None:
    """It raises the same error after each poll with an error status."""

    class Crashing(Reference):
        def _fetch(self, step: Any) -> Any:
            status, headers, body = super()._fetch(step)
            if step.method == "GET" and status >= 400:
                raise RuntimeError("bad status")
            return status, headers, body

    report = check(PythonClient("crashing", Crashing), PLAN)

    assert report.cases == count_all_cases()
    assert not report.notes
    assert find_answers(report).broken > MAX_EQUAL_CALLS


def test_a_client_that_crashes_for_ever_is_not_checked_to_the_end() -> None:
    """Not even a fresh client works any more."""
    calls = iter(range(10**6))

    class Dying(Reference):
        def generate(self, name: str, payload: Any) -> Outcome:
            if next(calls) > 20:
                raise RuntimeError("the quota is used up")
            return super().generate(name, payload)

    report = check(PythonClient("dying", Dying), PLAN)

    note, *_ = report.notes
    assert "the quota is used up" in note
    assert report.cases < count_all_cases()


def test_a_run_goes_on_with_a_fresh_client_if_that_works() -> None:
    """After a 402, the object crashes in all calls."""

    class Stuck:
        def __init__(self) -> None:
            self.is_stuck = False

        def generate(self, name: str, payload: Any, setting: Setting) -> Outcome:
            if self.is_stuck:
                raise RuntimeError("the session is closed")
            outcome = Reference(setting).generate(name, payload)
            self.is_stuck = outcome.status == 402
            return outcome

    report = check(PythonClient("stuck", Stuck()), PLAN)

    result = find_answers(report)
    assert report.cases == count_all_cases()
    assert MAX_EQUAL_CALLS <= result.broken < report.cases // 2
    assert result.failure
    assert [case.scenario for case in result.failure.preceding] == ["http-402"]
