"""Decides when a virtual clock may move: only while every thread of the client waits."""

from __future__ import annotations

import concurrent.futures.thread
import selectors
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final
from weakref import WeakSet

from ..real_time import monotonic as _monotonic
from ..real_time import sleep as _sleep

__all__ = ["Waiters", "is_blocked"]

NAP_S: Final = 0.0005
"""Real seconds between two looks at the other threads."""

LOOKS: Final = 4
"""Looks at which a thread must be at the same place, to count as blocked."""

STALL_S: Final = 0.25
"""Real seconds after which a thread that does nothing counts as blocked."""

STALL_LOOKS: Final = 100
"""Looks at the other threads that this takes, too: a busy machine lets no thread go on."""

OWN_THREADS: Final = ("waitress-", "wanproof-")
"""Prefixes of the names of the mock server's threads."""

_BLOCKING_FUNCTIONS: Final = frozenset(
    (str(module.__file__), name)
    for module, names in (
        (threading, ("wait", "join", "_wait_for_tstate_lock")),
        (concurrent.futures.thread, ("_worker",)),
    )
    for name in names
)
"""Functions of Python in which a thread waits for another thread."""

_NETWORK_FILES: Final = (
    *(str(socket.__file__), "/http/client.py", "/ssl.py"),
    *("/_backends/sync.py", "/urllib3/util/connection.py"),
)
"""Code in which a thread connects, sends, or waits for the server, which takes real time."""


def is_blocked(ident: int) -> bool:
    """Returns True if the thread *ident* waits for another thread, or has ended.

    A thread that waits for a virtual time goes on by itself.
    """
    frame = sys._current_frames().get(ident)  # noqa: SLF001  (the only way to see it)
    if frame is not None and not _is_blocking(frame):
        return False
    while frame is not None:
        if frame.f_code.co_filename == __file__:
            return False
        frame = frame.f_back
    return True


class Waiters:
    """Knows who waits for which time of a clock: threads, and tasks of event loops.

    All times are seconds of the clock, which *elapsed* returns and *advance* moves. The
    threads that run at the creation are not the client's, except the current one. *calls*
    is the number of calls that tasks of one event loop make at the same time.
    """

    def __init__(self, elapsed: Callable[[], float], advance: Callable[[float], object]) -> None:
        self._elapsed = elapsed
        self._advance = advance
        self._lock = threading.Lock()
        self._wake_times: dict[object, tuple[float, int]] = {}
        current = threading.current_thread()
        self._foreign = WeakSet(each for each in threading.enumerate() if each is not current)
        self.calls = 1

    def is_client_thread(self) -> bool:
        """Returns True unless the current thread belongs to the server or to a tool."""
        return self._is_clients(threading.current_thread())

    @contextmanager
    def waiting(
        self, wake_time: float, is_woken: Callable[[], bool] = lambda: False
    ) -> Iterator[Callable[[], bool]]:
        """Registers a waiter. The yielded function moves the clock to *wake_time* if it may.

        It returns True if the time has come, and does not move the clock if *is_woken*.
        """
        token, patience = object(), _Patience()
        last_seen: object = None
        same = 0
        self._wake_times[token] = (wake_time, threading.get_ident())

        def try_advance() -> bool:
            nonlocal last_seen, same
            if self._elapsed() >= wake_time:
                return True
            if wake_time > min([each for each, _ in [*self._wake_times.values()]]):
                return False
            patience.look(self._elapsed())
            seen = self._look_at_others()
            same, last_seen = (same + 1 if seen == last_seen else 1), seen
            if seen is None and not (patience.has_ended and self._is_none_in_network()):
                return False
            # A thread that was just woken looks blocked until it gets its turn.
            if seen and same < LOOKS:
                return False
            # Each call of a shared event loop waits, or does nothing for long.
            if len(self._wake_times) < self.calls and not patience.has_ended:
                return False
            # Asked after the look, as what wakes this waiter may be what ended the other thread.
            if is_woken():
                return False
            with self._lock:
                left = wake_time - self._elapsed()
                if left > 0:
                    self._advance(left)
            return True

        try:
            yield try_advance
        finally:
            del self._wake_times[token]

    def sleep(self, wake_time: float) -> None:
        """Waits until *wake_time*; nothing else ends it."""
        if self._list_others():
            # A thread that was just woken gets its turn before the clock moves.
            self.wait(wake_time, _sleep)
            return
        with self.waiting(wake_time) as try_advance:
            while not try_advance():
                _sleep(NAP_S)

    def wait(self, wake_time: float, nap: Callable[[float], object]) -> bool:
        """Waits until *wake_time*, or until *nap* returns something true; returns whether so.

        *nap* waits for the given real seconds.
        """
        woken = False

        def is_woken() -> bool:
            nonlocal woken
            woken = woken or bool(nap(0))
            return woken

        with self.waiting(wake_time, is_woken) as try_advance:
            while not try_advance():
                if woken or nap(NAP_S):
                    return True
        return is_woken()

    @property
    def is_shared(self) -> bool:
        """Returns True if others may wait, so that a busy wait would disturb them."""
        return self.calls > 1 or bool(self._list_others())

    def _look_at_others(self) -> tuple[object, ...] | None:
        """Returns the places of the other threads; None if one of them runs."""
        others = self._list_others()
        if not others:
            return ()
        asleep = {ident for _, ident in [*self._wake_times.values()]}
        frames = sys._current_frames()  # noqa: SLF001  (as above)
        places: list[object] = []
        for thread in others:
            if thread.ident is None:  # it starts
                return None
            frame = frames.get(thread.ident)
            if frame is None or thread.ident in asleep:
                continue
            if not _is_blocking(frame):
                return None
            places += (thread.ident, id(frame), frame.f_lasti)
        return tuple(places)

    def _list_others(self) -> list[threading.Thread]:
        current = threading.current_thread()
        return [
            each for each in threading.enumerate() if each is not current and self._is_clients(each)
        ]

    def _is_clients(self, thread: threading.Thread) -> bool:
        return thread not in self._foreign and not thread.name.startswith(OWN_THREADS)

    def _is_none_in_network(self) -> bool:
        """Returns True if no other thread waits for the server."""
        frames = sys._current_frames()  # noqa: SLF001  (as above)
        shown = [frames.get(each.ident or 0) for each in self._list_others()]
        return not any(each and _is_network(each) for each in shown)


class _Patience:
    """Ends when the other threads have had time to go on since the clock moved last."""

    def __init__(self) -> None:
        self._elapsed = -1.0
        self._began = 0.0
        self._looks = 0

    def look(self, elapsed: float) -> None:
        """Counts a look at the others at the time *elapsed* of the clock, in seconds."""
        if elapsed != self._elapsed:
            self._elapsed, self._began, self._looks = elapsed, _monotonic(), 0
        self._looks += 1

    @property
    def has_ended(self) -> bool:
        return self._looks >= STALL_LOOKS and _monotonic() - self._began >= STALL_S


def _is_blocking(frame: FrameType) -> bool:
    file, name = frame.f_code.co_filename, frame.f_code.co_name
    if file == selectors.__file__:
        # An idle event loop: it can only be woken by another thread.
        selector = frame.f_locals.get("self")
        mapped = selector.get_map() if isinstance(selector, selectors.BaseSelector) else None
        return mapped is not None and len(mapped) <= 1
    return (file, name) in _BLOCKING_FUNCTIONS and not _is_woken(frame)


def _is_woken(frame: FrameType) -> bool:
    """Returns True if what the thread in *frame* waits for is there, and it only needs its turn.

    These are variables of Python's own functions; where a version has others, LOOKS must do.
    """
    seen = frame.f_locals
    queue = seen.get("work_queue")
    if queue is not None:
        return bool(queue.qsize())
    lock = seen.get("waiter") or seen.get("lock")
    return lock is not None and hasattr(lock, "locked") and not lock.locked()


def _is_network(frame: FrameType) -> bool:
    return frame.f_code.co_filename.endswith(_NETWORK_FILES)
