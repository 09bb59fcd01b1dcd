"""``wanproof check`` and ``wanproof replay``, as they are called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml

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
    """A working directory with clients that are broken."""
    text = BROKEN.format(here=str(CLIENTS.parent))
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_good_client_is_told_so(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = checked(*GOOD, *SHORT, "--brief", capsys=capsys)

    assert (code, err) == (0, "")
    assert all(law.id in out for law in LAWS)
    assert "seed 3" in out
    assert not (folder / ".wanproof").exists()


def test_a_broken_one_gets_a_replay_that_is_broken_until_it_is_mended(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, _ = checked("--client", "mine.py:Codeless", *FAILING, capsys=capsys)

    assert code == 1
    assert "wanproof replay .wanproof/code-told.json" in out
    assert main(["replay", ".wanproof/code-told.json"]) == 1
    assert main(["replay", ".wanproof/code-told.json", *GOOD]) == 0
    kept = json.loads((folder / ".wanproof/code-told.json").read_text(encoding="utf-8"))
    assert kept["case"]["scenario"] == "fail-3001"
    assert kept["client"] == {"form": "python", "argv": ["mine.py:Codeless"]}


def test_what_should_be_kept_only_warns_unless_it_is_taken_strictly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    late = ["--client", "mine.py:Hasty", *SHORT, "--scenario", "stuck", "--law", "first-poll"]

    assert checked(*late, capsys=capsys)[0] == 0
    assert checked(*late, "--strict", capsys=capsys)[0] == 1


def test_a_known_failure_passes_and_one_that_is_kept_fails(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "known.toml").write_text('[code-told]\nreason = "old SDK"', encoding="utf-8")
    expect = [*FAILING, "--expect", "known.toml"]

    code, out, _ = checked("--client", "mine.py:Codeless", *expect, capsys=capsys)
    assert (code, "old SDK" in out) == (0, True)

    assert checked(*GOOD, *expect, capsys=capsys)[0] == 1


def test_reports_go_into_files_and_one_to_standard_output(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    reports = [f"--report={kind}=out/report.{kind}" for kind in ("junit", "sarif", "html", "md")]
    options = [*FAILING, *reports, "--badge", "out/badge.json", "--format", "json"]

    code, out, _ = checked("--client", "mine.py:Codeless", *options, capsys=capsys)

    document = json.loads(out)
    assert (code, document["passed"], document["seed"]) == (1, False, 3)
    assert JUnitXml.fromfile(str(folder / "out/report.junit")).failures == 1
    sarif = json.loads((folder / "out/report.sarif").read_text(encoding="utf-8"))
    assert [each["ruleId"] for each in sarif["runs"][0]["results"]] == ["code-told"]
    assert "code-told" in (folder / "out/report.html").read_text(encoding="utf-8")
    assert "code-told" in (folder / "out/report.md").read_text(encoding="utf-8")
    badge = json.loads((folder / "out/badge.json").read_text(encoding="utf-8"))
    assert (badge["schemaVersion"], badge["color"]) == (1, "red")


def test_the_profile_that_is_about_money_earns_a_badge(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    safe = ["--profile", "money-safe", "--badge", "badge.json", "--format", "json", "--brief"]

    _, out, _ = checked(*GOOD, *SHORT, *safe, capsys=capsys)

    assert {law["id"] for law in json.loads(out)["laws"]} == MONEY_SAFE
    badge = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert badge["message"] == "money-safe"


def test_a_client_that_does_nothing_is_not_safe(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    safe = ["--profile", "money-safe", "--badge", "badge.json"]

    code, out, _ = checked("--client", "mine.py:idle", *SHORT, *safe, capsys=capsys)

    assert code == 1
    assert "nothing was ever sent to the base URL" in out
    badge = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert badge["color"] == "red"


def test_what_was_narrowed_down_earns_no_badge_for_all(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    narrow = ["--profile", "money-safe", "--scenario", "accept-lost", "--badge", "badge.json"]

    assert checked(*GOOD, *SHORT, *narrow, capsys=capsys)[0] == 0
    badge = json.loads((folder / "badge.json").read_text(encoding="utf-8"))
    assert badge["message"] != "money-safe"


def test_threads_that_a_client_leaves_running_do_not_keep_it_from_ending() -> None:
    wanproof = str(Path(sys.executable).with_name("wanproof"))
    command = [wanproof, "check", "--client", "mine.py:Threaded"]

    run = subprocess.run(
        [*command, *FAILING], capture_output=True, text=True, check=False, timeout=60
    )

    assert run.returncode == 0
    assert f"{len(LAWS)} laws" in run.stdout
    assert "ending 1 threads that the client left running" in run.stderr


def test_a_file_that_cannot_be_written_is_told_before_any_call(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = checked(*GOOD, "--report", "md=mine.py/report.md", capsys=capsys)

    assert (code, out) == (2, "")
    assert "cannot write mine.py/report.md" in err


def test_laws_and_schemas_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    _, listed, _ = checked("--list", capsys=capsys)
    _, schema, _ = checked("--schema", "outcome", capsys=capsys)

    for law in LAWS:
        assert f"{law.id}  {law.level}" in listed
        assert law.statement in listed
        assert law.source in listed
        assert law.hint in listed
    assert json.loads(schema) == SCHEMAS["outcome"]
    jsonschema.Draft202012Validator.check_schema(json.loads(schema))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a client: --client PLACE for one in Python, or a command after --"),
        (["--client", "mine.py:Gone"], "mine.py has no 'Gone'"),
        (["--client", "mine.py:Hastey"], "did you mean Hasty?"),
        (["--client", "gone.py:X"], "there is no file gone.py"),
        (["--client", "mine.py:Hasty", "--", "node"], "not by both"),
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
def test_wrong_usage_is_told_in_a_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = checked(*arguments, capsys=capsys)

    assert code == 2
    assert says in err
    assert "Traceback" not in err
