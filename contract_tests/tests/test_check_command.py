"""``wanproof check`` and ``wanproof replay`` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory
from junitparser import JUnitXml

from wan_contracts.commands.check import keep_directory_clean
from wan_contracts.laws import LAWS, MONEY_SAFE
from wan_contracts.protocol.schemas import SCHEMAS
from wan_validators.cli import main

CLIENTS = Path(__file__).parent / "faulty_clients"
GOOD = ["--client", f"{CLIENTS / 'reference.py'}:Reference"]
BROKEN = """
import sys
import threading
sys.path.append({here!r})
from faulty_clients.reference import Reference
from wan_contracts.reference_client.client import ReferenceClient


class Codeless(Reference):
    class call_class(ReferenceClient):
        def parse_code(self, got):
            return None


class Hasty(Reference):
    class call_class(ReferenceClient):
        def find_next_poll_time(self, got):
            return None if got else self.now + 100


class Nothing:
    def generate(self, model, payload):
        return {{"outcome": "unsupported"}}


nothing = Nothing()


class Idle:
    def generate(self, model, payload):
        return {{"outcome": "gave_up"}}


idle = Idle()


class Threaded(Reference):
    def generate(self, model, payload):
        threading.Thread(target=threading.Event().wait).start()
        return super().generate(model, payload)
"""
SHORT = ["--model", "wan2.5-i2i-preview", "--examples", "0", "--seed", "3"]
FAILING = [*SHORT, "--scenario", "fail-3001"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Creates a working directory with faulty clients."""
    text = BROKEN.format(here=str(CLIENTS.parent))
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_check(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_correct_client_passes(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = run_check(*GOOD, *SHORT, "--brief", capsys=capsys)

    assert (code, err) == (0, "")
    assert all(law.id in out for law in LAWS)
    assert "seed 3" in out
    assert not (folder / ".wanproof").exists()


def test_a_replay_fails_until_the_client_is_fixed(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, _ = run_check("--client", "mine.py:Codeless", *FAILING, capsys=capsys)

    assert code == 1
    assert "wanproof replay .wanproof/code-told.json" in out
    assert main(["replay", ".wanproof/code-told.json", "--trust"]) == 1
    assert "lets wanproof import mine.py:Codeless" in capsys.readouterr().err
    assert main(["replay", ".wanproof/code-told.json", *GOOD]) == 0
    kept = json.loads((folder / ".wanproof/code-told.json").read_text(encoding="utf-8"))
    assert kept["case"]["scenario"] == "fail-3001"
    assert kept["client"] == {"form": "python", "argv": ["mine.py:Codeless"]}


def test_a_should_law_only_warns_unless_strict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--client", "mine.py:Hasty", *SHORT, "--scenario", "stuck", "--law", "first-poll"]

    assert run_check(*arguments, capsys=capsys)[0] == 0
    assert run_check(*arguments, "--strict", capsys=capsys)[0] == 1


def test_a_known_failure_passes_and_a_fixed_one_fails(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "known.toml").write_text('[code-told]\nreason = "old SDK"', encoding="utf-8")
    expect = [*FAILING, "--expect", "known.toml"]

    code, out, _ = run_check("--client", "mine.py:Codeless", *expect, capsys=capsys)
    assert (code, "old SDK" in out) == (0, True)

    assert run_check(*GOOD, *expect, capsys=capsys)[0] == 1


def test_reports_go_to_files_and_one_to_standard_output(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    reports = [f"--report={kind}=out/report.{kind}" for kind in ("junit", "sarif", "html", "md")]
    options = [*FAILING, *reports, "--badge", "out/badge.json", "--format", "json"]

    code, out, _ = run_check("--client", "mine.py:Codeless", *options, capsys=capsys)

    document = json.loads(out)
    assert (code, document["passed"], document["seed"]) == (1, False, 3)
    assert JUnitXml.fromfile(str(folder / "out/report.junit")).failures == 1
    sarif = json.loads((folder / "out/report.sarif").read_text(encoding="utf-8"))
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    line = (
        (folder / "mine.py")
        .read_text(encoding="utf-8")
        .split("\n")[place["region"]["startLine"] - 1]
    )
    assert (result["ruleId"], place["artifactLocation"]) == ("code-told", {"uri": "mine.py"})
    assert line.startswith("class Codeless")
    related = result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]
    assert related == {"uri": ".wanproof/code-told.json"}
    assert (folder / ".wanproof/.gitignore").exists()
    assert "code-told" in (folder / "out/report.html").read_text(encoding="utf-8")
    assert "code-told" in (folder / "out/report.md").read_text(encoding="utf-8")
    badge = json.loads((folder / "out/badge.json").read_text(encoding="utf-8"))
    assert (badge["schemaVersion"], badge["color"]) == (1, "red")


def test_the_money_safe_profile_gets_a_badge(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    safe = ["--profile", "money-safe", "--badge", "badge.json", "--format", "json", "--brief"]

    _, out, _ = run_check(*GOOD, *SHORT, *safe, capsys=capsys)

    assert {law["id"] for law in json.loads(out)["laws"]} == MONEY_SAFE
    badge = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert badge["message"] == "money-safe"


def test_a_client_that_does_nothing_is_not_money_safe(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    safe = ["--profile", "money-safe", "--badge", "badge.json"]

    code, out, _ = run_check("--client", "mine.py:idle", *SHORT, *safe, capsys=capsys)

    assert code == 1
    assert "the client sent nothing to the base URL" in out
    badge = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert badge["color"] == "red"


def test_a_narrowed_run_gets_no_money_safe_badge(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    narrow = ["--profile", "money-safe", "--scenario", "accept-lost", "--badge", "badge.json"]

    assert run_check(*GOOD, *SHORT, *narrow, capsys=capsys)[0] == 0
    badge = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert badge["message"] != "money-safe"


def test_threads_of_the_client_do_not_block_the_exit() -> None:
    wanproof = str(Path(sys.executable).with_name("wanproof"))
    command = [wanproof, "check", "--client", "mine.py:Threaded"]

    run = subprocess.run(
        [*command, *FAILING], capture_output=True, text=True, check=False, timeout=60
    )

    assert run.returncode == 0
    assert f"{len(LAWS)} laws" in run.stdout
    assert "ending 1 thread that the client left running" in run.stderr


def test_an_unwritable_file_fails_before_any_call(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = run_check(*GOOD, "--report", "md=mine.py/report.md", capsys=capsys)

    assert (code, out) == (2, "")
    assert "cannot write mine.py/report.md" in err


def test_laws_and_schemas_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    _, listed, _ = run_check("--list", capsys=capsys)
    _, schema, _ = run_check("--schema", "outcome", capsys=capsys)

    for law in LAWS:
        assert f"{law.id}  {law.level}" in listed
        assert law.statement in listed
        assert law.source in listed
        assert law.hint in listed
        assert f"/reference/laws/{law.id}.html\n" in listed
    assert json.loads(schema) == SCHEMAS["outcome"]
    jsonschema.Draft202012Validator.check_schema(json.loads(schema))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a client: --client PLACE for one in Python, or a command after --"),
        (["--client", "mine.py:Gone"], "mine.py has no 'Gone'"),
        (["--client", "mine.py:Hastey"], "did you mean Hasty?"),
        (["--client", "gone.py:X"], "there is no file gone.py"),
        (["--client", "mine.py:Hasty", "--", "node"], "not with both"),
        (["--client", "mine.py:Hasty", "--stdio"], "--stdio is for a command"),
        (["--stdio"], "--stdio needs a command"),
        (["--", "no-such-command"], "no-such-command"),
        ([*GOOD, "--law", "one-chrge"], "did you mean one-charge?"),
        ([*GOOD, "--model", "wan2.5-i2v"], "wan2.5-i2v"),
        ([*GOOD, "--scenario", "acept-lost"], "did you mean accept-lost?"),
        ([*GOOD, "--model", "vtrix", "--scenario", "fail-3001"], "no case was selected"),
        ([*GOOD, "--expect", "gone.toml"], "cannot read gone.toml"),
        ([*GOOD, "--report", "pdf=x"], "--report takes FORMAT=FILE"),
        ([*GOOD, "--examples", "-1"], "'-1' is not a whole number from 0 up"),
        ([*GOOD, "--seconds", "nan"], "'nan' is not a number from 0 up"),
        (["--client", "mine.py:nothing"], "no call could be checked"),
        ([*GOOD, *FAILING, "--badge", "mine.py/badge"], "cannot write mine.py/badge"),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run_check(*arguments, capsys=capsys)

    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_a_run_in_which_no_call_completes_fails(capsys: pytest.CaptureFixture[str]) -> None:
    options = [*SHORT, "--scenario", "ok", "--law", "answers", "--client", "mine.py:idle"]
    code, out, _ = run_check(*options, capsys=capsys)

    assert code == 1
    assert "answers  MUST   pass" in out
    assert "No call completed, so the run does not pass: " in out
    code, out, _ = run_check(*options, "--format", "md", capsys=capsys)
    assert (code, "no call completed" in out) == (1, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--in-flight", "4", *GOOD], "--in-flight is for a command after --stdio"),
        (["--in-flight", "0", *GOOD], "--in-flight takes a number from 1 to 16, not 0"),
    ],
)
def test_a_wrong_number_of_cases_in_flight_is_refused(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run_check(*options, capsys=capsys)

    assert code == 2
    assert message in err


@pytest.mark.parametrize("named", [True, False])
def test_hypothesis_has_a_folder_of_its_own_unless_the_environment_names_one(
    *, named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYPOTHESIS_STORAGE_DIRECTORY", raising=False)
    if named:
        monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path / "named"))
    set_hypothesis_home_dir(None)

    with keep_directory_clean():
        path = storage_directory("constants").path

    set_hypothesis_home_dir(None)
    assert (path == tmp_path / "named/constants") == named
    assert Path(".hypothesis").resolve() not in path.resolve().parents
