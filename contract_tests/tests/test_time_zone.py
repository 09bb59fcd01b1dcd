"""Clients run in a time zone that is not UTC, and the suite's own is restored."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from wan_contracts.cases.case import Setting
from wan_contracts.clients.child_process import ChildProcess
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.clients.time_zone import TIME_ZONE, use_time_zone
from wan_contracts.protocol.outcome import Outcome

SETTING = Setting(
    base_url="http://127.0.0.1:1",
    api_key="key",
    vendor="vtrix",
    model="wan26_i2i",
    poll_interval=1.0,
    deadline=10.0,
    timeout=1.0,
)


class TellsItsZone:
    """Reports the time zone of its call in place of a task."""

    def generate(self, model: str, payload: object) -> Outcome:
        return Outcome.gave_up(f"{os.environ['TZ']} {time.timezone}")


@pytest.mark.parametrize("before", [None, "Europe/Paris"])
def test_a_python_client_is_called_in_another_time_zone(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if before is None:
        monkeypatch.delenv("TZ", raising=False)
    else:
        monkeypatch.setenv("TZ", before)
    time.tzset()
    own = time.tzname
    result = PythonClient("it", TellsItsZone()).call(SETTING, {}, 1, 5.0)
    assert isinstance(result, Outcome)
    assert result.message == f"Asia/Shanghai {-8 * 3600}"
    assert (os.environ.get("TZ"), time.tzname) == (before, own)


def test_the_last_of_overlapping_blocks_restores_the_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    first, second = use_time_zone(), use_time_zone()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert os.environ["TZ"] == TIME_ZONE
    second.__exit__(None, None, None)
    assert os.environ["TZ"] == "UTC"


def test_an_inner_block_undoes_what_a_client_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    with use_time_zone():
        with use_time_zone():
            os.environ["TZ"] = "Europe/Paris"
            time.tzset()
        assert (os.environ["TZ"], time.timezone) == (TIME_ZONE, -8 * 3600)
    assert os.environ["TZ"] == "UTC"


@pytest.mark.parametrize("environment", [None, {"PATH": os.environ["PATH"], "TZ": "UTC"}])
def test_a_process_is_started_in_another_time_zone(
    environment: dict[str, str] | None, tmp_path: Path
) -> None:
    script = tmp_path / "zone.sh"
    script.write_text("printenv TZ")
    child = ChildProcess(["sh", str(script)], environment)
    try:
        child.read_until(lambda: False, time.monotonic() + 20)
        assert bytes(child.stdout_buffer) == b"Asia/Shanghai\n"
    finally:
        child.kill()
