"""Drives a client in any language that is started for every call."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, Final

from wan_validators.messages.formatting import format_seconds

from ..cases.case import Setting, build_case_document
from ..protocol.outcome import Outcome
from ..protocol.schemas import InvalidDocument, parse_outcome
from ..runner.interaction import ClientError, ClientErrorKind
from . import ignore_end
from .child_process import (
    MAX_STDOUT_BYTES,
    STDERR_HINT,
    ChildProcess,
    check_output_size,
    format_output_start,
)
from .subprocess_client import SubprocessClient, build_start_error

__all__ = ["CommandClient", "build_environment"]

MAX_CASE_VARIABLE_BYTES: Final = 100_000
"""Maximum bytes of a case in an environment variable; Linux allows 128 KiB."""


class CommandClient(SubprocessClient):
    """Runs a command that reads one case and writes one outcome.

    The command gets the case as JSON on standard input, and its values in the environment. It
    writes the outcome as JSON on standard output, with any exit code. Children that still run
    are ended with it, unless they left its process group.
    """

    def call(
        self,
        setting: Setting,
        payload: Any,
        number: int,
        call_timeout: float,
        listen: Callable[[], bool] = ignore_end,
    ) -> Outcome | ClientError:
        """Runs the command for one call, for at most *call_timeout* seconds."""
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
            listen()


def build_environment(setting: Setting, case: str) -> Mapping[str, str]:
    """Returns our environment and the WANPROOF variables; omits a very large *case*."""
    variables = {
        "WANPROOF_BASE_URL": setting.base_url,
        "WANPROOF_API_KEY": setting.api_key,
        "WANPROOF_VENDOR": setting.vendor,
        "WANPROOF_MODEL": setting.model,
        "WANPROOF_POLL_INTERVAL": f"{setting.poll_interval:g}",
        "WANPROOF_DEADLINE": f"{setting.deadline:g}",
        "WANPROOF_TIMEOUT": f"{setting.timeout:g}",
    }
    inherited = {name: value for name, value in os.environ.items() if name != "WANPROOF_CASE"}
    is_large = len(case) > MAX_CASE_VARIABLE_BYTES
    return {**inherited, **variables, **({} if is_large else {"WANPROOF_CASE": case})}


def _read_outcome(child: ChildProcess, until: float, call_timeout: float) -> Outcome | ClientError:
    in_time = child.read_until(lambda: len(child.stdout_buffer) > MAX_STDOUT_BYTES, until)
    error = check_output_size(child)
    if error is not None:
        return error
    if not (in_time and child.wait_for_exit(until)):
        progress = (
            f"; it had written {len(child.stdout_buffer)} bytes on standard output"
            if child.stdout_buffer
            else ""
        )
        return child.kill_with_error(
            ClientErrorKind.HUNG, f"it did not end within {format_seconds(call_timeout)}{progress}"
        )
    try:
        return parse_outcome(bytes(child.stdout_buffer))
    except InvalidDocument as flaw:
        kind = ClientErrorKind.CRASHED if child.returncode else ClientErrorKind.GARBAGE
        shown = (
            f": {format_output_start(child.stdout_buffer)}. {STDERR_HINT}"
            if child.stdout_buffer.strip()
            else ""
        )
        message = (
            f"it {child.describe_exit()}, and its standard output is not a valid outcome: "
            f"{flaw}{shown}"
        )
        return child.kill_with_error(kind, message)
