"""Protects standard output and the working directory from a client in our process."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


__all__ = ["preserve_process_state"]


class _StderrProxy(io.BufferedIOBase):
    """Writes to the current standard error, which stays open if this is closed."""

    name = "<stdout>"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return sys.stderr.isatty()

    def fileno(self) -> int:
        return sys.stderr.fileno()

    def write(self, data: ReadableBuffer) -> int:
        octets = bytes(data)
        sys.stderr.write(octets.decode(errors="replace"))
        return len(octets)


@contextmanager
def preserve_process_state() -> Iterator[None]:
    """Sends printed output to standard error, and restores the working directory at the end."""
    before = _find_working_directory()
    stdout = io.TextIOWrapper(
        _StderrProxy(), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    try:
        with redirect_stdout(stdout):
            yield
    finally:
        if before is not None and before != _find_working_directory():
            with suppress(OSError):
                os.chdir(before)


def _find_working_directory() -> str | None:
    """Returns the working directory; None if it was removed."""
    try:
        return os.getcwd()  # noqa: PTH109  (a Path takes ten times as long)
    except OSError:
        return None
