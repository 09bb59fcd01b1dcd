"""Finds and reads the input of ``wanproof lint``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..bulk.pieces import Piece
from ..command import UsageError
from ..source import files
from ..source.files import LINE_SUFFIXES, STDIN, LineBlock, Record, Unreadable
from ..source.path_patterns import PathPatterns
from ..source.walking import InputFile, find_files

__all__ = ["find_fixable", "find_inputs", "read_input"]


def find_inputs(options: Namespace) -> list[InputFile]:
    """Returns the files to read, without the file that the output goes to."""
    folder = options.folders.get("exclude", Path.cwd())
    excluded = [PathPatterns(options.exclude, folder)] if options.exclude else []
    found = find_files(options.files or _sources_from_pipe(), excluded)
    if options.output is None:
        return found
    output = options.output.absolute()
    return [each for each in found if not each.is_found or Path(each.name).absolute() != output]


def find_fixable(inputs: Sequence[InputFile]) -> list[str]:
    """Returns the files of *inputs* that have payloads themselves, not requests with payloads."""
    return [each.name for each in inputs if not each.name.lower().endswith((".har", ".curl"))]


def read_input(inputs: Iterable[InputFile], options: Namespace) -> Iterator[Piece]:
    """Yields the pieces of *inputs*, which payloads may have to be taken out of."""
    for file in inputs:
        name = (options.stdin_filename or "<stdin>") if file.name == STDIN else file.name
        contents: Iterator[LineBlock | Record | Unreadable]
        if options.jsonl or name.lower().endswith(LINE_SUFFIXES):
            contents = files.read_blocks(file.name, stdin_name=name)
        else:
            contents = files.read([file.name], stdin_name=name)
        for content in contents:
            yield Piece(content, file.is_found)


def _sources_from_pipe() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no files given; name the files to lint, or - for standard input")
    return [STDIN]
