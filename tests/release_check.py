"""The wheel in ``dist/`` runs without an installation: ``make release-check``.

uvx and pipx install the wheel's dependencies from a package index, in the pinned versions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
BIN: Final = Path(sys.executable).parent
WHEEL: Final = ROOT / "dist" / f"wanproof-{version('wanproof')}-py3-none-any.whl"
PAYLOADS: Final = ROOT / "fixtures/payloads/vtrix/wan26_i2i"

Command = list[str]

pytestmark = pytest.mark.usefixtures("all_certificates")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What uv and pipx write. The pins have no hashes, as the wheel itself has none."""
    folder = tmp_path_factory.mktemp("runs")
    lines = (ROOT / "constraints-demo.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.rstrip(" \\") for line in lines if not line.startswith((" ", "#"))]
    (folder / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=["uvx", "pipx"])
def runner(request: pytest.FixtureRequest, folder: Path) -> Command:
    """The start of a command that runs a program of a wheel, whose name comes next."""
    pins = folder / "pins.txt"
    if request.param == "uvx":
        # The program uvx is `uv tool run`.
        uvx = [str(BIN / "uv"), "tool", "run", "--isolated", "--python", sys.executable]
        return [*uvx, "--constraints", str(pins), "--from"]
    pipx = [str(BIN / "pipx"), "run", "--backend", "pip", "--skip-maintenance"]
    return [*pipx, "--python", sys.executable, f"--pip-args=--constraint={pins}", "--spec"]


def run(
    runner: Command, folder: Path, *arguments: str, extra: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs wanproof of the wheel in an empty folder."""
    wheel = f"wanproof[{extra}] @ {WHEEL.as_uri()}" if extra else str(WHEEL)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VIRTUAL_ENV", "PYTHON"))
    }
    written = {"UV_CACHE_DIR": "cache", "UV_TOOL_DIR": "tools", "PIPX_HOME": "pipx"}
    environment |= {name: str(folder / below) for name, below in written.items()}
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    return subprocess.run(
        [*runner, wheel, "wanproof", *arguments],
        cwd=empty,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_version_is_that_of_the_wheel(runner: Command, folder: Path) -> None:
    shown = run(runner, folder, "--version")

    assert (shown.returncode, shown.stdout) == (0, f"wanproof {version('wanproof')}\n"), (
        shown.stderr
    )


def test_payloads_are_linted(runner: Command, folder: Path) -> None:
    valid = run(runner, folder, "lint", str(next((PAYLOADS / "valid").glob("*.json"))))
    assert valid.returncode == 0, valid.stderr
    assert "1 payload, 1 valid" in valid.stdout

    file = next((PAYLOADS / "invalid").glob("n-range--*.json"))
    invalid = run(runner, folder, "lint", "--format", "json", str(file))
    assert invalid.returncode == 1, invalid.stderr
    assert "n-range" in json.dumps(json.loads(invalid.stdout))


def test_an_extra_is_asked_for_and_can_be_named(runner: Command, folder: Path) -> None:
    without = run(runner, folder, "serve", "--scenario", "okk")
    assert without.returncode == 2
    assert 'pip install "wanproof[mock]"' in without.stderr

    named = run(runner, folder, "serve", "--scenario", "okk", extra="mock")
    assert named.returncode == 2
    assert "there is no scenario 'okk'; did you mean ok?" in named.stderr
