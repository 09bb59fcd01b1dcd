"""Short runs of all fuzz targets, always with the same inputs; ``make fuzz`` runs them long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str) -> str:
    """Returns the output of a program in tools/fuzz, which must succeed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout + done.stderr


def test_changed_seeds_have_no_effect_but_a_result_or_a_documented_error() -> None:
    assert " targets, 0 with a fault" in run("tools/fuzz/seeded.py", "--count", "20")


def test_inputs_that_coverage_finds_have_none_either(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this platform")

    printed = run(
        "tools/fuzz/fuzz.py", "all", "-runs=100", "-seed=1", f"-artifact_prefix={tmp_path}/"
    )

    assert "Done 100 runs" in printed
