"""The files that CI services read from this repository: a hook, an action, a Docker image."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from wan_mockserver import Mock, Server, Simulator, create_app
from wan_validators.source.path_patterns import PathPatterns

ROOT: Final = Path(__file__).parents[1]
BAD: Final = '{"model": "wan26_i2i", "parameters": {"n": 9}}'
GOOD: Final = json.dumps(
    {
        "model": "wan26_i2i",
        "input": {
            "messages": [
                {"role": "user", "content": [{"text": "a"}, {"image": "https://example.com/a.png"}]}
            ]
        },
        "parameters": {"n": 1},
    }
)


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_hook_lints_the_payloads_of_a_repository(tmp_path: Path) -> None:
    (hook,) = load(".pre-commit-hooks.yaml")
    assert {*hook} == {"id", "name", "description", "entry", "language", "files"}
    pattern = re.compile(hook["files"])
    assert pattern.search("payloads/a.json")
    assert pattern.search("x/payloads/y/a.jsonl")
    assert not pattern.search("package.json")
    assert not pattern.search("payloads/a.md")
    (tmp_path / "a.json").write_text(BAD)
    program, *arguments = shlex.split(hook["entry"])
    command = [str(Path(sys.executable).with_name(program)), *arguments, "a.json"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 1


@pytest.fixture
def action(tmp_path: Path) -> Any:
    """Runs the steps of the action after the installation, as GitHub does."""
    document = load("action.yml")
    install, lint = document["runs"]["steps"]
    assert "github.action_path" in install["env"]["ACTION"]
    assert {step["shell"] for step in (install, lint)} == {"bash"}
    defaults = {name: each["default"] for name, each in document["inputs"].items()}

    def run(**inputs: str) -> subprocess.CompletedProcess[str]:
        values = defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
        env = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
            for name, text in lint["env"].items()
        }
        assert not any("${{" in text for text in (*env.values(), lint["run"]))
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", lint["run"]],
            cwd=tmp_path,
            env={
                **env,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_annotates_summarises_and_writes_sarif(action: Any, tmp_path: Path) -> None:
    folder = tmp_path / "pay loads"
    folder.mkdir()
    (folder / "a.json").write_text(BAD)
    done = action(paths="pay loads\n\n", sarif_file="out/found.sarif", args="--ignore=input-object")
    assert done.returncode == 1, done.stderr
    assert "::error file=pay loads/a.json,line=1,col=44,title=n-range" in done.stdout
    assert "input-object" not in done.stdout
    assert "| error | `pay loads/a.json:1:44` |" in (tmp_path / "summary.md").read_text()
    (run,) = json.loads((tmp_path / "out/found.sarif").read_text())["runs"]
    assert "n-range" in {each["ruleId"] for each in run["results"]}


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_passes_without_findings(action: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(GOOD)
    assert action(summary="false").returncode == 0
    assert not (tmp_path / "summary.md").exists()
    assert action(args="--fail-on=nothing").returncode == 2
    assert action(paths="$(touch hacked)").returncode == 2
    assert not (tmp_path / "hacked").exists()


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_is_built_from_files_that_are_sent_to_it() -> None:
    ignored = PathPatterns((ROOT / ".dockerignore").read_text().splitlines(), ROOT)
    copied = [
        source
        for name, words in instructions()
        if name == "COPY" and not words.startswith("--from")
        for source in words.split()[:-1]
    ]
    assert {"constraints-demo.txt", "pyproject.toml", "validators"} <= {*copied}
    for source in copied:
        assert (ROOT / source).exists()
        path = ROOT / source
        needed = [path] if path.is_file() else sorted(path.glob("wan*"))
        assert needed
        assert not any(ignored.decide(str(each), is_folder=each.is_dir()) for each in needed)
    assert ignored.match(str(ROOT / ".git" / "config"))


def test_the_image_runs_the_server_without_the_rights_of_root() -> None:
    last = dict(instructions())
    assert last["USER"] == "10001"
    assert json.loads(last["ENTRYPOINT"]) == ["wanproof"]
    assert json.loads(last["CMD"])[0] == "serve"
    assert "compileall" in " ".join(words for name, words in instructions() if name == "RUN")


def test_the_health_check_of_the_image_needs_no_token() -> None:
    _, _, command = dict(instructions())["HEALTHCHECK"].partition(" CMD ")
    _, option, code = json.loads(command)
    assert option == "-c"

    def check(url: str) -> int:
        program = code.replace("8321", url.rpartition(":")[2])
        assert program != code
        run = [sys.executable, "-c", program]
        return subprocess.run(run, check=False, capture_output=True).returncode

    with Server(create_app(Mock(Simulator(), token="secret"))) as server:
        url = server.url
        assert check(url) == 0
    assert check(url) == 1
