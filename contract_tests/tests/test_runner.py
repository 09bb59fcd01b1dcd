"""Tests a whole run: its cases, its findings, their size, and its determinism."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from representative_models import FORM_PARAMS
from wan_contracts.cases import systematic
from wan_contracts.cases.case import Case, Setting
from wan_contracts.cases.simplest_values import is_portable
from wan_contracts.cases.systematic import (
    find_fault_payloads,
    find_plain_payload,
    is_breakable,
    iter_systematic_cases,
)
from wan_contracts.cases.time_profiles import REAL, VIRTUAL
from wan_contracts.clients.loading import load
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, law
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.results.report import ContractReport, LawResult, Status
from wan_contracts.runner import run_loop
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import ClientError, ClientErrorKind
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check, replay_case
from wan_mockserver.scenarios.catalogue import load_shipped_scenarios
from wan_validators import lint
from wan_validators.catalog import list_all_specs, list_default_models, model
from wan_validators.source.json_pointer import parse, value

REFERENCE = Path(__file__).parent / "faulty_clients" / "reference.py"
IMAGES = model("wan2.5-i2i-preview")


def client(**decisions: Any) -> PythonClient:
    """Returns the reference client with some overridden decisions."""
    reference = load(f"{REFERENCE}:Reference")
    call_class = type("Otherwise", (ReferenceClient,), decisions)
    made = type("Client", (reference,), {"call_class": call_class})
    return PythonClient("otherwise", made)


def found(report: ContractReport, name: str) -> LawResult:
    return next(result for result in report.results if result.law.id == name)


@pytest.mark.parametrize("spec", FORM_PARAMS)
def test_systematic_cases_break_each_breakable_rule_alone(spec: Any) -> None:
    broken = [lint(payload, spec.qualified_name).errors for payload in find_fault_payloads(spec)]

    assert {error.rule for (error,) in broken} == {
        rule.id for rule in spec.all_rules if is_breakable(rule)
    }


@pytest.mark.parametrize(
    "time_profile", [VIRTUAL, REAL], ids=lambda time_profile: time_profile.name
)
def test_systematic_cases_use_every_scenario(
    time_profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They have no scenario, and to find them for all models takes long.
    monkeypatch.setattr(systematic, "find_fault_payloads", lambda spec: ())
    once = [
        case.scenario
        for case in iter_systematic_cases(
            list_all_specs(), time_profile, everywhere=False, edges=False
        )
    ]
    everywhere = [
        case.scenario
        for case in iter_systematic_cases(
            list_all_specs(), time_profile, everywhere=True, edges=False
        )
    ]

    repeated = {name for name in once if name.endswith(":3")}
    assert {*once} == {*everywhere} == {*time_profile.scenarios, *repeated}
    assert {*time_profile.scenarios} > {*load_shipped_scenarios()}
    assert "poll-500:3" in repeated
    named = [name for name in once if name != "ok"]
    assert len(named) == len({*named})
    assert all(everywhere.count(name) >= 1 for name in time_profile.scenarios)


def test_systematic_cases_at_limits_are_valid() -> None:
    payloads = [
        case.payload
        for case in iter_systematic_cases([IMAGES], VIRTUAL, everywhere=True, edges=True)
        if case.scenario == "ok"
    ]
    prompts = {value(payload, parse("/prompt")) for payload in payloads}

    assert {"😀" * 2000, "字" * 2000} <= prompts
    valid = [payload for payload in payloads if lint(payload, IMAGES.id).valid]
    assert len(payloads) - len(valid) == len(find_fault_payloads(IMAGES))


@pytest.mark.parametrize(
    "payload", [{"a": "\ud800"}, {"n": 1.0}, {"n": 2**60}, {"n": float("nan")}, [], "a"], ids=repr
)
def test_payloads_that_are_not_portable_are_not_used(payload: Any) -> None:
    assert not is_portable(payload)
    assert is_portable({"prompt": "字😀", "n": 0.5, "none": None, "list": [True, 2**53]})


def test_the_same_seed_makes_the_same_run() -> None:
    plan = RunPlan(specs=[IMAGES], seed=4, examples=20, brief=True)

    one, two = (facts(check(client(parse_code=lambda *_: None), plan)) for _ in range(2))

    assert one == two
    assert any(each[3] for each in one[1])


def facts(report: ContractReport) -> list[Any]:
    results = [(r.law.id, r.judged, r.broken, shown(r)) for r in report.results]
    return [report.cases, results, report.coverage]


def shown(result: LawResult) -> Any:
    failure = result.failure
    return failure and (
        failure.interaction.case,
        failure.verdict,
        failure.interaction.client_result,
    )


def test_another_seed_makes_other_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    # They do not depend on the seed.
    monkeypatch.setattr(run_loop, "iter_systematic_cases", lambda *_, **__: ())
    seen: list[list[str]] = []

    for seed in (1, 2):
        payloads: list[str] = []

        def remember(self: Any, payloads: list[str] = payloads) -> None:
            payloads.append(str(self.payload))

        check(
            client(check_payload=remember),
            RunPlan(specs=[IMAGES], seed=seed, examples=20, brief=True),
        )
        seen.append(payloads)

    assert seen[0] != seen[1]


def test_a_fault_with_rare_payloads_is_found_and_minimized() -> None:
    """No single value at a limit and no single scenario shows the fault."""

    def content(self: Any) -> Any:
        prompt, seed = self.payload.get("prompt", ""), self.payload.get("seed")
        spoilt = seed is not None and len(prompt) > 3
        return {**self.payload, "prompt": prompt[:3]} if spoilt else self.payload

    report = check(
        client(build_body=content),
        RunPlan(laws=[law("payload-intact")], specs=[IMAGES], seed=1, examples=300, brief=True),
    )

    result = found(report, "payload-intact")
    assert result.failure
    case = result.failure.interaction.case
    assert case.scenario == "ok"
    assert len(case.payload["prompt"]) == 4
    assert case.payload.keys() == {"prompt", "images", "seed"} | ({"n"} & case.payload.keys())


def test_a_failure_has_the_number_of_the_first_call_and_laws_have_durations() -> None:
    calls: list[int] = []
    plan = RunPlan(laws=[law("answers"), law("one-charge")], scenarios=["ok"], specs=[IMAGES])

    def crashes(setting: Setting) -> Any:
        def generate(model: str, payload: Any) -> Outcome:
            calls.append(len(json.dumps(payload)))
            if len(calls) > 2:
                raise RuntimeError
            return Outcome.refused(400, "no", "no")

        return generate

    report = check(PythonClient("crashes", crashes), plan)

    answers, charge = report.results
    assert answers.failure
    assert answers.failure.number == 3
    assert 0 < answers.seconds < report.seconds
    assert charge.seconds < answers.seconds


def test_a_failure_in_every_scenario_is_shown_without_a_scenario() -> None:
    report = check(client(parse_code=lambda *_: None), RunPlan(specs=[IMAGES], seed=1, examples=0))

    failure = found(report, "code-told").failure
    assert failure
    assert failure.interaction.case.scenario.startswith("fail-")
    assert failure.verdict.message == "the vendor's error code is 2001, but the outcome has None"


def test_a_client_that_does_not_support_a_model_gets_one_call_for_it() -> None:
    asked: list[str] = []

    class Choosy:
        def generate(self, name: str, payload: Any) -> Outcome:
            asked.append(name)
            return Outcome.unsupported("not mine")

    report = check(PythonClient("choosy", Choosy()), RunPlan(seed=1))

    usual = list_default_models()
    assert sorted(asked) == sorted(spec.id for spec in usual)
    assert (report.cases, report.unsupported) == (len(usual),) * 2
    assert report.status_counts[Status.SKIPPED] == len(LAWS)


def test_a_run_ends_at_its_time_limit() -> None:
    report = check(client(), RunPlan(specs=[IMAGES], examples=10**6, seconds=0.0, brief=True))

    assert report.cases < 200
    assert report.passed


@pytest.mark.parametrize("hanging", [2, 3])
def test_a_run_ends_if_a_client_always_hangs(hanging: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(10**6))
    honest = PythonClient.call

    def call(self: PythonClient, *arguments: Any) -> Any:
        if next(calls) % 4 < hanging:
            return ClientError(kind=ClientErrorKind.HUNG, message="it did not return")
        return honest(self, *arguments)

    monkeypatch.setattr(PythonClient, "call", call)

    report = check(client(), RunPlan(specs=[IMAGES], examples=0, brief=True, seed=1))

    assert (report.cases == 3) is (hanging == 3)
    assert any("needs --real-time" in note for note in report.notes) is (hanging == 3)
    assert not report.passed


def test_a_late_request_of_an_earlier_call_is_not_recorded() -> None:
    """Each call of the client first repeats the create of the previous call."""
    late: list[Any] = []

    class Late:
        def __init__(self, setting: Setting) -> None:
            self.setting = setting

        def generate(self, name: str, payload: Any) -> Outcome:
            with httpx.Client(transport=self.setting.transport) as http:
                if late:
                    http.post(*late[0], **late[1])
            path = model(name).create_path
            key = {"Authorization": f"Bearer {self.setting.api_key}"}
            late[:] = (self.setting.base_url + path,), {"json": payload, "headers": key}
            return PythonClient("", load(f"{REFERENCE}:Reference")).call(
                self.setting, payload, 1, 20.0
            )  # type: ignore[return-value]

    alone = PythonClient("late", Late)
    alone.max_together = 1
    report = check(alone, RunPlan(specs=[IMAGES], examples=0, brief=True))

    assert not [result.law.id for result in report.results if result.broken]


def test_an_interrupted_run_reports_the_results_so_far() -> None:
    calls = iter(range(10))

    def interrupted(self: Any) -> None:
        if next(calls) == 5:
            raise KeyboardInterrupt

    report = check(client(check_payload=interrupted), RunPlan(specs=[IMAGES], seed=1))

    assert report.interrupted
    assert report.cases == 5


def test_a_replay_checks_one_law_on_one_call() -> None:
    case = Case(IMAGES.id, find_plain_payload(IMAGES), "fail-3001")

    kept = replay_case(client(), case, VIRTUAL, law("code-told"))
    broken = replay_case(client(parse_code=lambda *_: None), case, VIRTUAL, law("code-told"))

    assert [r.status for r in (*kept.results, *broken.results)] == ["pass", "fail"]
    assert (kept.cases, broken.cases) == (1, 1)


def test_the_progress_callback_is_called_for_each_call() -> None:
    heard: list[tuple[int, int]] = []
    plan = RunPlan(specs=[IMAGES], seed=1, examples=10, brief=True)

    report = check(
        client(), plan, lambda aggregator, total: heard.append((aggregator.cases, total))
    )

    assert [cases for cases, _ in heard] == [*range(1, report.cases + 1)]
    assert {total for _, total in heard} == {report.cases}


def test_a_client_in_process_uses_the_clock_of_the_mock() -> None:
    slept: list[float] = []

    class Sleeper:
        def __init__(self, setting: Setting) -> None:
            self.setting = setting

        def generate(self, name: str, payload: Any) -> Outcome:
            import time

            begun = time.monotonic()
            time.sleep(self.setting.deadline)
            slept.append(time.monotonic() - begun)
            return Outcome.gave_up("slept")

    check(PythonClient("sleeper", Sleeper), RunPlan(specs=[IMAGES], examples=0, scenarios=["ok"]))

    assert set(slept) == {VIRTUAL.deadline}


def test_a_known_failure_does_not_fail_the_run() -> None:
    plan = RunPlan(specs=[IMAGES], laws=[law("code-told")], seed=1, examples=30)

    report = check(client(parse_code=lambda *_: None), plan)

    assert report.results[0].broken > 1
    assert replace(report.results[0], known="so it is").status is Status.KNOWN


def test_the_mock_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    statuses: list[int] = []

    def client(setting: Setting) -> Any:
        def generate(model: str, payload: Any) -> Any:
            statuses.append(httpx.get(setting.base_url).status_code)
            return {"outcome": "unsupported"}

        return generate

    with Harness(PythonClient("client", client), REAL) as harness:
        harness.run(Case(IMAGES.id, find_plain_payload(IMAGES), "ok"), 1)
    assert statuses == [404]
