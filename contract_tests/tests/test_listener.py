"""``wanproof check --listen``: the laws are judged from the requests of any client."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import Any

import httpx
import jsonschema
import pytest

import recorded_runs
from expected_violations import BROKEN
from faulty_clients.broken import BROKEN as FAULTY
from faulty_clients.reference import Reference
from listener_runs import MODEL, ListeningRun, listening, make_calls
from wan_contracts.cases.case import Case
from wan_contracts.cases.time_profiles import REAL, VIRTUAL
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, NEED_OUTCOME, Law
from wan_contracts.listener.calls import CallTable, create_calls
from wan_contracts.listener.origins import OriginPolicy
from wan_contracts.listener.service import ListeningService
from wan_contracts.listener.session import ListeningSession, RunSettings
from wan_contracts.protocol.schemas import SCHEMAS
from wan_contracts.results.report import ContractReport, Status
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import Interaction
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_validators.catalog import model
from wan_validators.command import UsageError

SCENARIOS = ("ok", "fail-3001", "accept-504", "poll-500", "rate-limited", "download-500")

PAYLOAD = {"prompt": "night", "images": ["https://example.com/1.png"]}

CREATE = f"/vendors/alibaba/v1/{MODEL}/generation"


def broken(report: ContractReport) -> set[str]:
    """The ids of the broken laws."""
    return {result.law.id for result in report.results if result.broken}


def reasons(report: ContractReport) -> dict[str, str | None]:
    return {result.law.id: result.reason for result in report.results}


@pytest.fixture(scope="module")
def correct() -> ContractReport:
    """A correct client that four workers use at the same time, without any outcome."""
    with listening(*SCENARIOS) as run:
        run.drive(make_calls(Reference), workers=4)
        return run.finish()


def test_a_correct_client_breaks_no_law(correct: ContractReport) -> None:
    assert broken(correct) == set()
    assert correct.passed
    assert correct.cases > len(SCENARIOS)
    statuses = {result.law.id: result.status for result in correct.results}
    assert {
        statuses[law] for law in ("one-charge", "key-in-url", "poll-url", "payload-intact")
    } == {Status.PASS}


def test_laws_that_need_an_outcome_are_skipped_with_this_reason(correct: ContractReport) -> None:
    skipped = {
        result.law.id
        for result in correct.results
        if result.reason == "it needs an outcome, and none was reported"
    }
    assert skipped == NEED_OUTCOME
    assert all(result.judged == 0 for result in correct.results if result.law.id in NEED_OUTCOME)
    start = f"Without an outcome, {len(NEED_OUTCOME)} of {len(LAWS)} laws"
    assert any(note.startswith(start) for note in correct.notes)


def test_with_outcomes_all_laws_apply() -> None:
    with listening(*SCENARIOS) as run:
        run.drive(make_calls(Reference), workers=2, outcomes=True)
        report = run.finish()
    assert broken(report) == set()
    assert {"answers", "code-told", "failed-is-failed", "task-id-kept"} <= {
        result.law.id for result in report.results if result.status is Status.PASS
    }
    assert report.notes == []


def test_cases_without_a_request_are_counted() -> None:
    with listening("ok", laws=["one-charge"]) as run:
        first, _ = take(run, 2)
        create(run, first)
        report = run.finish()
        cases = run.cases
    assert report.notes[:2] == [
        f"Not handed out: {cases - 2} of {cases} cases.",
        "Not judged: 1 case without any request or outcome.",
    ]


@pytest.mark.parametrize(
    ("client", "law"),
    [
        ("RetriesPost", "one-charge"),
        ("PutsTheKeyIntoUrls", "key-in-url"),
        ("FailsOn5xx", "task-followed"),
        ("SendsTheKeyAlong", "key-stays-home"),
    ],
)
def test_a_faulty_client_breaks_its_law_by_its_requests_alone(client: str, law: str) -> None:
    assert law in BROKEN[client]
    with listening(*SCENARIOS) as run:
        run.drive(make_calls(FAULTY[client]), workers=3)
        report = run.finish()
    assert broken(report) == {law}
    [failure] = [result.failure for result in report.results if result.failure]
    assert failure.interaction.client_result is None
    note = f"Repeat {law}: wanproof check --listen --model {MODEL} --scenario "
    assert [each for each in report.notes if each.startswith(note)]


def test_only_the_listed_laws_need_an_outcome() -> None:
    guilty = {law: name for name, laws in reversed([*BROKEN.items()]) for law in laws}
    with Harness(PythonClient("Reference", Reference), VIRTUAL) as harness:
        for law in LAWS:
            calls = recorded_runs.runs(harness, guilty[law.id], FAULTY[guilty[law.id]])
            if law.id in NEED_OUTCOME:
                call = next(call for call in calls if breaks(law, call))
                assert law.judge(replace(call, client_result=None)) is None, law.id
            else:
                assert any(breaks(law, replace(call, client_result=None)) for call in calls), law.id


def breaks(law: Law, call: Interaction) -> bool:
    verdict = law.judge(call)
    return verdict is not None and not verdict.passed


def test_each_case_matches_the_schema_and_has_its_own_key() -> None:
    with listening("ok", "fail-3001") as run:
        listed = run.http.get(f"{run.check_url}/cases").json()["cases"]
        handed_out = [run.next_case() for _ in listed]
        assert handed_out == listed
        assert run.next_case() is None
    for case in listed:
        jsonschema.validate(case, SCHEMAS["case"])
        assert case["base_url"] == run.base_url
    assert [case["case"] for case in listed] == [*range(1, len(listed) + 1)]
    assert len({case["api_key"] for case in listed}) == len(listed)


def test_requests_in_turns_are_judged_by_their_keys_and_tasks() -> None:
    with listening("ok", laws=["one-charge", "bearer-header", "poll-url"]) as run:
        one, two, rejected = take(run, 3)
        # This create makes no task, so requests without a key cannot belong to it.
        headers = {"Authorization": f"Bearer {rejected['api_key']}"}
        run.http.post(f"{run.base_url}{CREATE}", headers=headers, json={"prompt": 1})
        tasks = [create(run, case) for case in (one, two)]
        # The second client forgets its key in polls; its task shows whose polls they are.
        poll(run, tasks[0], key=one["api_key"])
        poll(run, tasks[1], key=None)
        run.http.get(f"{run.base_url}/files/{tasks[1]}/1.png")
        run.http.get(f"{run.base_url}/files/nowhere.png")
        assert run.status()["strays"] == 1
        report = run.finish()
    assert broken(report) == {"bearer-header"}
    [failure] = [result.failure for result in report.results if result.failure]
    assert failure.number == two["case"]
    assert [each.entry.action for each in failure.interaction.exchanges] == [
        *("create", "poll", "file")
    ]


def test_a_create_after_the_end_of_a_call_counts() -> None:
    with listening("ok", laws=["one-charge"]) as run:
        [case] = take(run, 1)
        create(run, case)
        run.send_outcome(case["case"], {"outcome": "gave_up"})
        assert run.status()["settled"] == 1
        before = run.http.get(f"{run.check_url}/report").json()
        create(run, case)
        report = run.finish()
    assert before["laws"][0]["broken"] == 0
    assert broken(report) == {"one-charge"}


def test_a_call_in_progress_is_not_judged_before_its_deadline() -> None:
    with listening("stuck", laws=["goes-on"]) as run:
        [case] = take(run, 1)
        poll(run, create(run, case), key=case["api_key"])
        before = run.http.get(f"{run.check_url}/report").json()
        report = run.finish()  # waits for the deadline
    assert (before["cases"], before["notes"][0]) == (0, "Not judged: 1 call that had not ended.")
    assert broken(report) == {"goes-on"}


def test_a_client_that_never_stops_is_judged_after_a_while() -> None:
    stop = Event()
    with listening("ok", laws=["one-charge"]) as run, ThreadPoolExecutor(1) as pool:
        [case] = take(run, 1)
        create(run, case)

        def create_on() -> None:
            while not stop.wait(0.2):
                with suppress(httpx.HTTPError):  # the run is over
                    create(run, case)

        pool.submit(create_on)
        report = run.finish()
        stop.set()
    assert broken(report) == {"one-charge"}


def test_a_response_that_the_client_did_not_receive_is_no_known_task() -> None:
    mock = Mock(Simulator())
    [call] = create_calls([Case(MODEL, PAYLOAD)], REAL, "http://localhost", seed=1)
    settings = RunSettings(
        specs=[model(MODEL)], laws=LAWS, scenarios=["ok"], profile="full", seed=1, known={}
    )
    service = ListeningService(ListeningSession(mock, [call], settings, OriginPolicy()))
    request = Request(
        method="POST",
        path=CREATE,
        headers={
            "Authorization": f"Bearer {call.setting.api_key}",
            "Content-Type": "application/json",
            "Origin": "http://localhost:3000",
        },
        body=json.dumps(PAYLOAD).encode(),
    )
    response = service.handle(request)
    assert call.build_interaction(mock).acknowledged_create
    service.mark_response_lost(response)
    assert call.build_interaction(mock).creates
    assert call.build_interaction(mock).acknowledged_create is None


@pytest.mark.parametrize(("peer", "late"), [("127.0.0.1:1", True), ("", False)])
def test_a_response_that_was_late_is_recorded_as_late(peer: str, *, late: bool) -> None:
    mock = Mock(Simulator())
    profile = replace(REAL, timeout=0.02)
    [call] = create_calls([Case(MODEL, PAYLOAD)], profile, "http://localhost", seed=1)
    table = CallTable([call], mock)
    request = Request(method="POST", path=CREATE, peer=peer)

    def answer() -> Response:
        Event().wait(profile.timeout)
        return mock.handle(request)

    table.record(call, request, answer)

    assert [each.is_late for each in call.exchanges] == [late]


def test_requests_without_a_key_are_counted_and_named() -> None:
    with listening("ok", laws=["one-charge"]) as run:
        [case] = take(run, 1)
        create(run, case)
        run.http.post(f"{run.base_url}{CREATE}", json=case["payload"])
        assert run.status()["strays"] == 1
        report = run.finish()
    [note] = [note for note in report.notes if "API key" in note]
    assert note == f"Not judged: 1 request without the API key of a case, such as POST {CREATE}."


def test_a_run_ends_after_a_pause_if_every_case_was_called() -> None:
    with listening("ok", laws=["one-charge"], idle_s=0.3) as run:
        run.drive(make_calls(Reference))
        assert run.report().passed


def test_a_run_without_any_call_is_a_usage_error() -> None:
    with listening("ok") as run:
        run.http.get(f"{run.base_url}/nowhere")
        with pytest.raises(UsageError, match="no request had the API key of one of the") as caught:
            run.finish()
    assert "such as GET /nowhere" in str(caught.value)


def test_models_that_the_client_does_not_support_are_not_handed_out_again() -> None:
    with listening("ok") as run:
        [case] = take(run, 1)
        run.send_outcome(case["case"], {"outcome": "unsupported"}).raise_for_status()
        assert run.next_case() is None
        with pytest.raises(UsageError, match="'unsupported' was reported for every case"):
            run.finish()


def take(run: ListeningRun, count: int) -> list[dict[str, Any]]:
    cases = [run.next_case() for _ in range(count)]
    assert all(cases)
    return [case for case in cases if case]


def create(run: ListeningRun, case: dict[str, Any]) -> str:
    """Creates the task of *case*, and returns its id."""
    headers = {"Authorization": f"Bearer {case['api_key']}"}
    url = f"{run.base_url}{CREATE}"
    response = run.http.post(url, headers=headers, json=case["payload"]).raise_for_status()
    task: str = response.json()["task_info"]["id"]
    return task


def poll(run: ListeningRun, task: str, *, key: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return run.http.get(f"{run.base_url}{CREATE}/{task}", headers=headers)
