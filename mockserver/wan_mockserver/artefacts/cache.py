"""Makes the files behind the result URLs on demand and caches them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from importlib.util import find_spec
from threading import Lock
from typing import Final

from ..client_presence import ClientLeft, find_check_interval, has_client_left
from .plan import Artefact, Film

__all__ = [
    "LIMIT",
    "Artefacts",
    "draws_films",
    "make",
]

LIMIT: Final = 128 * 1024 * 1024
"""The default size of the cache in bytes."""


def draws_films() -> bool:
    """Returns True if PyAV is installed, without importing it."""
    with suppress(ImportError):
        return find_spec("av") is not None
    return False


def make(artefact: Artefact) -> bytes:
    """Makes the file; equal artefacts give equal bytes.

    PyAV draws films. Without it a film has one colour and is silent.
    """
    if isinstance(artefact, Film):
        try:
            from .films import mp4
        except ImportError:
            from .plain_films import mp4

        return mp4(artefact)
    from .pictures import png

    return png(artefact)


class Artefacts:
    """A thread-safe cache of at most *limit_bytes*, which drops the least recently used files.

    A file is made once, even if several threads ask for it at the same time, by *make_file*, or
    by :func:`make`.
    """

    def __init__(
        self, limit_bytes: int = LIMIT, make_file: Callable[[Artefact], bytes] | None = None
    ) -> None:
        self._limit = limit_bytes
        self._make_file = make_file
        self._lock = Lock()
        self._cached: OrderedDict[Artefact, bytes] = OrderedDict()
        self._size = 0
        self._pending: dict[Artefact, Future[bytes]] = {}

    def bytes_of(self, artefact: Artefact) -> bytes:
        """Returns the file from the cache, or makes it. Raises the exceptions of make().

        Returns b"" if the client who asks for it has left before it is made.
        """
        while True:
            with self._lock:
                if artefact in self._cached:
                    self._cached.move_to_end(artefact)
                    return self._cached[artefact]
                pending = self._pending.get(artefact)
                if pending is None:
                    promise = self._pending[artefact] = Future[bytes]()
            try:
                return self._make(artefact, promise) if pending is None else _wait_for(pending)
            except ClientLeft:
                if has_client_left():
                    return b""
                # It was another client who left: the file is made for this one.

    def _make(self, artefact: Artefact, promise: Future[bytes]) -> bytes:
        try:
            content = (self._make_file or make)(artefact)
        except BaseException as error:
            with self._lock:
                del self._pending[artefact]
            promise.set_exception(error)
            raise
        with self._lock:
            del self._pending[artefact]
            self._keep(artefact, content)
        promise.set_result(content)
        return content

    def _keep(self, artefact: Artefact, content: bytes) -> None:
        self._cached[artefact] = content
        self._size += len(content)
        while self._size > self._limit:
            _, dropped = self._cached.popitem(last=False)
            self._size -= len(dropped)


def _wait_for(file: Future[bytes]) -> bytes:
    """Returns the *file* that another thread makes. Raises ClientLeft if nobody wants it."""
    while not wait((file,), find_check_interval()).done:
        if has_client_left():
            raise ClientLeft
    return file.result()
