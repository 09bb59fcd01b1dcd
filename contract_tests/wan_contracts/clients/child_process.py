"""Runs a client's process with non-blocking pipes, and ends it with its children."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import IO, Final

from wan_validators.messages.formatting import clip, format_megabytes
from wan_validators.source.parser import decode_for_display

from ..runner.interaction import ClientError, ClientErrorKind
from .error_formatting import MAX_ERROR_OUTPUT_CHARS
from .time_zone import TIME_ZONE

__all__ = [
    "MAX_STDOUT_BYTES",
    "STDERR_HINT",
    "ChildProcess",
    "check_output_size",
    "describe_exit_code",
    "format_output_start",
]

MAX_STDOUT_BYTES: Final = 16 * 2**20
"""Maximum bytes on standard output for one call."""

CHUNK_BYTES: Final = 2**16

SELECT_TIMEOUT_S: Final = 0.1
"""Seconds without output after which the state of the process is checked."""

EXIT_POLL_INTERVAL_S: Final = 0.001
"""Seconds between two checks for the exit of a process that has closed its pipes."""

STDERR_HINT: Final = "Logs belong on standard error"

EXIT_GRACE_S: Final = 0.5
"""Seconds that a process has to exit after a signal, or after it closed its output."""


class ChildProcess:
    """Runs one process in its own process group. Its children end with it unless they leave it.

    Its time zone is Asia/Shanghai, so that dates that are read as local time are wrong.

    *stdout_buffer* holds standard output that was not read yet. *at_eof* is True if no more
    will come. Raises OSError if the process cannot be started.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        pipe = subprocess.PIPE
        self._process = process = subprocess.Popen(
            argv,
            bufsize=0,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env={**(os.environ if environment is None else environment), "TZ": TIME_ZONE},
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._stdin, self._stdout, self._stderr = process.stdin, process.stdout, process.stderr
        self._streams = (self._stdin, self._stdout, self._stderr)
        self._outgoing = memoryview(b"")
        self._close_after_write = False
        self._stderr_tail = bytearray()
        self.stdout_buffer = bytearray()
        self.at_eof = False
        for stream in self._streams:
            os.set_blocking(stream.fileno(), False)
        self._selector = DefaultSelector()
        self._selector.register(self._stdout, EVENT_READ, self._read_stdout)
        self._selector.register(self._stderr, EVENT_READ, self._read_stderr)

    @property
    def returncode(self) -> int | None:
        """Returns the exit code; None while the process runs."""
        return self._process.poll()

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Sends *data* as fast as the process reads it; if *last*, then closes standard input."""
        self._outgoing, self._close_after_write = memoryview(data), last
        self._write()
        if self._outgoing:
            self._selector.register(self._stdin, EVENT_WRITE, self._write)

    def read_until(self, is_enough: Callable[[], bool], until: float) -> bool:
        """Moves data until *is_enough* returns True or the output ends.

        Returns False if the monotonic clock reaches *until* first.
        """
        while not (self.at_eof or is_enough()):
            left = until - monotonic()
            if left <= 0:
                return False
            self.poll_pipes(min(left, SELECT_TIMEOUT_S))
        return True

    def poll_pipes(self, wait: float = 0) -> bool:
        """Moves available data, waiting up to *wait* seconds; returns False if there was none."""
        events = self._selector.select(wait)
        for key, _ in events:
            key.data()
        if not events and self.returncode is not None:
            # Its children may keep the pipes open for ever.
            self.at_eof = True
        return bool(events)

    def wait_for_exit(self, until: float) -> bool:
        """Waits for the exit until the time *until*; returns True if the process has ended."""
        while self.returncode is None:
            left = until - monotonic()
            if left <= 0:
                return False
            # The exit causes no event on a pipe that the process has already closed.
            self.poll_pipes(min(left, EXIT_POLL_INTERVAL_S))
        return True

    def describe_exit(self) -> str:
        """Describes how a process ended that has closed its standard output."""
        self.wait_for_exit(monotonic() + EXIT_GRACE_S)
        return describe_exit_code(self.returncode)

    def kill_with_error(self, kind: ClientErrorKind, message: str) -> ClientError:
        """Kills the process and returns the error, with the end of standard error."""
        self.kill()
        return ClientError(
            kind=kind, message=message, stderr=self._stderr_tail.decode(errors="replace")
        )

    def finish(self) -> None:
        """Closes standard input, waits briefly, and ends a process that still runs."""
        if self._is_closed:
            return
        self._outgoing = memoryview(b"")
        self._close_stdin()
        if not self.wait_for_exit(monotonic() + EXIT_GRACE_S):
            self._signal_group(signal.SIGTERM)
            self.wait_for_exit(monotonic() + EXIT_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """Kills the whole group at once. Still reads the rest of standard error."""
        if self._is_closed:
            return
        self._signal_group(signal.SIGKILL)
        self._process.wait()
        for _ in range(MAX_STDOUT_BYTES // CHUNK_BYTES):
            if not self.poll_pipes():
                break
        self._selector.close()
        for stream in self._streams:
            stream.close()

    @property
    def _is_closed(self) -> bool:
        return self._stdout.closed

    def _write(self) -> None:
        try:
            while self._outgoing:
                written = os.write(self._stdin.fileno(), self._outgoing)
                self._outgoing = self._outgoing[written:]
        except BlockingIOError:
            return
        except BrokenPipeError:
            # The process may close its input without reading it.
            self._outgoing = memoryview(b"")
        if self._close_after_write:
            self._close_stdin()
        else:
            self._unregister(self._stdin)

    def _read_stdout(self) -> None:
        chunk = self._read(self._stdout)
        self.at_eof = chunk == b""
        self.stdout_buffer += chunk or b""

    def _read_stderr(self) -> None:
        self._stderr_tail += self._read(self._stderr) or b""
        del self._stderr_tail[:-MAX_ERROR_OUTPUT_CHARS]

    def _read(self, stream: IO[bytes]) -> bytes | None:
        """Returns available data; b"" at the end, None if there is none yet."""
        try:
            chunk = os.read(stream.fileno(), CHUNK_BYTES)
        except BlockingIOError:
            return None
        if not chunk:
            self._unregister(stream)
        return chunk

    def _close_stdin(self) -> None:
        self._unregister(self._stdin)
        self._stdin.close()

    def _unregister(self, stream: IO[bytes]) -> None:
        with suppress(KeyError, ValueError):  # not registered, or closed
            self._selector.unregister(stream)

    def _signal_group(self, number: signal.Signals) -> None:
        # Some systems refuse a signal to a group that contains only a zombie.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def describe_exit_code(code: int | None) -> str:
    """Describes how a process ended; *code* is None if it still runs."""
    if code is None:
        return "closed its standard output"
    return f"was killed by {_format_signal(-code)}" if code < 0 else f"ended with exit code {code}"


def check_output_size(child: ChildProcess) -> ClientError | None:
    """Kills a *child* that wrote too much and returns the error; None if it did not."""
    if len(child.stdout_buffer) <= MAX_STDOUT_BYTES:
        return None
    message = (
        f"it wrote more than {format_megabytes(MAX_STDOUT_BYTES)} on standard output for one call"
    )
    return child.kill_with_error(ClientErrorKind.GARBAGE, message)


def format_output_start(output: bytes | bytearray) -> str:
    """Returns the start of a client's standard output, for messages."""
    return repr(clip(decode_for_display(output.strip())))


def _format_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
