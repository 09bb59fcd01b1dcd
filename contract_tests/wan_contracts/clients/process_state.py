"""What is kept from a client in our own process: standard output, the working directory."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _StderrProxy(io.BufferedIOBase):
    """Standard error, whatever that is at the time. To close this does not close that."""

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
    """Within this, what is printed goes to standard error; after it, we are where we were."""
    before = _find_working_directory()
    aside = io.TextIOWrapper(
        _StderrProxy(), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    try:
        with redirect_stdout(aside):
            yield
    finally:
        if before is not None and before != _find_working_directory():
            with suppress(OSError):
                os.chdir(before)


def _find_working_directory() -> Path | None:
    """The working directory; None if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None
