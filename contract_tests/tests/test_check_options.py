"""The options of ``wanproof check`` that select laws, scenarios and the pace of the client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wan_contracts.cases.time_profiles import REAL, VIRTUAL
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS
from wan_contracts.runner.pace import find_laws_without_time
from wan_contracts.runner.run_plan import RunPlan
from wan_validators.cli import main

CLIENTS = Path(__file__).parent / "faulty_clients"
GOOD = ["--client", f"{CLIENTS / 'reference.py'}:Reference"]
SHORT = ["--model", "wan2.5-i2i-preview", "--examples", "0", "--seed", "3"]
SCENARIOS = """
[our-outage]
summary = "Our outage of May."
poll.steps = [{status = 500, done = false, times = 4}]
"""


PACED = """
import json
from pathlib import Path
class Client:
    def __init__(self, setting):
        names = ("deadline", "timeout", "poll_interval")
        pace = {name: getattr(setting, name) for name in names}
        Path("pace.json").write_text(json.dumps(pace))
    def generate(self, model, payload):
        return {"outcome": "gave_up"}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own.toml").write_text(SCENARIOS, encoding="utf-8")
    (tmp_path / "replaces.toml").write_text(
        "[ok.poll]\nsteps = [{status = 500}]\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report_of(*arguments: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> dict[str, Any]:
    assert main(["check", *GOOD, *SHORT, "--format", "json", *arguments]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def scenarios_of(document: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = document["coverage"]["scenarios"]
    return part


def test_a_pattern_selects_laws(capsys: pytest.CaptureFixture[str]) -> None:
    document = report_of("--law", "poll-*", "--law", "one-c?arge", "--brief", capsys=capsys)
    wanted = [law.id for law in LAWS if law.id.startswith("poll-") or law.id == "one-charge"]
    assert [law["id"] for law in document["laws"]] == wanted


def test_a_pattern_selects_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    document = report_of("--scenario", "fail-300?", "--scenario", "partial", capsys=capsys)
    assert document["cases"] == 6
    assert {"fail-3001", "fail-3002", "partial"} <= {*scenarios_of(document)["met"]}
    assert scenarios_of(document)["missed"] == []


def test_a_combination_of_scenarios_is_one_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert report_of("--scenario", "rate-limited:1+partial", capsys=capsys)["cases"] == 1
    assert report_of("--scenario", "poll-500:4", capsys=capsys)["cases"] == 1


def test_laws_and_scenarios_are_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--brief", "--skip", "poll-*", "--skip", "one-charge", "--skip", "stuck"]
    document = report_of(*arguments, capsys=capsys)
    named = [law["id"] for law in document["laws"]]
    assert named == [
        law.id for law in LAWS if not law.id.startswith("poll-") and law.id != "one-charge"
    ]
    names = [name for part in ("met", "missed") for name in scenarios_of(document)[part]]
    assert "ok" in names
    assert not [name for name in names if name.startswith("poll-") or name == "stuck"]


def test_scenarios_of_a_file_are_checked_too(capsys: pytest.CaptureFixture[str]) -> None:
    document = report_of(
        *("--scenarios", "own.toml", "--scenario", "our-*", "--scenario", "our-outage:2"),
        capsys=capsys,
    )
    assert document["cases"] == 2
    assert scenarios_of(document)["met"] == ["our-outage"]
    whole = report_of("--scenarios", "own.toml", "--brief", "--law", "answers", capsys=capsys)
    assert "our-outage" in scenarios_of(whole)["met"]


def test_seconds_limit_the_whole_run_and_the_report_says_what_was_omitted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = report_of("--seconds", "0", capsys=capsys)
    assert document["cases"] == 1
    [note] = document["notes"]
    assert note.startswith("The 0 s of --seconds were over after 1 of ")
    assert "scenarios (fail-2001, " in note
    assert note.endswith("payloads of wan2.5-i2i-preview.")


def test_with_a_time_limit_the_calls_that_take_long_come_last() -> None:
    lengthy = [
        VIRTUAL.is_lengthy(name) for name in ("stuck", "ok+stuck:1", "partial", "ok:2+partial")
    ]
    assert lengthy == [True, True, False, False]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {"deadline": 900, "timeout": 1, "poll_interval": 10}),
        (
            ["--deadline", "60", "--timeout", "30", "--poll-interval", "5"],
            {"deadline": 60, "timeout": 30, "poll_interval": 5},
        ),
    ],
)
def test_the_client_gets_the_pace(
    given: list[str], expected: dict[str, float], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "paced.py").write_text(PACED)
    arguments = ["--client", "paced.py:Client", *SHORT, "--scenario", "partial", *given]
    main(["check", *arguments])
    capsys.readouterr()
    assert json.loads((folder / "pace.json").read_text()) == expected


def test_a_client_of_another_pace_keeps_every_law(capsys: pytest.CaptureFixture[str]) -> None:
    pace = ["--deadline", "100", "--timeout", "30", "--poll-interval", "5"]
    document = report_of("--brief", *pace, capsys=capsys)
    assert not [law["id"] for law in document["laws"] if law["verdict"] in ("warn", "fail")]
    assert document["notes"] == []


def test_scenarios_and_laws_that_need_another_pace_are_left_out_with_a_note(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pace = ["--deadline", "20", "--timeout", "0.2", "--poll-interval", "10"]
    document = report_of("--brief", *pace, capsys=capsys)
    scenarios, laws = document["notes"]
    assert "scenarios left out, because they do not end within the deadline of 20 s" in scenarios
    assert laws.startswith("3 laws skipped (goes-on, whole-deadline, task-followed): it needs a ")
    met = {*scenarios_of(document)["met"], *scenarios_of(document)["missed"]}
    assert "latency" not in met
    assert "rate-limited" not in met
    reasons = {law["id"]: law.get("reason") for law in document["laws"]}
    assert "of more than 26 s; see --deadline" in reasons["goes-on"]


@pytest.mark.parametrize("usual", [VIRTUAL, REAL])
def test_the_usual_pace_leaves_nothing_out(usual: Any) -> None:
    assert usual.change_times({}) == usual
    assert usual.too_long_scenarios == []
    assert find_laws_without_time(usual) == {}


def test_a_call_in_real_time_may_take_as_long_as_the_pace_of_the_client() -> None:
    client = PythonClient("idle", lambda setting: setting)
    slow = RunPlan(real_time=True, pace={"deadline": 60.0, "timeout": 30.0})
    assert slow.choose_time_profile(client).call_timeout >= 2 * (60 + 30)
    own = RunPlan(real_time=True, pace={"deadline": 60.0, "call_timeout": 7.0})
    assert own.choose_time_profile(client).call_timeout == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--law", "pol-*"], "no law matches 'pol-*'; did you mean poll-*?"),
        (["--scenario", "dowload-*"], "no scenario matches 'dowload-*'; did you mean download-*?"),
        (
            ["--skip", "one-chrge"],
            "no law and no scenario is named 'one-chrge'; did you mean ",
        ),
        (["--skip", "zzz*"], "no law and no scenario matches 'zzz*'; `wanproof check --list` and "),
        (["--skip", "*"], "--skip leaves no law to check"),
        (["--law", "one-charge", "--skip", "one-*"], "--skip leaves no law to check"),
        (["--scenario", "partial", "--skip", "partial"], "no case was selected"),
        (["--scenarios", "gone.toml"], "cannot read --scenarios gone.toml: No such file"),
        (["--scenarios", "replaces.toml"], "--scenarios: replaces.toml: ok"),
        (["--scenario", "our-outage"], "there is no scenario 'our-outage'"),
        (["--deadline", "0"], "'0' is not a number of seconds above 0"),
        (["--timeout", "soon"], "'soon' is not a number of seconds above 0"),
        (["--poll-interval", "nan"], "'nan' is not a number of seconds above 0"),
        (["--call-timeout", "1e9"], "'1e9' is not a number of seconds above 0, up to 86400"),
        (["--deadline", "5"], "the deadline of 5 s is not longer than the poll interval of 15 s"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *GOOD, *SHORT, *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_the_help_says_what_a_brief_run_omits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "omits texts, sizes, files and numbers at their limits" in text


def test_an_edition_leaves_out_newer_models(capsys: pytest.CaptureFixture[str]) -> None:
    document = report_of("--edition", "2026-10", "--brief", capsys=capsys)

    assert document["seed"] == 3
    arguments = ["check", *GOOD, *SHORT, "--edition", "2026-10", "--model", "wan2.6-t2i"]
    assert main(arguments) == 2
    assert "'wan2.6-t2i' in the edition 2026-10" in capsys.readouterr().err
