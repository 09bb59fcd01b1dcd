"""Reads payloads from files and standard input, one record at a time."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import IO, TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from .embedding import Embedding

__all__ = [
    "LINE_SUFFIXES",
    "PARQUET_SUFFIX",
    "STDIN",
    "LineBlock",
    "Record",
    "Skipped",
    "Unreadable",
    "read",
    "read_blocks",
    "read_content",
    "total_size",
]

STDIN: Final = "-"
"""The name that stands for standard input."""

LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
"""Suffixes of files with one payload per line."""

PARQUET_SUFFIX: Final = ".parquet"


_BLOCK_BYTES: Final = 1 << 18


class Record(NamedTuple):
    """One payload. *number* is its first line, or the number of its request in a HAR file.

    *data* is text if it was taken out of another text, which *embedding* has. *model* is the
    name in the URL of its request, or in a header if *has_model_header* is true.
    """

    source: str
    number: int
    data: bytes | str
    model: str | None = None
    embedding: Embedding | None = None
    has_model_header: bool = False


class LineBlock(NamedTuple):
    """Whole lines of a file with one payload per line; *number* counts the first from 1."""

    source: str
    number: int
    data: bytes

    def get_records(self) -> Iterator[Record]:
        """Yields a record for each line that is not blank."""
        return _lines(self.source, io.BytesIO(self.data), self.number)


class Unreadable(NamedTuple):
    """Input that could not be read completely, and the reason."""

    source: str
    reason: str


class Skipped(NamedTuple):
    """Input that is not a payload: a file in a folder, or a request that creates no task."""

    source: str
    kind: str


def read(
    names: Iterable[str], *, lined: bool = False, stdin_name: str = "<stdin>"
) -> Iterator[Record | Unreadable]:
    """Yields all records of the files *names* in order, and Unreadable for read errors.

    A file is one record. A file with a suffix in LINE_SUFFIXES (any file, if *lined*) has
    one record per line and is read line by line. Blank lines count but are not records.
    Standard input counts as a file called *stdin_name*.
    """
    for name in names:
        source = stdin_name if name == STDIN else name
        try:
            with _open(name) as file:
                if lined or source.lower().endswith(LINE_SUFFIXES):
                    yield from _lines(source, file)
                else:
                    yield Record(source, 1, file.read())
        except OSError as error:
            yield Unreadable(source, _reason(error))


def read_blocks(
    name: str, *, stdin_name: str = "<stdin>", start: int = 0, end: int | None = None
) -> Iterator[LineBlock | Unreadable]:
    """Yields the lines of the file *name* in blocks, and Unreadable for a read error.

    They are the lines whose first byte is at *start* or behind it, and before *end*. Their
    numbers are those in the whole file.
    """
    source = stdin_name if name == STDIN else name
    try:
        with _open(name) as file:
            yield from _blocks(source, file, start, end)
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
        return sum(os.stat(name).st_size for name in names)
    except OSError:
        return None


def _open(name: str) -> AbstractContextManager[IO[bytes]]:
    if name != STDIN:
        return open(name, "rb")
    if sys.stdin is None:  # Python sets it to None if it is closed at startup
        raise OSError("standard input is closed")
    return nullcontext(sys.stdin.buffer)


def _blocks(source: str, file: IO[bytes], start: int, end: int | None) -> Iterator[LineBlock]:
    number, position, data = 1, 0, b"\n"
    while position < start and data:
        data = file.read(min(_BLOCK_BYTES, start - position))
        position += len(data)
        number += data.count(b"\n")
    if not data.endswith(b"\n"):
        line = file.readline()
        position += len(line)
        number += 1
    while end is None or position < end:
        # A pipe gives what it has, so that a slow producer sees results early.
        read: Callable[[int], bytes] = getattr(file, "read1", file.read)
        data = read(_BLOCK_BYTES if end is None else min(_BLOCK_BYTES, end - position))
        if not data:
            return
        if not data.endswith(b"\n"):
            data += file.readline()
        yield LineBlock(source, number, data)
        position += len(data)
        number += data.count(b"\n")


def _lines(source: str, file: IO[bytes], first: int = 1) -> Iterator[Record]:
    for number, line in enumerate(file, first):
        if not line.isspace():
            yield Record(source, number, line.rstrip(b"\r\n"))


def _reason(error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "the directory has no file with payloads: .json, .jsonl, .ndjson, .har or .curl"
    return error.strerror or str(error)
