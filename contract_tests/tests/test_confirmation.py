"""Failures are repeated in a fresh client, alone or after other calls, before they are reported."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faulty_clients.reference import Reference
from wan_contracts.cases.case import Case, Setting
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.loading import ClientLoader
from wan_contracts.clients.process_client import ProcessClient
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import law
from wan_contracts.protocol.outcome import Outcome
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reporters import render
from wan_contracts.reporters.terminal import write
from wan_contracts.results.report import ContractReport, LawResult, Status
from wan_contracts.runner import run_loop
from wan_contracts.runner.confirmation import Limits
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.minimize import shrink_sequence
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check
from wan_validators.catalog import model
from wan_validators.cli import main
from wan_validators.command import UsageError

IMAGES = model("wan2.5-i2i-preview")
FOLDER = str(Path(__file__).parent)
SCENARIOS = ("http-402", "rate-limited", "http-413", "poll-401", "poll-402")
"""In the order of the run."""

LAW = "task-id-kept"
PLAN = RunPlan(specs=[IMAGES], laws=[law(LAW), law("answers")], scenarios=SCENARIOS)


class ForgetsTheId(ReferenceClient):
    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return super().build_gave_up_outcome(message, None)


class NoticesLimits(ReferenceClient):
    noticed = False

    def may_repeat(self, reply: Any, attempt: int) -> bool:
        NoticesLimits.noticed |= getattr(reply, "status", 0) == 429
        return super().may_repeat(reply, attempt)


class Forgetful(Reference):
    call_class = ForgetsTheId


class Noticing(Reference):
    call_class = NoticesLimits


class BrokenAfterLimit:
    """Reports no task id in the calls after one with a 429."""

    def __init__(self) -> None:
        self.was_limited = False

    def generate(self, name: str, payload: Any, setting: Setting) -> Outcome:
        NoticesLimits.noticed = False
        outcome = (Forgetful if self.was_limited else Noticing)(setting).generate(name, payload)
        self.was_limited |= NoticesLimits.noticed
        return outcome


def find_result(report: ContractReport, name: str = LAW) -> LawResult:
    return next(result for result in report.results if result.law.id == name)


def list_scenarios(result: LawResult) -> list[str]:
    assert result.failure
    cases = (*result.failure.preceding, result.failure.interaction.case)
    return [case.scenario for case in cases]


def test_a_failure_that_repeats_alone_has_no_calls_before_it() -> None:
    result = find_result(check(PythonClient("forgetful", Forgetful), PLAN))

    assert (result.status, len(list_scenarios(result))) == (Status.FAIL, 1)


def test_a_failure_after_another_call_is_reported_with_both() -> None:
    client = PythonClient("limited", BrokenAfterLimit())

    report = check(client, PLAN)

    result = find_result(report)
    assert result.status is Status.FAIL
    assert list_scenarios(result)[0] == "rate-limited"
    assert len(list_scenarios(result)) == 2
    assert result.failure
    assert not result.failure.verdict.passed
    for kind in ("json", "junit", "html", "md"):
        assert "rate-limited" in render(kind, report)
    assert "only after 1 other call with the same client" in render("sarif", report)


@pytest.mark.parametrize("broken_call", [1, 3, 4])
def test_a_failure_that_never_repeats_fails_no_run(broken_call: int) -> None:
    calls = iter(range(10**6))

    def flaky(setting: Setting) -> Any:
        return (Forgetful if next(calls) == broken_call else Reference)(setting)

    report = check(PythonClient("flaky", flaky), PLAN)

    result = find_result(report)
    if broken_call == 1:  # no task id was due
        assert result.status is Status.PASS
        return
    assert (result.status, result.broken) == (Status.NOT_REPRODUCED, 1)
    assert report.passed
    assert not report.status_counts[Status.FAIL]
    for kind in ("json", "junit", "html", "md"):
        assert "not-reproduced" in render(kind, report)
    assert not json.loads(render("sarif", report))["runs"][0]["results"]
    out = io.StringIO()
    write(report, out, {})
    listed = out.getvalue().partition("not reproduced\n")[2].splitlines()[0]
    assert "task-id-kept: 1 of" in listed
    assert "broke it, but not when repeated: the outcome gave_up has no task id" in " ".join(
        out.getvalue().split()
    )


def test_a_client_without_failures_is_called_no_more_often() -> None:
    calls: list[str] = []

    def counted(setting: Setting) -> Any:
        calls.append(setting.api_key)
        return Reference(setting)

    report = check(PythonClient("counted", counted), PLAN)

    assert len(calls) == report.cases == len(SCENARIOS)


def test_the_search_for_a_sequence_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(repeats=1, law_calls=1, all_calls=100)
    monkeypatch.setattr(run_loop, "IN_PROCESS_LIMITS", limits)

    report = check(PythonClient("limited", BrokenAfterLimit()), PLAN)

    assert find_result(report).status is Status.NOT_REPRODUCED


@given(st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n)))))
def test_only_the_calls_that_matter_are_left(drawn: tuple[int, set[int]]) -> None:
    last, needed = drawn
    items = range(last + 1)

    found = shrink_sequence(items, lambda some: needed <= set(some))

    assert list(found) == (sorted(needed) or [last])


STATEFUL = """
    import sys
    sys.path.append({folder!r})
    from faulty_clients.reference import Reference
    from wan_contracts.reference_client.client import ReferenceClient
    import {state}

    class Client(Reference):
        class Call(ReferenceClient):
            def may_repeat(self, reply, attempt):
                {state}.limited |= getattr(reply, "status", 0) == 429
                return super().may_repeat(reply, attempt)

            def build_gave_up_outcome(self, message, task_id):
                return super().build_gave_up_outcome(message, None if {state}.limited else task_id)

        call_class = Call
"""
OPTIONS = [
    *("--model", IMAGES.id, "--law", LAW, "--examples", "0", "--seed", "1"),
    *(word for name in SCENARIOS for word in ("--scenario", name)),
]


@pytest.mark.parametrize("state", ["__main__", "own_state"])
def test_a_sequence_is_replayed(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The state is in a module of the client, which is loaded anew."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    text = dedent(STATEFUL.format(folder=FOLDER, state="own_state"))
    if state == "__main__":
        imported = "own_state = sys.modules[__name__]\nlimited = False"
        text = text.replace("import own_state", imported)
    else:
        Path("own_state.py").write_text("limited = False\n")
    Path("stateful.py").write_text(text)
    client = ["--client", "stateful.py:Client"]

    assert main(["check", *client, *OPTIONS]) == 1
    out = capsys.readouterr().out
    assert "calls before it, with the same client" in out
    replay = json.loads(Path(".wanproof/task-id-kept.json").read_text())
    assert [case["scenario"] for case in replay["preceding"]] == ["rate-limited"]
    for name in ("own_state", "wanproof_client_stateful"):
        sys.modules.pop(name, None)

    assert main(["replay", ".wanproof/task-id-kept.json", *client]) == 1
    assert "only after 1 other call" in capsys.readouterr().out

    del replay["preceding"]
    Path("alone.json").write_text(json.dumps(replay))
    sys.modules.pop("own_state", None)
    assert main(["replay", "alone.json", *client]) == 0


SLEEPER = """
    from time import sleep

    def client(setting):
        def generate(model, payload):
            sleep(setting.deadline)
            return {"outcome": "gave_up"}
        return generate
"""


def test_a_client_that_is_loaded_anew_still_uses_the_clock_of_the_suite(tmp_path: Path) -> None:
    place = tmp_path / "sleeper.py"
    place.write_text(dedent(SLEEPER))
    loader = ClientLoader(f"{place}:client")
    client = PythonClient("sleeper", loader.load(), loader.reload)
    case = Case(IMAGES.id, {"prompt": "a", "images": ["https://example.com/a.png"]})

    with Harness(client, VIRTUAL) as harness:
        first = harness.run(case, 1)
        harness.renew_client()
        second = harness.run(case, 2)

    assert first.client_result == second.client_result == Outcome.from_json({"outcome": "gave_up"})


def test_a_client_whose_file_is_gone_is_not_loaded_anew(tmp_path: Path) -> None:
    place = tmp_path / "gone.py"
    place.write_text("def client(setting):\n    return lambda model, payload: None\n")
    loader = ClientLoader(f"{place}:client")
    target = loader.load()
    client = PythonClient("gone", target, loader.reload)
    place.unlink()

    client.renew()

    with pytest.raises(UsageError, match="there is no file"):
        loader.reload()
    assert sys.modules[target.__module__].client is target


PROCESS = """
    import json, sys
    limited = False
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps({"outcome": "gave_up", "task_id": "1" if limited else None}), flush=True)
        limited = True
"""


def test_a_process_is_started_anew_for_each_sequence(tmp_path: Path) -> None:
    """Its second call in a process reports the id of a task that it did not create."""
    script = tmp_path / "client.py"
    script.write_text(dedent(PROCESS))
    client = ProcessClient([sys.executable, "-S", str(script)])

    with client:
        outcomes = []
        for renewed in (True, False, True):
            if renewed:
                client.renew()
            setting = Setting(
                base_url="http://127.0.0.1:1",
                api_key="key",
                vendor="mulerouter",
                model=IMAGES.id,
                poll_interval=1,
                deadline=1,
                timeout=1,
            )
            outcome = client.call(setting, {}, 1, 30.0)
            assert isinstance(outcome, Outcome)
            outcomes.append(outcome.task_id)
    assert outcomes == [None, "1", None]


def test_a_replay_that_judges_nothing_has_its_own_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("unable.py").write_text(
        "def client(setting):\n    return lambda model, payload: {'outcome': 'unsupported'}\n"
    )
    case = Case(IMAGES.id, {"prompt": "a", "images": ["https://example.com/a.png"]})
    replay = {
        "version": 1,
        "law": "code-told",
        "case": case.as_json(),
        "tempo": "virtual",
        "client": {"form": "python", "argv": ["unable.py:client"]},
    }
    Path("replay.json").write_text(json.dumps(replay))
    reference = f"{FOLDER}/faulty_clients/reference.py:Reference"

    assert main(["replay", "replay.json", "--client", reference]) == 4
    assert "code-told was not judged: no call could break it" in capsys.readouterr().err
    assert main(["replay", "replay.json", "--trust"]) == 4
    assert 'not judged: the client reported "unsupported"' in capsys.readouterr().err
