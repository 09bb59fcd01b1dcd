"""``make demo`` goes from lint to downloaded files, ``make demo-faults`` to what is paid twice."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[1] / "tools"


def run_of(demo: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(TOOLS / demo)]
    return subprocess.run(program, capture_output=True, text=True, check=False, timeout=120)


def test_the_demo_runs_to_its_end() -> None:
    run = run_of("demo.py")

    assert run.returncode == 0, run.stderr
    assert "error size-format [001021015]" in run.stdout
    assert "images[0] is 383*384 pixels" in run.stdout
    downloads = re.findall(r"-> [\d,]+ bytes, (PNG|MP4) of ([\d*]+)", run.stdout)
    assert downloads[:4] == [
        ("PNG", "1280*720"),
        ("PNG", "1280*720"),
        ("MP4", "832*464"),
        ("PNG", "960*1280"),
    ]
    assert run.stdout.rstrip().endswith("and nothing was billed.")


def test_the_naive_client_is_billed_twice_and_the_careful_one_never() -> None:
    run = run_of("demo_faults.py")

    assert run.returncode == 0, run.stderr
    twice = re.findall(r"^(\S+) +completed .* ([\d.]+) of it twice$", run.stdout, re.MULTILINE)
    assert twice == [
        ("accept-lost", "0.03"),
        ("accept-lost:3", "0.09"),
        ("accept-502", "0.03"),
        ("accept-timeout", "0.03"),
    ]
    assert run.stdout.count("stopped: it may have been accepted") == 4
    assert run.stdout.rstrip().endswith("All of it would have cost 0.54 USD, 0.18 USD of it twice.")
