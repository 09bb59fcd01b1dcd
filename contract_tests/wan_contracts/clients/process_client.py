"""Drives a client in any language that is started once: one line per case and outcome."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
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

__all__ = ["ProcessClient"]

START_TIMEOUT_S: Final = 30.0
"""Seconds that a new process may take to start, in addition to its first call."""

LINGER_S: Final = 0.008
"""Seconds to wait after a call for what the process still sends about its task."""


class ProcessClient(SubprocessClient):
    """Runs a process that reads cases until its input ends, and answers each with one line.

    The process starts with the first call, and again after every call that ended in an error.
    The first answer of each process may take *start_timeout* seconds more. Empty lines are
    ignored.
    """

    def __init__(self, argv: Sequence[str], start_timeout: float = START_TIMEOUT_S) -> None:
        super().__init__(argv)
        self._start_timeout = start_timeout
        self._child: ChildProcess | None = None

    def call(
        self,
        setting: Setting,
        payload: Any,
        number: int,
        call_timeout: float,
        listen: Callable[[], bool] = ignore_end,
    ) -> Outcome | ClientError:
        """Sends the case and returns the answer, which must come within *call_timeout* seconds."""
        line = json.dumps(build_case_document(setting, payload, number)).encode() + b"\n"
        start_timeout = 0.0 if self._child else self._start_timeout
        try:
            child, self._child = self._child or ChildProcess(self._argv), None
        except OSError as error:
            return build_start_error(error)
        try:
            result = _check_idle(child) or _read_answer(child, line, call_timeout, start_timeout)
        except BaseException:
            child.kill()
            raise
        may_go_on = listen()
        if isinstance(result, Outcome):
            if may_go_on:
                child.poll_pipes(LINGER_S)
            self._child = child
        return result

    def __exit__(self, *_: object) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.finish()


def _check_idle(child: ChildProcess) -> ClientError | None:
    """Returns an error if *child* has written or ended before it got a case, otherwise None."""
    child.poll_pipes()
    if child.stdout_buffer.strip():
        shown = f"{format_output_start(child.stdout_buffer)}. {STDERR_HINT}"
        message = f"it wrote on standard output before it was given this case: {shown}"
        return child.kill_with_error(ClientErrorKind.GARBAGE, message)
    child.stdout_buffer.clear()
    if child.at_eof:
        message = (
            f"it {child.describe_exit()} before it was given this case; "
            "it must read until its input ends"
        )
        return child.kill_with_error(ClientErrorKind.CRASHED, message)
    return None


def _read_answer(
    child: ChildProcess, line: bytes, call_timeout: float, start_timeout: float
) -> Outcome | ClientError:
    child.feed(line)
    in_time = child.read_until(
        lambda: _has_line(child.stdout_buffer), monotonic() + call_timeout + start_timeout
    )
    error = check_output_size(child)
    if error is not None:
        return error
    if not _has_line(child.stdout_buffer):
        partial = (
            f", in the middle of a line: {format_output_start(child.stdout_buffer)}"
            if child.stdout_buffer
            else ""
        )
        if in_time:
            message = f"it {child.describe_exit()} instead of answering{partial}"
            return child.kill_with_error(ClientErrorKind.CRASHED, message)
        more = f" ({format_seconds(start_timeout)} of them for its start)" if start_timeout else ""
        waited = f"{format_seconds(call_timeout + start_timeout)}{more}"
        message = (
            f"it wrote no line within {waited}{partial}. Is its output flushed after each line?"
        )
        return child.kill_with_error(ClientErrorKind.HUNG, message)
    answer, _, rest = child.stdout_buffer.partition(b"\n")
    child.stdout_buffer[:] = rest
    try:
        return parse_outcome(bytes(answer))
    except InvalidDocument as flaw:
        message = (
            f"a line of its standard output is not a valid outcome: {flaw}: "
            f"{format_output_start(answer)}. {STDERR_HINT}"
        )
        return child.kill_with_error(ClientErrorKind.GARBAGE, message)


def _has_line(output: bytearray) -> bool:
    """Returns True if there is a complete line or too much output; drops empty lines."""
    if output[:1].isspace():
        output[:] = output.lstrip()
    return b"\n" in output or len(output) > MAX_STDOUT_BYTES
