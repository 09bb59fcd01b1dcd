"""Runs pytest with the plugin of the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

import wan_contracts.runner.options  # noqa: F401  (otherwise each run in this process imports it again)

HERE = Path(__file__).parent


CLIENTS = f"""
    import sys
    from dataclasses import replace

    sys.path.append({str(HERE)!r})

    from faulty_clients.reference import AsyncReference, Reference
    from wan_contracts.protocol.outcome import Outcome, OutcomeKind

    class DropsTheCode(Reference):
        def generate(self, model, payload):
            return replace(super().generate(model, payload), code=None)

    class PollsLate(Reference):
        def __init__(self, setting):
            super().__init__(replace(setting, poll_interval=3 * setting.poll_interval))

    class Declines(Reference):
        def generate(self, model, payload):
            return Outcome(kind=OutcomeKind.UNSUPPORTED)

    class Resigns(Reference):
        def generate(self, model, payload):
            return replace(super().generate(model, payload), kind=OutcomeKind.GAVE_UP)

    class IsInterrupted(Reference):
        def generate(self, model, payload):
            raise KeyboardInterrupt

    number = 7
"""


OURS = """
    import pytest
    from client import *
    from wan_contracts.suite import test_law

    @pytest.fixture(scope="{scope}")
    def wan_client():
        return {client}
"""


ONE_CALL = (
    *("--wan-model", "wan2.5-i2i-preview", "--wan-scenario", "fail-3001"),
    *("--wan-examples", "0", "--wan-brief"),
)
"""Options for one call whose task fails."""


PLAIN_CALL = tuple(each.replace("fail-3001", "ok") for each in ONE_CALL)
"""Options for one call without a fault."""


PYARGS = ("--pyargs", "wan_contracts")


class Run:
    """Runs pytest in this process, with CLIENTS in client.py."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        pytester.makepyfile(client=CLIENTS)
        pytester.syspathinsert()

    def __call__(self, *args: str, ini: str = "") -> pytest.RunResult:
        self._pytester.makeini(f"[pytest]\nfilterwarnings = error\n{ini}")
        return self._pytester.runpytest_inprocess("--strict-markers", "--strict-config", *args)

    def on(self, client: str, *args: str) -> pytest.RunResult:
        """Runs the installed suite on one of CLIENTS."""
        return self(*PYARGS, "--wan-client", f"client.py:{client}", *ONE_CALL, *args)
