"""Finds and reads the input of ``wanproof lint``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..command import UsageError
from ..source import files
from ..source.files import LINE_SUFFIXES, STDIN, Record, Unreadable
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


def read_input(file: InputFile, options: Namespace) -> Iterator[Record | Unreadable]:
    """Yields the records of *file*, which requests may have to be taken out of."""
    name = (options.stdin_filename or "<stdin>") if file.name == STDIN else file.name
    lined = options.jsonl or name.lower().endswith(LINE_SUFFIXES)
    return files.read([file.name], lined=lined, stdin_name=name)


def _sources_from_pipe() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no files given; name the files to lint, or - for standard input")
    return [STDIN]
