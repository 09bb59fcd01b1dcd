"""A client in any language, started once: a case a line in, an outcome a line out."""

from __future__ import annotations

import json
from collections.abc import Sequence
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

START_TIMEOUT_S: Final = 30.0
"""Seconds that a new process may take to start, besides those for its first call."""


class ProcessClient(SubprocessClient):
    """A process that reads cases until its input ends, and answers each with one line.

    It is started with the first call, and anew after every call that it did not answer as
    it should. The first answer of each may take *starting* seconds more than the others.
    Empty lines are passed over.
    """

    def __init__(self, argv: Sequence[str], start_timeout: float = START_TIMEOUT_S) -> None:
        super().__init__(argv)
        self._starting = start_timeout
        self._child: ChildProcess | None = None

    def call(
        self, setting: Setting, payload: Any, number: int, call_timeout: float
    ) -> Outcome | ClientError:
        """What the process answers within *call_timeout* seconds, and those for its start."""
        line = json.dumps(build_case_document(setting, payload, number)).encode() + b"\n"
        starting = 0.0 if self._child else self._starting
        try:
            child, self._child = self._child or ChildProcess(self._argv), None
        except OSError as error:
            return build_start_error(error)
        try:
            ended = _check_idle(child) or _read_answer(child, line, call_timeout, starting)
        except BaseException:
            child.kill()
            raise
        if isinstance(ended, Outcome):
            self._child = child
        return ended

    def __exit__(self, *_: object) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.finish()


def _check_idle(child: ChildProcess) -> ClientError | None:
    """What is the matter with *child* before it is given a case; None if nothing is."""
    child.poll_pipes()
    if child.stdout_buffer.strip():
        shown = f"{format_output_start(child.stdout_buffer)}. {STDERR_HINT}"
        says = f"it wrote on standard output before it was given this case: {shown}"
        return child.kill_with_error(ClientErrorKind.GARBAGE, says)
    child.stdout_buffer.clear()
    if child.at_eof:
        says = (
            f"it {child.describe_exit()} before it was given this case; "
            "it is to read until its input ends"
        )
        return child.kill_with_error(ClientErrorKind.CRASHED, says)
    return None


def _read_answer(
    child: ChildProcess, line: bytes, call_timeout: float, start_timeout: float
) -> Outcome | ClientError:
    child.feed(line)
    in_time = child.read_until(
        lambda: _has_line(child.stdout_buffer), monotonic() + call_timeout + start_timeout
    )
    flood = check_output_size(child)
    if flood is not None:
        return flood
    if not _has_line(child.stdout_buffer):
        cut = (
            f", in the midst of a line: {format_output_start(child.stdout_buffer)}"
            if child.stdout_buffer
            else ""
        )
        if in_time:
            says = f"it {child.describe_exit()} instead of answering{cut}"
            return child.kill_with_error(ClientErrorKind.CRASHED, says)
        more = f" ({format_seconds(start_timeout)} of them for its start)" if start_timeout else ""
        waited = f"{format_seconds(call_timeout + start_timeout)}{more}"
        says = f"it wrote no line within {waited}{cut}. Is its output flushed after each line?"
        return child.kill_with_error(ClientErrorKind.HUNG, says)
    answer, _, rest = child.stdout_buffer.partition(b"\n")
    child.stdout_buffer[:] = rest
    try:
        return parse_outcome(bytes(answer))
    except InvalidDocument as error:
        says = f"a line of its standard output is no outcome: {error}: {format_output_start(answer)}. {STDERR_HINT}"
        return child.kill_with_error(ClientErrorKind.GARBAGE, says)


def _has_line(output: bytearray) -> bool:
    """Whether there is a whole line, or too much. Takes away empty ones before it."""
    if output[:1].isspace():
        output[:] = output.lstrip()
    return b"\n" in output or len(output) > MAX_STDOUT_BYTES
