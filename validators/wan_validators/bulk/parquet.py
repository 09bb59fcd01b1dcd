"""Reads payloads from the rows of Parquet files, with pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..messages.formatting import clip
from ..messages.suggestions import suggest
from ..source import embedding
from ..source.embedding import Embedding
from ..source.files import Record, Unreadable
from ..source.positions import Lines, Position

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

__all__ = ["read_rows"]

_ROWS: Final = 1024
"""Rows that are read at a time, so that memory stays constant."""


def read_rows(name: str, column: str | None) -> Iterator[Record | Unreadable]:
    """Yields the payload of each row of the file *name*, numbered from 1.

    It is the value of *column*: JSON text, or a struct. Without *column* it is that of the only
    column, or else the row is the payload, with the columns as its members. Parquet has every
    member in every row, so members that are null are left out.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with Path(name).open("rb") as stream, ParquetFile(stream) as file:
            names = file.schema_arrow.names
            if column is not None and column not in names:
                hint = suggest(column, names, f"columns: {', '.join(names)}")
                yield Unreadable(name, f"it has no column {column!r}; {hint}")
                return
            chosen = column if column is not None or len(names) != 1 else names[0]
            for number, value in enumerate(_read_values(file, chosen), 1):
                if isinstance(value, _NotConvertible):
                    yield Unreadable(name, f"row {number}: {value}")
                else:
                    yield _build_record(name, number, value)
    except (OSError, ArrowException, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        yield Unreadable(name, reason)


def _read_values(file: ParquetFile, column: str | None) -> Iterator[Any]:
    # Without threads, as the processes of --jobs are forked.
    columns = None if column is None else [column]
    for batch in file.iter_batches(_ROWS, columns=columns, use_threads=False):
        try:
            rows = batch.to_pylist(maps_as_pydicts="strict")
        except _CONVERSION_ERRORS:
            rows = [_convert_row(batch.slice(number, 1)) for number in range(batch.num_rows)]
        for row in rows:
            is_whole = column is None or isinstance(row, _NotConvertible)
            yield row if is_whole else row[column]


def _convert_row(batch: RecordBatch) -> Any:
    """Returns the only row of *batch*, or why Python cannot have its values."""
    try:
        return batch.to_pylist(maps_as_pydicts="strict")[0]
    except _CONVERSION_ERRORS as error:
        return _NotConvertible(clip(str(error)))


class _NotConvertible(str):
    """Why a row cannot be converted: a time beyond Python's, wrong UTF-8, a key that is twice."""

    __slots__ = ()


_CONVERSION_ERRORS: Final = (LookupError, ArithmeticError, ValueError)


def _build_record(name: str, number: int, value: Any) -> Record:
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
    elif isinstance(value, bytes):
        data = value
    else:
        data = json.dumps(_drop_nulls(value), ensure_ascii=False, default=str).encode()
    if b"\n" not in data:
        return Record(name, number, data)
    text = data.decode("utf-8", "replace")
    return Record(name, number, data, None, _Cell(text, [embedding.Piece(text, 0)], number))


def _drop_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _drop_nulls(each) for name, each in value.items() if each is not None}
    return [_drop_nulls(each) for each in value] if isinstance(value, list) else value


class _OneLine(Lines):
    """A text whose lines are all in one row."""

    def text(self, line: int) -> str:
        return self._text


@dataclass(frozen=True)
class _Cell(Embedding):
    """The lines of one value; every finding is in the line *row* of the file."""

    row: int

    def locate(self, line: int, column: int) -> Position:
        return Position(self.row, Lines(self.text).offset(Position(line, column)) + 1)

    @cached_property
    def lines(self) -> Lines:
        return _OneLine(self.text)
