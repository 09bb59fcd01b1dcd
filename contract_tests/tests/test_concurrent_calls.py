"""Tests calls that run at the same time, and what a client sends after its outcome."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from client_scripts import Write
from faulty_clients.broken import BROKEN, OverASocket
from faulty_clients.reference import AsyncReference, Reference
from recorded_runs import EDIT, GROUP, PAYLOADS
from representative_models import REPRESENTATIVES
from wan_contracts.cases.case import Case
from wan_contracts.cases.concurrent import iter_concurrent_groups
from wan_contracts.cases.time_profiles import REAL, VIRTUAL, TimeProfile
from wan_contracts.clients import Client
from wan_contracts.clients.pipelined_client import PipelinedClient
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, law
from wan_contracts.protocol.outcome import Outcome, OutcomeKind
from wan_contracts.results.replay import ClientSpec, Replay, write_replays
from wan_contracts.runner.aggregation import evaluate_laws
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.in_flight import iter_in_flight
from wan_contracts.runner.interaction import ClientError, ClientErrorKind, Interaction
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check, replay_case
from wan_validators import lint
from wan_validators.catalog import catalog, model
from wan_validators.command import UsageError

SLOW = [Case(EDIT, PAYLOADS[EDIT], each) for each in ("ok", "stuck", "poll-500", "fail-3001")]


def find_broken(interactions: list[Interaction]) -> dict[str, str]:
    return {
        name: verdict.message
        for each in interactions
        for name, verdict in evaluate_laws(LAWS, each).items()
        if not verdict.passed
    }


@pytest.mark.parametrize("target", [Reference, AsyncReference, OverASocket])
def test_a_correct_client_keeps_every_law_with_four_calls_at_once(target: Any) -> None:
    with Harness(PythonClient("reference", target), VIRTUAL) as harness:
        for cases in (GROUP, SLOW):
            interactions = harness.run_together(cases, 1)
            assert not find_broken(interactions)
            assert [each.case for each in interactions] == cases
            assert all(each.together == tuple(cases) for each in interactions)
            assert len({each.setting.api_key for each in interactions}) == len(cases)
            assert all(len(each.creates) == 1 for each in interactions)


def test_calls_at_once_really_overlap() -> None:
    with Harness(PythonClient("reference", Reference), VIRTUAL) as harness:
        interactions = harness.run_together(SLOW, 1)
        spans = [(each.exchanges[0].entry.at, each.exchanges[-1].entry.at) for each in interactions]
    assert max(start for start, _ in spans) < min(end for _, end in spans)


def test_shared_state_is_found_and_its_replay_makes_the_calls_at_once(tmp_path: Path) -> None:
    client = PythonClient("shares", BROKEN["SharesTheTask"])
    plan = RunPlan(specs=[model(EDIT)], laws=[law("poll-url")], examples=0, brief=True)

    report = write_replays(
        check(client, plan), tmp_path, ClientSpec(form="python", argv=("x:y",)), VIRTUAL
    )

    (result,) = report.results
    assert result.failure
    assert len(result.failure.interaction.together) == 4
    replay = Replay.load(tmp_path / "poll-url.json")
    assert replay.together == result.failure.interaction.together
    assert replay.case in replay.together
    for target, status in ((BROKEN["SharesTheTask"], "fail"), (Reference, "pass")):
        again = replay_case(
            PythonClient("", target), replay.case, VIRTUAL, replay.law, together=replay.together
        )
        assert [each.status for each in again.results] == [status]


def test_groups_have_valid_and_different_payloads() -> None:
    groups = [*iter_concurrent_groups(catalog(), VIRTUAL, 4, brief=False)]
    assert len(groups) == 2 * len(REPRESENTATIVES)
    for cases in groups:
        assert all(lint(case.payload, case.model_id).valid for case in cases)
        assert len({json.dumps(case.payload) for case in cases}) == len(cases) == 4
    assert len([*iter_concurrent_groups(catalog(), REAL, 2, brief=True)]) == 2


def test_the_payload_of_a_case_is_not_the_one_that_the_client_gets() -> None:
    def generate(_model: str, payload: Any) -> Outcome:
        payload["prompt"] = "another"
        payload["images"].clear()
        return Outcome.gave_up("")

    case = Case(EDIT, PAYLOADS[EDIT])
    with Harness(PythonClient("writes", lambda _: generate), VIRTUAL) as harness:
        interaction = harness.run(case, 1)
    assert interaction.case.payload["prompt"] == "night"
    assert len(interaction.case.payload["images"]) == 2


def report_of(work: Callable[[str, Any], Any], **options: Any) -> Any:
    plan = RunPlan(specs=[model(EDIT)], examples=0, brief=True, **options)
    return check(PythonClient("mine", lambda _: work), plan)


def test_a_run_in_which_no_call_completes_does_not_pass() -> None:
    report = report_of(lambda *_: Outcome.gave_up("never"), laws=[law("answers")])

    assert not report.passed
    assert [result.status for result in report.results] == ["pass"]
    assert any("No call completed" in note for note in report.notes)
    assert any("No task was created" in note for note in report.notes)
    assert report.exercise.results == {"gave_up": report.cases}


def test_laws_about_tasks_do_not_pass_without_a_task() -> None:
    report = report_of(lambda *_: Outcome.completed((), spent_usd=None))

    skipped = {each.law.id: each.reason for each in report.results if each.status == "skipped"}
    assert skipped["one-charge"] == skipped["poll-url"] == "no task was created"


@pytest.mark.parametrize(
    ("error", "kind"),
    [(ValueError("bad"), ClientErrorKind.CRASHED), (None, ClientErrorKind.GARBAGE)],
)
def test_calls_at_once_end_alone(error: Exception | None, kind: ClientErrorKind) -> None:
    class Fails(Reference):
        def generate(self, name: str, payload: Any) -> Any:
            outcome = super().generate(name, payload)
            if payload["prompt"] != "b":
                return outcome
            if error:
                raise error
            return None

    class FailsLater(AsyncReference):
        async def generate(self, name: str, payload: Any) -> Any:
            outcome = await super().generate(name, payload)
            if payload["prompt"] != "b":
                return outcome
            if error:
                raise error
            return None

    for target in (Fails, FailsLater):
        with Harness(PythonClient("fails", target), VIRTUAL) as harness:
            results = [each.client_result for each in harness.run_together(GROUP, 1)]
        assert [type(each) for each in results] == [Outcome, ClientError, Outcome, Outcome]
        assert isinstance(results[1], ClientError)
        assert results[1].kind is kind


ECHO = """
waiting = []
for line in sys.stdin:
    case = json.loads(line)
    waiting.append({"case": case["case"], "outcome": "gave_up", "message": str(case["payload"])})
    if len(waiting) == 2:
        for outcome in reversed(waiting):
            print(json.dumps(outcome), flush=True)
        waiting.clear()
"""


def calls(client: Client, *payloads: str, timeout: float = 30.0) -> list[Outcome | ClientError]:
    from python_clients import SETTING
    from wan_contracts.clients import PlannedCall

    planned = [PlannedCall(SETTING, each, nth, lambda: False) for nth, each in enumerate(payloads)]
    return [*client.call_together(planned, timeout)]


def test_cases_in_flight_are_answered_in_any_order(script: Write) -> None:
    with PipelinedClient(script(ECHO), 4) as client:
        for _ in range(2):
            results = calls(client, *"abcd")
            assert results == [Outcome.gave_up(each) for each in "abcd"]


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("sys.exit(3)", ClientErrorKind.CRASHED, "it ended with exit code 3 with 2 cases in f"),
        ("print('hello', flush=True)", ClientErrorKind.GARBAGE, "has no member case with the n"),
        (
            'print(\'{"case": 0}\\n{"case": 1}\', flush=True)',
            ClientErrorKind.GARBAGE,
            "is not a valid outcome",
        ),
    ],
)
def test_a_process_that_fails_with_cases_in_flight_is_reported(
    script: Write, text: str, kind: ClientErrorKind, says: str
) -> None:
    with PipelinedClient(script(f"for _ in (1, 2): sys.stdin.readline()\n{text}"), 2) as client:
        for result in calls(client, "a", "b"):
            assert isinstance(result, ClientError)
            assert (result.kind, says in result.message) == (kind, True), result


def test_a_case_that_hangs_leaves_the_others_in_flight(script: Write) -> None:
    text = """
    for line in sys.stdin:
        case = json.loads(line)
        if case["payload"] != "hang":
            print(json.dumps({"case": case["case"], "outcome": "gave_up"}), flush=True)
    """
    with PipelinedClient(script(text), 2, start_timeout=1.0) as client:
        first, second = calls(client, "hang", "b", timeout=0.5)
        (third,) = calls(client, "c", timeout=30.0)
    assert isinstance(first, ClientError)
    assert first.kind is ClientErrorKind.HUNG
    assert [each.kind for each in (second, third)] == [OutcomeKind.GAVE_UP] * 2


def test_a_client_that_waits_in_real_time_is_told_so_in_its_first_call() -> None:
    import select

    with pytest.raises(UsageError, match="add --real-time"):
        report_of(lambda *_: select.select([], [], [], 1.7))


THREADED = f"""
import json, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
sys.path[:0] = {[str(Path(__file__).parent)]!r}
from faulty_clients.reference import Reference
from wan_contracts.cases.case import Setting

whole_lines = Lock()

def answer(line):
    case = json.loads(line)
    number, payload = case.pop("case"), case.pop("payload")
    case.pop("version")
    client = Reference(Setting(**case))
    outcome = client.generate(case["model"], payload).as_json()
    client.close()
    with whole_lines:  # print writes the text and the end of the line in two steps
        print(json.dumps({{"case": number, **outcome}}), flush=True)

with ThreadPoolExecutor(4) as pool:
    for line in sys.stdin:
        pool.submit(answer, line)
"""

PATIENT = TimeProfile(
    name="patient", deadline=60.0, timeout=60.0, call_timeout=90.0, poll_interval=0.01
)
"""Real time for a busy machine."""


def test_cases_in_flight_over_stdio_keep_every_law(tmp_path: Path) -> None:
    script = tmp_path / "client.py"
    script.write_text(THREADED)
    quick = [case for case in SLOW if case.scenario != "stuck"]
    client = PipelinedClient([sys.executable, str(script)], 4)
    with Harness(client, PATIENT) as harness:
        together = harness.run_together(GROUP, 1)
        in_turn = [*iter_in_flight(harness, [*quick, *GROUP], 11, lambda _: True)]
        wanted = [*iter_in_flight(harness, quick, 21, lambda case: case.scenario == "ok")]
    assert not find_broken(together)
    assert not find_broken(in_turn)
    assert [each.case for each in in_turn] == [*quick, *GROUP]
    assert [each.case.scenario for each in wanted] == ["ok"]
    kinds = [each.outcome and each.outcome.kind for each in in_turn]
    assert kinds == [OutcomeKind.COMPLETED] * 2 + [OutcomeKind.FAILED] + [OutcomeKind.COMPLETED] * 4


def test_a_call_that_waits_does_not_keep_later_ones_from_starting() -> None:
    has_begun = Event()
    waited: list[bool] = []

    def run_in_flight(case: Case, number: int) -> int:
        if number == 1:
            waited.append(has_begun.wait(20))
        elif number == 6:
            has_begun.set()
        return number

    harness: Any = SimpleNamespace(
        client=SimpleNamespace(max_together=2), run_in_flight=run_in_flight
    )
    assert [*iter_in_flight(harness, GROUP * 4, 1, lambda _: True)] == [*range(1, 17)]
    assert waited == [True]
