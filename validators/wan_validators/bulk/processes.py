"""Runs a function in several processes and yields its results in the order of the tasks.

The processes are forked, so the function needs no pickling and starts with everything that is
loaded. Only tasks and results are sent.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..command import UsageError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["WorkerError", "choose_jobs", "count_cores", "map_in_processes", "serve"]

T = TypeVar("T")
R = TypeVar("R")

_AHEAD: Final = 4
"""Tasks in flight or waiting for an earlier result, for each process; more would use memory."""

_QUOTA_FILE: Final = Path("/sys/fs/cgroup/cpu.max")
"""The limit of a container: microseconds of CPU time, or ``max``, and of the period."""


class WorkerError(Exception):
    """The function failed in a process; the message has the error there."""


def choose_jobs(asked: int | None) -> int:
    """Returns the number of processes: *asked*, or one for each core; one where none can fork."""
    return (asked or count_cores()) if hasattr(os, "fork") else 1


def count_cores(quota_file: Path = _QUOTA_FILE) -> int:
    """Returns the number of processor cores that this process and its container may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = quota_file.read_text(encoding="ascii").split()
        cores = min(cores, max(1, round(int(quota) / int(period))))
    return cores


def map_in_processes(
    function: Callable[[T], R], tasks: Iterable[T], jobs: int
) -> Generator[R, None, None]:
    """Yields ``function(task)`` for each of *tasks*, in their order, computed in *jobs* processes.

    Few tasks are read ahead. Raises WorkerError if the function fails, and UsageError if a
    process is killed. All processes have ended when the iterator is closed.
    """
    team = _Team(function, jobs)
    try:
        yield from team.map(tasks)
    finally:
        team.end()


def serve(function: Callable[[Any], Any], tasks: Connection) -> None:
    """Answers each task from *tasks* with the result, or with an error and its traceback."""
    while True:
        try:
            task = tasks.recv()
        except (EOFError, ConnectionError):  # the other end is closed, or its process was killed
            return
        answer: tuple[Any, tuple[str, str] | None]
        try:
            answer = (function(task), None)
        except Exception as error:  # noqa: BLE001  (the other process reports it)
            import traceback

            answer = (None, (f"{type(error).__name__}: {error}", traceback.format_exc()))
        try:
            tasks.send(answer)
        except ConnectionError:
            return


class _Team:
    """The processes, and the results that wait for earlier ones."""

    def __init__(self, function: Callable[[Any], Any], jobs: int) -> None:
        from multiprocessing import get_context

        self._context = get_context("fork")
        self._function = function
        self._jobs = jobs
        self._processes: dict[Connection, BaseProcess] = {}
        self._running: dict[Connection, int] = {}
        self._results: dict[int, Any] = {}

    def map(self, tasks: Iterable[Any]) -> Iterator[Any]:
        sent = done = 0
        for task in tasks:
            # A process gets a task only when it waits for one, so that sending never blocks.
            while len(self._running) == self._jobs or sent - done >= _AHEAD * self._jobs:
                self._receive()
                while done in self._results:
                    yield self._results.pop(done)
                    done += 1
            idle = next((each for each in self._processes if each not in self._running), None)
            idle = idle or self._start()
            self._send(idle, task)
            self._running[idle] = sent
            sent += 1
        while done < sent:
            if done not in self._results:
                self._receive()
                continue
            yield self._results.pop(done)
            done += 1

    def _start(self) -> Connection:
        """Starts a process, and returns our end of the pipe to it."""
        ours, theirs = self._context.Pipe()
        # A forked process has our ends of all pipes, too. It closes them, so that it sees the
        # end of its own when we are gone.
        inherited = [*self._processes, ours]
        process = self._context.Process(
            target=_run_worker, args=(self._function, theirs, inherited), daemon=True
        )
        process.start()
        theirs.close()
        self._processes[ours] = process
        return ours

    def _send(self, worker: Connection, task: Any) -> None:
        try:
            worker.send(task)
        except ConnectionError as error:
            raise self._explain_death(worker) from error

    def _receive(self) -> None:
        """Waits for results. Raises WorkerError or UsageError if there is none."""
        from multiprocessing.connection import wait

        for worker in wait(list(self._running)):
            assert worker in self._processes
            try:
                result, failure = worker.recv()
            except (EOFError, ConnectionError) as error:
                raise self._explain_death(worker) from error
            if failure is not None:
                message, trace = failure
                problem = WorkerError(message)
                problem.add_note(trace)
                raise problem
            self._results[self._running.pop(worker)] = result

    def _explain_death(self, worker: Connection) -> UsageError:
        process = self._processes[worker]
        process.join(1)
        code = process.exitcode or 0
        how = f"ended with code {code}"
        if code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        return UsageError(
            f"a process of --jobs {how}, so the results are not complete; if the memory was "
            "full, use fewer --jobs, or --shard"
        )

    def end(self) -> None:
        for connection, process in self._processes.items():
            process.terminate()
            connection.close()
        for process in self._processes.values():
            process.join()


def _run_worker(
    function: Callable[[Any], Any], tasks: Connection, inherited: Sequence[Connection]
) -> None:
    # Ctrl-C is sent to all processes of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in inherited:
        each.close()
    serve(function, tasks)
