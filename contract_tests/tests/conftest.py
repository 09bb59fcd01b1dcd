"""The suite is run here, too, by the plugin for pytest, on the reference client."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import wan_contracts.runner.options  # noqa: F401  (or each run in this process loads it anew)
from client_scripts import PREAMBLE, Write
from plugin_runs import Run
from wan_contracts.runner.run_plan import RunPlan


@pytest.fixture(scope="session")
def wan_client() -> str:
    return (
        f"{os.path.relpath(Path(__file__).with_name('faulty_clients') / 'reference.py')}:Reference"
    )


@pytest.fixture(scope="session")
def wan_plan() -> RunPlan:
    return RunPlan(examples=40, brief=True)


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """Makes a command line of the text of a Python script."""

    def write(text: str) -> list[str]:
        path = tmp_path / "client.py"
        path.write_text(PREAMBLE + dedent(text))
        return [sys.executable, "-S", str(path)]

    return write


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    return Run(pytester)
