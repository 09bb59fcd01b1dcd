"""A short run of each fuzz target, always with the same inputs; ``make fuzz`` runs them long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = ("json", "media", "admin", "toml", "stdio", "replay")


@pytest.mark.parametrize("target", TARGETS)
def test_a_fuzz_target_finds_nothing(target: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this platform")
    command = [sys.executable, "tools/fuzz/fuzz.py", target, "-runs=300", "-seed=1"]
    done = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done" in done.stderr
