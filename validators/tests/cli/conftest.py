"""Fixtures of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from wan_validators import cli
from wan_validators.cli import main

from .cli_input import Outcome, Run


@pytest.fixture
def wanproof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs the command in an empty folder; gives its exit code and what it wrote."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", cli.DEBUG):
        monkeypatch.delenv(name, raising=False)

    def run(*argv: str) -> Outcome:
        code = main(argv)
        return (code, *capsys.readouterr())

    return run
