"""The suite is run here, too, by the plugin for pytest, on the reference client."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wan_contracts.runner import Plan


@pytest.fixture(scope="session")
def wan_client() -> str:
    return (
        f"{os.path.relpath(Path(__file__).with_name('faulty_clients') / 'reference.py')}:Reference"
    )


@pytest.fixture(scope="session")
def wan_plan() -> Plan:
    return Plan(examples=40, brief=True)
