"""Defines small clients that are programs, and calls them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from wan_contracts.cases.case import Setting
from wan_contracts.protocol.outcome import Outcome, OutcomeKind
from wan_contracts.runner.interaction import ClientError

SETTING = Setting(
    base_url="http://127.0.0.1:1/api",
    api_key="a key",
    vendor="vtrix",
    model="wan",
    poll_interval=0.02,
    deadline=1.5,
    timeout=0.5,
)


CALL_TIMEOUT = 30.0


SHORT = 0.5


GAVE_UP = Outcome(kind=OutcomeKind.GAVE_UP)


Write = Callable[[str], list[str]]


PREAMBLE = """\
import json, os, signal, subprocess, sys, time

def say(text):
    print(text, flush=True)

def answer(**members):
    say(json.dumps({"outcome": "gave_up", **members}))

def log(text):
    print(text, file=sys.stderr, flush=True)
"""


def client_error(found: Outcome | ClientError) -> ClientError:
    assert isinstance(found, ClientError), found
    return found


def gone(pid: int) -> bool:
    """Returns True if the process *pid* ends within some seconds."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
