"""``make demo`` goes from lint to downloaded files, and says so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[1] / "tools" / "demo.py"


def test_the_demo_runs_to_its_end() -> None:
    run = subprocess.run(
        [sys.executable, str(DEMO)], capture_output=True, text=True, check=False, timeout=120
    )

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
