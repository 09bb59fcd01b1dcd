"""From names on a command line to records: one payload each, read when asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Final, NamedTuple

STDIN: Final = "-"
"""The name that stands for standard input."""

LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
"""Endings of files that hold one payload a line."""


class Record(NamedTuple):
    """One payload as bytes. *number* counts from 1, and is also the line it begins on."""

    source: str
    number: int
    data: bytes


class Unreadable(NamedTuple):
    """Input that could not be read, or not to its end, and why."""

    source: str
    reason: str


def expand(names: Iterable[str]) -> list[str]:
    """*names*, with each directory replaced by the payload files in and below it, sorted.

    Hidden files and directories are left out. A directory without any payload file, or one
    that cannot be listed, stays as it is, so that reading it tells what is wrong.
    """
    return [path for name in names for path in ([name] if name == STDIN else _below(name))]


def read(names: Iterable[str], *, lined: bool = False) -> Iterator[Record | Unreadable]:
    """All records of the files *names*, in order; what cannot be read comes as Unreadable.

    A file is one record, or with an ending in LINED (any file, if *lined*) one a line, of
    which no more than one is in memory; blank lines count but are no records.
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


def total_size(names: Iterable[str]) -> int | None:
    """The bytes that :func:`read` will read; None if that cannot be known beforehand."""
    try:
        return sum(Path(name).stat().st_size for name in names)
    except OSError:
        return None


def _below(name: str) -> list[str]:
    found: list[str] = []
    # What is no directory, or cannot be listed, ends up here too: opening it tells why.
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
    if sys.stdin is None:  # as Python leaves it when it is started with this closed
        raise OSError("standard input is closed")
    return nullcontext(sys.stdin.buffer)


def _lines(source: str, file: IO[bytes]) -> Iterator[Record]:
    for number, line in enumerate(file, 1):
        if not line.isspace():
            yield Record(source, number, line.rstrip(b"\r\n"))


def _reason(error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "the directory holds no .json or .jsonl file"
    return error.strerror or str(error)
