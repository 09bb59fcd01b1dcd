"""The files behind the result URLs: made when first asked for, then kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from contextlib import suppress
from importlib.util import find_spec
from threading import Lock
from typing import Final

from .plan import Film, Picture

Artefact = Picture | Film
"""The parts of a plan that are files."""

LIMIT: Final = 256 * 1024 * 1024
"""Bytes that are kept by default."""

_TYPES: Final = {Picture: ("image/png", "png"), Film: ("video/mp4", "mp4")}


def content_type(artefact: Artefact) -> str:
    """The MIME type of the file."""
    return _TYPES[type(artefact)][0]


def extension(artefact: Artefact) -> str:
    """The usual end of the file's name, without the dot."""
    return _TYPES[type(artefact)][1]


def draws_films() -> bool:
    """Whether PyAV is installed, without loading it."""
    with suppress(ImportError):
        return find_spec("av") is not None
    return False


def make(artefact: Artefact) -> bytes:
    """The file itself; the same artefact always gives the same bytes.

    A film is drawn with PyAV, and without it has one colour and silence for sound.
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
    """A cache of made files, safe to share between threads.

    No more than *limit_bytes* are kept: those used least recently go first, and are made
    again when asked for. A file is made once, even if several threads ask for it meanwhile.
    """

    def __init__(self, limit_bytes: int = LIMIT) -> None:
        self._limit = limit_bytes
        self._lock = Lock()
        self._kept: OrderedDict[Artefact, bytes] = OrderedDict()
        self._size = 0
        self._in_the_making: dict[Artefact, Future[bytes]] = {}

    def bytes_of(self, artefact: Artefact) -> bytes:
        """The file, made now if it is not kept; raises whatever making it raises."""
        with self._lock:
            if artefact in self._kept:
                self._kept.move_to_end(artefact)
                return self._kept[artefact]
            awaited = self._in_the_making.get(artefact)
            if awaited is None:
                making = self._in_the_making[artefact] = Future[bytes]()
        if awaited is not None:
            return awaited.result()
        return self._make(artefact, making)

    def _make(self, artefact: Artefact, promise: Future[bytes]) -> bytes:
        try:
            content = make(artefact)
        except BaseException as error:
            with self._lock:
                del self._in_the_making[artefact]
            promise.set_exception(error)
            raise
        with self._lock:
            del self._in_the_making[artefact]
            self._keep(artefact, content)
        promise.set_result(content)
        return content

    def _keep(self, artefact: Artefact, content: bytes) -> None:
        self._kept[artefact] = content
        self._size += len(content)
        while self._size > self._limit:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)
