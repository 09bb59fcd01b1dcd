"""Reads payloads from files and standard input, one record at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Final, NamedTuple

__all__ = [
    "LINE_SUFFIXES",
    "STDIN",
    "Record",
    "Unreadable",
    "expand",
    "read",
    "read_content",
    "total_size",
]

STDIN: Final = "-"
"""The name that stands for standard input."""

LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
"""Suffixes of files with one payload per line."""


class Record(NamedTuple):
    """One payload as bytes. *number* is its first line, counted from 1."""

    source: str
    number: int
    data: bytes


class Unreadable(NamedTuple):
    """Input that could not be read completely, and the reason."""

    source: str
    reason: str


def expand(names: Iterable[str]) -> list[str]:
    """Returns *names* with each directory replaced by its payload files, sorted.

    Subdirectories are included; hidden files and directories are not. A directory without
    payload files, or one that cannot be listed, is kept. Reading it reports the problem.
    """
    return [path for name in names for path in ([name] if name == STDIN else _below(name))]


def read(names: Iterable[str], *, lined: bool = False) -> Iterator[Record | Unreadable]:
    """Yields all records of the files *names* in order, and Unreadable for read errors.

    A file is one record. A file with a suffix in LINE_SUFFIXES (any file, if *lined*) has
    one record per line and is read line by line. Blank lines count but are not records.
    """
    for name in names:
        source = "<stdin>" if name == STDIN else name
        try:
            with _open(name) as file:
                if lined or name.lower().endswith(LINE_SUFFIXES):
                    yield from _lines(source, file)
                else:
                    yield Record(source, 1, file.read())
        except OSError as error:
            yield Unreadable(source, _reason(error))


def read_content(name: str) -> bytes | Unreadable:
    """Returns the bytes of the file *name*, or of standard input."""
    try:
        with _open(name) as file:
            return file.read()
    except OSError as error:
        return Unreadable("<stdin>" if name == STDIN else name, _reason(error))


def total_size(names: Iterable[str]) -> int | None:
    """Returns the number of bytes that :func:`read` will read, or None if unknown."""
    try:
        return sum(Path(name).stat().st_size for name in names)
    except OSError:
        return None


def _below(name: str) -> list[str]:
    found: list[str] = []
    # Files and directories that cannot be listed are kept: opening them reports the reason.
    walk = os.walk(name, onerror=lambda error: found.append(error.filename))
    for folder, folders, files in walk:
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        found += [
            os.path.join(folder, file)  # noqa: PTH118  (Path would drop a leading "./")
            for file in sorted(files)
            if file.lower().endswith((".json", *LINE_SUFFIXES)) and not file.startswith(".")
        ]
    return found or [name]


def _open(name: str) -> AbstractContextManager[IO[bytes]]:
    if name != STDIN:
        return Path(name).open("rb")
    if sys.stdin is None:  # Python sets it to None if it is closed at startup
        raise OSError("standard input is closed")
    return nullcontext(sys.stdin.buffer)


def _lines(source: str, file: IO[bytes]) -> Iterator[Record]:
    for number, line in enumerate(file, 1):
        if not line.isspace():
            yield Record(source, number, line.rstrip(b"\r\n"))


def _reason(error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "the directory has no .json or .jsonl file"
    return error.strerror or str(error)
