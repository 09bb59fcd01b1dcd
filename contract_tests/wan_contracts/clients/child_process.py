"""A client's process: its pipes, none of which ever blocks, and the end of it."""

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

MAX_STDOUT_BYTES: Final = 16 * 2**20
"""Bytes of standard output that one call may take."""

CHUNK_BYTES: Final = 2**16

SELECT_TIMEOUT_S: Final = 0.1
"""Seconds after which it is looked whether the process is alive, when it says nothing."""

EXIT_POLL_INTERVAL_S: Final = 0.001
"""Seconds between two looks for the exit of a process that has closed its pipes."""

STDERR_HINT: Final = "Logs belong on standard error"

EXIT_GRACE_S: Final = 0.5
"""Seconds that a process has to end by itself when it is asked to, or has said its last."""


class ChildProcess:
    """One process, in a group of its own: what it starts ends with it, unless it leaves the group.

    *said* is what it wrote on standard output and nobody has taken; *ended* tells that no more
    will come. Raises OSError if it cannot be started.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        pipe = subprocess.PIPE
        self._process = process = subprocess.Popen(
            argv,
            bufsize=0,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=environment,
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
        """What it ended with; None while it runs."""
        return self._process.poll()

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Sends *data* as fast as it is read; after the *last*, closes standard input."""
        self._outgoing, self._close_after_write = memoryview(data), last
        self._write()
        if self._outgoing:
            self._selector.register(self._stdin, EVENT_WRITE, self._write)

    def read_until(self, is_enough: Callable[[], bool], until: float) -> bool:
        """Lets data flow until there is *is_enough*, or no more will come.

        False if that took until the moment *until* of the monotonic clock.
        """
        while not (self.at_eof or is_enough()):
            left = until - monotonic()
            if left <= 0:
                return False
            self.poll_pipes(min(left, SELECT_TIMEOUT_S))
        return True

    def poll_pipes(self, wait: float = 0) -> bool:
        """Moves what can be moved within *wait* seconds; False if that was nothing."""
        events = self._selector.select(wait)
        for key, _ in events:
            key.data()
        if not events and self.returncode is not None:
            # What it started may hold its pipes open for ever.
            self.at_eof = True
        return bool(events)

    def wait_for_exit(self, until: float) -> bool:
        """Whether the process is over at the moment *until*; waits for it."""
        while self.returncode is None:
            left = until - monotonic()
            if left <= 0:
                return False
            # Its exit is no event on a pipe that it has closed before.
            self.poll_pipes(min(left, EXIT_POLL_INTERVAL_S))
        return True

    def describe_exit(self) -> str:
        """In words, how a process ended that has closed its standard output."""
        self.wait_for_exit(monotonic() + EXIT_GRACE_S)
        code = self.returncode
        if code is None:
            return "closed its standard output"
        return (
            f"was killed by {_format_signal(-code)}" if code < 0 else f"ended with exit code {code}"
        )

    def kill_with_error(self, kind: ClientErrorKind, message: str) -> ClientError:
        """Kills the process, and tells what was the matter with it."""
        self.kill()
        return ClientError(
            kind=kind, message=message, stderr=self._stderr_tail.decode(errors="replace")
        )

    def finish(self) -> None:
        """Closes standard input, waits a moment, and ends what has not ended by itself."""
        if self._is_closed:
            return
        self._outgoing = memoryview(b"")
        self._close_stdin()
        if not self.wait_for_exit(monotonic() + EXIT_GRACE_S):
            self._signal_group(signal.SIGTERM)
            self.wait_for_exit(monotonic() + EXIT_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """Ends the whole group at once. What is left on standard error is still read."""
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
            # It is free to leave unread what it has no use for.
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
        """What is there; b"" at its end, None if there is nothing yet."""
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
        with suppress(KeyError, ValueError):  # not waited for, or closed
            self._selector.unregister(stream)

    def _signal_group(self, number: signal.Signals) -> None:
        # On some systems a group of which nothing but a corpse is left is nobody's to signal.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def check_output_size(child: ChildProcess) -> ClientError | None:
    """Ends a *child* that has written more than is allowed; None if it has not."""
    if len(child.stdout_buffer) <= MAX_STDOUT_BYTES:
        return None
    says = (
        f"it wrote more than {format_megabytes(MAX_STDOUT_BYTES)} on standard output for one call"
    )
    return child.kill_with_error(ClientErrorKind.GARBAGE, says)


def format_output_start(output: bytes | bytearray) -> str:
    """The start of what a client wrote on standard output, to be shown."""
    return repr(clip(decode_for_display(output.strip())))


def _format_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
