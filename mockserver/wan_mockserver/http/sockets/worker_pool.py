"""Runs what takes long in threads, which start when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Final

from ...real_time import monotonic

__all__ = ["WorkerPool"]

SHUTDOWN_TIMEOUT_S: Final = 5.0
"""Seconds to wait for jobs that run when the pool is shut down."""

Job = Callable[[], None]


class WorkerPool:
    """At most *size* daemon threads, each of which calls *prepare* first; jobs must not raise."""

    def __init__(self, size: int, prepare: Callable[[], None] = lambda: None) -> None:
        self._size, self._prepare = size, prepare
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._unfinished = 0
        self._lock = Lock()

    def run(self, job: Job) -> None:
        """Runs *job* in a thread of the pool, after the jobs before it."""
        with self._lock:
            self._unfinished += 1
            if len(self._threads) < min(self._unfinished, self._size):
                name = f"wanproof-worker-{len(self._threads)}"
                thread = Thread(target=self._work, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
        self._jobs.put(job)

    def shut_down(self) -> None:
        """Ends the threads after the jobs that were handed over, or after a time-out."""
        for _ in self._threads:
            self._jobs.put(None)
        until = monotonic() + SHUTDOWN_TIMEOUT_S
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0.0))

    def _work(self) -> None:
        self._prepare()
        while (job := self._jobs.get()) is not None:
            job()
            with self._lock:
                self._unfinished -= 1
