"""Reads payloads from files and standard input, one record at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from .embedding import Embedding

__all__ = ["LINE_SUFFIXES", "STDIN", "Record", "Unreadable", "read", "read_content", "total_size"]

STDIN: Final = "-"
"""The name that stands for standard input."""

LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
"""Suffixes of files with one payload per line."""


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


class Unreadable(NamedTuple):
    """Input that could not be read completely, and the reason."""

    source: str
    reason: str


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
        return "the directory has no file with payloads: .json, .jsonl, .ndjson, .har or .curl"
    return error.strerror or str(error)
