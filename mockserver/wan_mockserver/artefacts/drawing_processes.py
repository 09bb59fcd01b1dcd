"""Makes files in processes of their own, so that other requests do not wait for them."""

from __future__ import annotations

import os
import pickle  # nosec B403  (see below)
import signal
import subprocess
import sys
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import IO, Final

from ..client_presence import ClientLeft, find_check_interval, has_client_left
from .cache import make
from .plan import Artefact

__all__ = ["DrawingProcesses", "choose_process_count", "draw_until_end"]

MAX_PROCESSES: Final = 4

NICENESS: Final = 3
"""How much the processes give way to the server, where the system knows priorities."""

LENGTH_BYTES: Final = 8

COMMAND: Final = f"from {__name__} import draw_until_end; draw_until_end()"


def choose_process_count() -> int:
    """Returns how many processes draw at a time: half of the cores, and one at least."""
    return min(max((os.cpu_count() or 1) // 2, 1), MAX_PROCESSES)


class DrawingProcesses:
    """Makes files in at most *count* processes, which start when they are needed.

    A process ends with this one. If one cannot be used, the file is made here.
    """

    def __init__(self, count: int) -> None:
        self._is_closed = False
        self._processes = [_Process() for _ in range(count)]
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)

    def make(self, artefact: Artefact) -> bytes:
        """Makes the file as :func:`make` does; waits until a process is free.

        Raises ClientLeft if nobody waits for the file any more.
        """
        process = self._wait_for_process()
        try:
            if has_client_left():
                raise ClientLeft
            if not self._is_closed:
                return process.make(artefact)
        except (OSError, EOFError):  # it was killed, or the system allows no more of them
            process.close()
        finally:
            self._idle.put(process)
        if self._is_closed:
            raise SystemExit  # ends the thread of a request that nobody waits for any more
        return make(artefact)

    def _wait_for_process(self) -> _Process:
        while True:
            with suppress(Empty):
                return self._idle.get(timeout=find_check_interval())
            if has_client_left():
                raise ClientLeft

    def close(self) -> None:
        """Ends the processes, and the threads that wait for them."""
        self._is_closed = True
        for process in self._processes:
            process.kill()
        for process in [self._idle.get() for _ in self._processes]:
            process.close()
            self._idle.put(process)


class _Process:
    """One process; it starts with its first file."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def make(self, artefact: Artefact) -> bytes:
        """Raises OSError or EOFError if the process cannot be used or has ended."""
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603  (a fixed command)
                [sys.executable, "-c", COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        assert self._process.stdin
        assert self._process.stdout
        _send(self._process.stdin, pickle.dumps(artefact))
        return _receive(self._process.stdout)

    def kill(self) -> None:
        process = self._process
        if process:
            process.kill()

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin
        assert process.stdout
        with suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        process.wait()


def draw_until_end() -> None:
    """Makes the files that are asked for at standard input, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C also reaches the server, which ends this
    with suppress(AttributeError, OSError):  # on Windows
        os.nice(NICENESS)
    # What a library prints must not get between the files.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(EOFError, OSError), output:
        while True:
            # The server's own process wrote it.
            artefact = pickle.loads(_receive(sys.stdin.buffer))  # noqa: S301  # nosec B301
            _send(output, make(artefact))


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(len(content).to_bytes(LENGTH_BYTES) + content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    """Reads what _send() wrote. Raises EOFError if the other side has ended."""
    head = stream.read(LENGTH_BYTES)
    content = stream.read(int.from_bytes(head))
    if len(head) < LENGTH_BYTES or len(content) < int.from_bytes(head):
        raise EOFError
    return content
