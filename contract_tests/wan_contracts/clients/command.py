"""A client in any language, started anew for every call."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

from wan_validators.wording import format_seconds

from ..case import Setting, wire
from ..outcome import Outcome
from ..protocol import Malformed, read
from ..run import Mishap, Trouble
from .processes import HINT, MOST, Child, start, too_much
from .program import Program, unstartable

LARGEST: Final = 100_000
"""Bytes of a case that an environment variable can hold wherever we run."""


class CommandClient(Program):
    """A command that reads one case and writes one outcome.

    It has the case as JSON on standard input, and the single values in its environment; it
    writes the outcome as JSON on standard output, with any exit code. What it has started and
    left running is ended with it, unless that has left its process group.
    """

    def call(
        self, setting: Setting, payload: Any, number: int, patience: float
    ) -> Outcome | Trouble:
        """What the command reports of one call, all of which takes *patience* seconds at most."""
        case = json.dumps(wire(setting, payload, number))
        until = monotonic() + patience
        try:
            child = Child(self._argv, environment(setting, case))
        except OSError as error:
            return unstartable(error)
        try:
            child.feed(case.encode(), last=True)
            return _outcome(child, until, patience)
        finally:
            child.kill()


def environment(setting: Setting, case: str) -> Mapping[str, str]:
    """Our own environment and what a client needs to know; not *case* if it is very large."""
    told = {
        "WANPROOF_BASE_URL": setting.base_url,
        "WANPROOF_API_KEY": setting.api_key,
        "WANPROOF_VENDOR": setting.vendor,
        "WANPROOF_MODEL": setting.model,
        "WANPROOF_POLL_INTERVAL": f"{setting.poll_interval:g}",
        "WANPROOF_DEADLINE": f"{setting.deadline:g}",
        "WANPROOF_TIMEOUT": f"{setting.timeout:g}",
    }
    inherited = {name: value for name, value in os.environ.items() if name != "WANPROOF_CASE"}
    large = len(case) > LARGEST
    return {**inherited, **told, **({} if large else {"WANPROOF_CASE": case})}


def _outcome(child: Child, until: float, patience: float) -> Outcome | Trouble:
    in_time = child.run(lambda: len(child.said) > MOST, until)
    flood = too_much(child)
    if flood is not None:
        return flood
    if not (in_time and child.exits(until)):
        said = f"; it had written {len(child.said)} bytes on standard output" if child.said else ""
        return child.trouble(Mishap.HUNG, f"it did not end within {format_seconds(patience)}{said}")
    try:
        return read(bytes(child.said))
    except Malformed as error:
        kind = Mishap.CRASHED if child.returncode else Mishap.GARBAGE
        shown = f": {start(child.said)}. {HINT}" if child.said.strip() else ""
        says = f"it {child.fate()}, and its standard output is no outcome: {error}{shown}"
        return child.trouble(kind, says)
