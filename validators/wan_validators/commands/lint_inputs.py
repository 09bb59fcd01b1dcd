"""Finds and reads the input of ``wanproof lint``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..bulk.pieces import Piece
from ..command import UsageError
from ..source import files
from ..source.files import LINE_SUFFIXES, PARQUET_SUFFIX, STDIN, LineBlock, Record, Unreadable
from ..source.walking import InputFile, InputPart, find_files

if TYPE_CHECKING:
    from ..bulk.shards import Shard
    from ..source.path_patterns import PathPatterns

__all__ = ["check_dask", "divide_inputs", "find_fixable", "find_inputs", "is_parquet", "read_parts"]


_NOT_FIXABLE: Final = (".har", ".curl", PARQUET_SUFFIX)


def find_inputs(options: Namespace) -> list[InputFile]:
    """Returns the files to read, without the file that the output goes to."""
    found = find_files(options.files or _sources_from_pipe(), _find_excluded(options))
    if any(is_parquet(each.name) for each in found):
        import pyarrow.parquet  # noqa: F401  (if it is missing, say so before anything is reported)
    if options.output is None:
        return found
    from pathlib import Path

    output = options.output.absolute()
    return [each for each in found if not each.is_found or Path(each.name).absolute() != output]


def _find_excluded(options: Namespace) -> list[PathPatterns]:
    if not options.exclude:
        return []
    from pathlib import Path

    from ..source.path_patterns import PathPatterns

    return [PathPatterns(options.exclude, options.folders.get("exclude", Path.cwd()))]


def is_parquet(name: str) -> bool:
    return name.lower().endswith(PARQUET_SUFFIX)


def find_fixable(inputs: Sequence[InputFile]) -> list[str]:
    """Returns the files of *inputs* that have payloads themselves, not requests with payloads."""
    return [each.name for each in inputs if not each.name.lower().endswith(_NOT_FIXABLE)]


def check_dask(options: Namespace) -> None:
    """Raises UsageError for options that a cluster cannot have.

    Raises ModuleNotFoundError if Dask is missing, before anything is reported.
    """
    import distributed  # noqa: F401

    if options.edition is not None:
        raise UsageError("--edition is for a process of its own; use it without --dask")
    if options.media_root is not None:
        raise UsageError("--media-root is a folder of this machine; use it without --dask")


def divide_inputs(inputs: Sequence[InputFile], options: Namespace) -> tuple[list[InputPart], Shard]:
    """Returns the parts of *inputs* in the shard of *options*, and that shard.

    Raises UsageError for options that only the whole run can have.
    """
    from ..bulk.shards import divide

    unwanted = {
        "--max-cost": options.max_cost is not None,
        "--max-findings": options.max_findings is not None,
        "--statistics": options.statistics,
    }
    for name, is_given in unwanted.items():
        if is_given:
            raise UsageError(f"{name} needs all shards; give it to wanproof merge, not to --shard")
    if options.fix or options.diff:
        raise UsageError("--shard reports findings only; use --fix and --diff without it")
    if any(file.name == STDIN for file in inputs):
        raise UsageError("--shard needs files, as standard input has no known size")
    return divide(inputs, options.shard, lambda file: _is_lined(file.name, options))


def _is_lined(name: str, options: Namespace) -> bool:
    return name.lower().endswith(LINE_SUFFIXES) or (options.jsonl and not is_parquet(name))


def read_parts(parts: Iterable[InputPart], options: Namespace) -> Iterator[Piece]:
    """Yields the pieces of *parts*, which payloads may have to be taken out of."""
    for part in parts:
        file, start, end = part.file, part.start, part.end
        name = (options.stdin_filename or "<stdin>") if file.name == STDIN else file.name
        contents: Iterator[LineBlock | Record | Unreadable]
        if _is_lined(name, options):
            contents = files.read_blocks(file.name, stdin_name=name, start=start, end=end)
        elif is_parquet(name):
            from ..bulk.parquet import read_rows

            contents = read_rows(file.name, options.column)
        else:
            contents = files.read([file.name], stdin_name=name)
        for content in contents:
            yield Piece(content, file.is_found)


def _sources_from_pipe() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no files given; name the files to lint, or - for standard input")
    return [STDIN]
