"""The scale of the tests, their progress, and the figures that they measure.

``WANPROOF_TORTURE`` is the share of the full counts, which ``make torture`` sets to 1. Without
it each test does as little as it can, in seconds: that is a part of ``make test``.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

FIGURES: dict[str, dict[str, Any]] = {}
FILE = Path(__file__).parents[1] / ".bench" / "torture.json"
SHARE = float(os.environ.get("WANPROOF_TORTURE", "0"))

Scale = Callable[[float, float], float]
Record = Callable[..., None]
Progress = Callable[[str], None]


@pytest.fixture
def scale() -> Scale:
    """Returns the share of *full* that is run, *short* at least."""
    return lambda full, short: max(short, round(full * SHARE))


@pytest.fixture
def progress(request: pytest.FixtureRequest) -> Progress:
    """Prints a line while a test runs, unless it is a short one."""
    capture = cast("Any", request.config.pluginmanager.get_plugin("capturemanager"))

    def show(text: str) -> None:
        if SHARE:
            with capture.global_and_fixture_disabled():
                sys.stdout.write(f"{time.strftime('%H:%M:%S')} {request.node.name}: {text}\n")
                sys.stdout.flush()

    return show


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Keeps figures of a test for the table and the JSON file."""

    def keep(**figures: Any) -> None:
        FIGURES.setdefault(request.node.name, {}).update(figures)

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not SHARE or not FIGURES:
        return
    terminalreporter.section("figures")
    for name, figures in FIGURES.items():
        terminalreporter.write_line(name)
        for what, value in figures.items():
            terminalreporter.write_line(f"    {what.replace('_', ' '):32} {value}")
    facts = {
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": sys.version.split()[0],
        "share": SHARE,
    }
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({**facts, "figures": FIGURES}, indent=2) + "\n")
    terminalreporter.write_line(f"written to {FILE}")
