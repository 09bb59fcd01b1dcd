"""The options of the pytest plugin that select laws, scenarios and the pace of the client."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from plugin_runs import PYARGS, Run

pytest_plugins = ["pytester"]

PACED = """
    wan_client = client.py:Reference
    wan_model = wan2.5-i2i-preview
    wan_scenarios = own.toml
    wan_scenario = our-* latency
    wan_law = poll-* one-charge whole-deadline
    wan_skip = one-* latency
    wan_seconds = 100
    wan_deadline = 24
    wan_timeout = 30
    wan_poll_interval = 10
    wan_call_timeout = 50
"""


def test_a_selection_and_a_pace_work_in_the_ini_file(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("own.toml").write_text("[our-outage]\nsummary = 'Ours.'\npoll.steps = [{status = 500}]\n")
    below = Path("below")
    below.mkdir()
    monkeypatch.chdir(below)
    result = run(*PYARGS, "--rootdir=..", "-rs", ini=textwrap.dedent(PACED))
    found = result.parseoutcomes()
    assert (found["passed"], "failed" in found) == (1, False)
    result.stdout.re_match_lines(["  scenarios 1 of 1"])
    result.stdout.re_match_lines([r"SKIPPED .* it needs a deadline of more than 26 s.*"])
