"""Names with a vendor, and further names of a model, in runs, reports and replay files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wan_contracts.reporters import FORMATS
from wan_validators.cli import main

QUALIFIED = "dashscope/wan2.2-kf2v-flash"
FLAT = "dashscope/wan2.1-kf2v-plus"

LOST = """
import httpx
from wan_contracts import Outcome

class Client:
    def __init__(self, setting):
        self.setting = setting
    def generate(self, model, payload):
        setting = self.setting
        http = httpx.Client(transport=setting.transport, base_url=setting.base_url)
        answer = http.post(f"/v1/{model}", json=payload)
        return Outcome.refused(answer.status_code, answer.text)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lost.py").write_text(LOST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_writes_the_qualified_name_into_every_report_and_replay_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = [f"--report={name}={name}.out" for name in FORMATS]
    arguments = ["--client", "lost.py:Client", "--model", QUALIFIED, "--law", "create-url"]
    quick = ["--brief", "--examples", "0", "--seconds", "2", "--seed", "1"]

    assert main(["check", *arguments, *quick, *reports]) == 1
    for name in FORMATS:
        assert QUALIFIED in (folder / f"{name}.out").read_text(encoding="utf-8"), name
    [file] = (folder / ".wanproof").glob("*.json")
    assert json.loads(file.read_bytes())["case"]["model"] == QUALIFIED
    assert main(["replay", str(file), "--trust"]) == 1
    assert "create-url" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        (FLAT, "wan2.1-kf2v-plus"),
        ("dashscope/wanx2.1-kf2v-plus", "wan2.1-kf2v-plus"),
        ("mulerouter/wan2.1-kf2v-plus", None),
        ("wan2.1-kf2v-plus", None),
    ],
)
def test_a_replay_file_may_have_each_name_of_a_model(
    folder: Path, name: str, inner: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "https://example.com/a.png"
    payload = {"prompt": "a cat", "image": url, "last_frame": url}
    if inner:
        payload = {"model": inner, "input": {"first_frame_url": url}}  # type: ignore[dict-item]
    replay = {
        "version": 1,
        "law": "create-url",
        "why": "x",
        "case": {"model": name, "payload": payload, "scenario": "ok"},
        "tempo": "virtual",
        "full_size": False,
        "client": {"form": "python", "argv": ["lost.py:Client"]},
    }
    (folder / "replay.json").write_text(json.dumps(replay), encoding="utf-8")

    assert main(["replay", "replay.json", "--trust"]) == 1
    assert "1 of 1 call broke it" in capsys.readouterr().out
