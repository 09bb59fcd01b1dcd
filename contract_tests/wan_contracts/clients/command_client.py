"""A client in any language, started anew for every call."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

from wan_validators.messages.formatting import format_seconds

from ..cases.case import Setting, build_case_document
from ..protocol.outcome import Outcome
from ..protocol.schemas import InvalidDocument, parse_outcome
from ..runner.interaction import ClientError, ClientErrorKind
from .child_process import (
    MAX_STDOUT_BYTES,
    STDERR_HINT,
    ChildProcess,
    check_output_size,
    format_output_start,
)
from .subprocess_client import SubprocessClient, build_start_error

MAX_CASE_VARIABLE_BYTES: Final = 100_000
"""Bytes of a case that an environment variable can hold wherever we run."""


class CommandClient(SubprocessClient):
    """A command that reads one case and writes one outcome.

    It has the case as JSON on standard input, and the single values in its environment; it
    writes the outcome as JSON on standard output, with any exit code. What it has started and
    left running is ended with it, unless that has left its process group.
    """

    def call(
        self, setting: Setting, payload: Any, number: int, call_timeout: float
    ) -> Outcome | ClientError:
        """Runs the command for one call, *call_timeout* seconds at most; returns its report."""
        case = json.dumps(build_case_document(setting, payload, number))
        until = monotonic() + call_timeout
        try:
            child = ChildProcess(self._argv, build_environment(setting, case))
        except OSError as error:
            return build_start_error(error)
        try:
            child.feed(case.encode(), last=True)
            return _read_outcome(child, until, call_timeout)
        finally:
            child.kill()


def build_environment(setting: Setting, case: str) -> Mapping[str, str]:
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
    large = len(case) > MAX_CASE_VARIABLE_BYTES
    return {**inherited, **told, **({} if large else {"WANPROOF_CASE": case})}


def _read_outcome(child: ChildProcess, until: float, call_timeout: float) -> Outcome | ClientError:
    in_time = child.read_until(lambda: len(child.stdout_buffer) > MAX_STDOUT_BYTES, until)
    flood = check_output_size(child)
    if flood is not None:
        return flood
    if not (in_time and child.wait_for_exit(until)):
        said = (
            f"; it had written {len(child.stdout_buffer)} bytes on standard output"
            if child.stdout_buffer
            else ""
        )
        return child.kill_with_error(
            ClientErrorKind.HUNG, f"it did not end within {format_seconds(call_timeout)}{said}"
        )
    try:
        return parse_outcome(bytes(child.stdout_buffer))
    except InvalidDocument as error:
        kind = ClientErrorKind.CRASHED if child.returncode else ClientErrorKind.GARBAGE
        shown = (
            f": {format_output_start(child.stdout_buffer)}. {STDERR_HINT}"
            if child.stdout_buffer.strip()
            else ""
        )
        says = f"it {child.describe_exit()}, and its standard output is no outcome: {error}{shown}"
        return child.kill_with_error(kind, says)
