"""Drives a client in any language that is started once and answers several cases at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from time import sleep
from typing import IO, Any, Final

from wan_validators.messages.formatting import format_count, format_seconds

from ..cases.case import Setting, build_case_document
from ..protocol.outcome import Outcome
from ..protocol.schemas import InvalidDocument, parse_outcome
from ..runner.interaction import ClientError, ClientErrorKind, parse_json
from . import ignore_end
from .child_process import (
    MAX_STDOUT_BYTES,
    STDERR_HINT,
    describe_exit_code,
    format_output_start,
)
from .error_formatting import MAX_ERROR_OUTPUT_CHARS
from .process_client import LINGER_S, START_TIMEOUT_S
from .subprocess_client import SubprocessClient, build_start_error

__all__ = ["PipelinedClient"]

EXIT_TIMEOUT_S: Final = 0.5
"""Seconds that the process has to exit after its input was closed."""


class PipelinedClient(SubprocessClient):
    """Runs a process that reads cases until its input ends, *in_flight* of them at a time.

    It answers each case with one line, in any order. The member ``case`` of the outcome is the
    number of the case. The methods can be called from several threads.
    """

    def __init__(
        self, argv: Sequence[str], in_flight: int, start_timeout: float = START_TIMEOUT_S
    ) -> None:
        super().__init__(argv)
        self.max_together = in_flight
        self._start_timeout = start_timeout
        self._lock = Lock()
        self._pipeline: _Pipeline | None = None

    def call(
        self,
        setting: Setting,
        payload: Any,
        number: int,
        call_timeout: float,
        listen: Callable[[], bool] = ignore_end,
    ) -> Outcome | ClientError:
        """Sends the case and returns its answer, which must come within *call_timeout* seconds."""
        line = json.dumps(build_case_document(setting, payload, number)).encode() + b"\n"
        with self._lock:
            start_timeout = 0.0
            if self._pipeline is None or self._pipeline.is_over:
                start_timeout = self._start_timeout
                try:
                    self._pipeline = _Pipeline(self._argv)
                except OSError as error:
                    return build_start_error(error)
            pipeline = self._pipeline
            answer = pipeline.send(number, line)
        waited = call_timeout + start_timeout
        try:
            result = answer.result(waited)
        except TimeoutError:
            with self._lock:
                if self._pipeline is pipeline:
                    self._pipeline = None
            result = pipeline.give_up(
                number, f"it wrote no outcome of this case within {format_seconds(waited)}"
            )
        if listen():
            sleep(LINGER_S)
        return result

    def __exit__(self, *_: object) -> None:
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.close()


class _Pipeline:
    """Runs one process, and gives its lines to the calls that wait for them.

    *is_over* is True if it takes no more cases.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            argv, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
        self._answers: dict[int, Future[Outcome | ClientError]] = {}
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._lock = Lock()
        self._stderr_tail = b""
        self.is_over = False
        self._threads = [
            Thread(target=target, daemon=True, name=f"wanproof-{target.__name__}")
            for target in (self._read_answers, self._read_stderr, self._write_cases)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, number: int, line: bytes) -> Future[Outcome | ClientError]:
        """Sends *line*; the result is what the process answers to case *number*."""
        answer: Future[Outcome | ClientError] = Future()
        with self._lock:
            self._answers[number] = answer
            is_over = self.is_over
        if is_over:
            self._fail(ClientErrorKind.CRASHED, "it had ended before it was given this case")
        self._lines.put(line)
        return answer

    def give_up(self, number: int, message: str) -> ClientError:
        """Returns the error of a call that hangs; ends the process after its other calls."""
        with self._lock:
            self._answers.pop(number, None)
            self.is_over = True
            is_last = not self._answers
        if is_last:
            self._kill()
        return self._build_error(ClientErrorKind.HUNG, message)

    def close(self) -> None:
        """Closes standard input, and kills a process that does not end then."""
        self._lines.put(None)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(EXIT_TIMEOUT_S)
        self._kill()
        for thread in self._threads:
            thread.join(EXIT_TIMEOUT_S)

    def _read_answers(self) -> None:
        with _get_pipe(self._process.stdout) as stdout:
            self._dispatch_lines(stdout)

    def _dispatch_lines(self, stdout: IO[bytes]) -> None:
        while line := stdout.readline(MAX_STDOUT_BYTES):
            if not line.strip():
                continue
            document = parse_json(line)
            number = document.get("case") if isinstance(document, dict) else None
            with self._lock:
                answer = self._answers.pop(number, None) if type(number) is int else None
                is_last = self.is_over and not self._answers
            if answer is None:
                self._fail(
                    ClientErrorKind.GARBAGE,
                    "a line of its standard output has no member case with the number of a case "
                    f"in flight: {format_output_start(line)}. {STDERR_HINT}",
                )
                return
            answer.set_result(self._parse(line))
            if is_last:
                self._kill()
                return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(EXIT_TIMEOUT_S)
        flying = format_count(len(self._answers), "case")
        self._fail(
            ClientErrorKind.CRASHED,
            f"it {describe_exit_code(self._process.returncode)} with {flying} in flight",
        )

    def _parse(self, line: bytes) -> Outcome | ClientError:
        try:
            return parse_outcome(line)
        except InvalidDocument as flaw:
            message = (
                f"a line of its standard output is not a valid outcome: {flaw}: "
                f"{format_output_start(line)}. {STDERR_HINT}"
            )
            return self._build_error(ClientErrorKind.GARBAGE, message)

    def _read_stderr(self) -> None:
        with _get_pipe(self._process.stderr) as stderr:
            while chunk := os.read(stderr.fileno(), MAX_ERROR_OUTPUT_CHARS):
                self._stderr_tail = (self._stderr_tail + chunk)[-MAX_ERROR_OUTPUT_CHARS:]

    def _write_cases(self) -> None:
        stdin = _get_pipe(self._process.stdin)
        # The process may close its input without reading it.
        with suppress(BrokenPipeError), stdin:
            while line := self._lines.get():
                stdin.write(line)
                stdin.flush()

    def _fail(self, kind: ClientErrorKind, message: str) -> None:
        """Ends the process and all of its calls."""
        with self._lock:
            self.is_over = True
            answers, self._answers = [*self._answers.values()], {}
        self._kill()
        for answer in answers:
            answer.set_result(self._build_error(kind, message))

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._lines.put(None)

    def _build_error(self, kind: ClientErrorKind, message: str) -> ClientError:
        stderr = self._stderr_tail.decode(errors="replace")
        return ClientError(kind=kind, message=message, stderr=stderr)


def _get_pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
