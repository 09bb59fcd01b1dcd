"""Lints the payloads of many lines; those without findings are counted, without any object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .catalog import find_all
from .finding import Report
from .finding_limit import DEFAULT_MAX_FINDINGS
from .linter import lint_read_text
from .ready_model import READY_MODELS, ReadyModel, prepare_model
from .source.data_uris import LONG
from .source.files import LineBlock, Record
from .source.plain_reader import get_decoder, has_query, has_unique_names

__all__ = ["CleanPayloads", "find_clean_payloads"]


class CleanPayloads(NamedTuple):
    """The *number* of payloads without findings, of which nothing else is kept."""

    number: int


def find_clean_payloads(
    block: LineBlock, model: str | None = None, limit: int = DEFAULT_MAX_FINDINGS
) -> Iterator[tuple[Record, Report | None] | CleanPayloads]:
    """Yields the payloads of *block* with findings as payloads of *model*, and counts the others.

    Without *model*, each names its own. Each has a report with at most *limit* findings, or None if
    it has to be linted: it is not a usual payload of one model, or has an address that may have
    expired. The number of those without findings comes last.
    """
    source, first, data = block
    if source.lower().endswith(".har"):
        yield from ((each, None) for each in block.get_records())
        return
    lines = data.split(b"\n")
    decode, may_have_queries, is_named = get_decoder(len(lines)), has_query(data), model is not None
    count = 0
    for number, line in enumerate(lines, first):
        report = None
        try:
            value = decode(line)
            name = model if is_named else value["model"]
            ready = READY_MODELS.get(name) or _prepare_model(name)
        except (LookupError, TypeError, ValueError, RecursionError):
            ready = None  # not JSON, or not an object with a name
        if ready is not None and len(line) <= LONG and not (may_have_queries and has_query(line)):
            found = ready.check(value, limit)
            if isinstance(found, int):
                if has_unique_names(line, found):
                    count += 1
                    continue
            elif found and b'"log"' not in line:  # which a HAR file has
                text = line.rstrip(b"\r\n")
                report = lint_read_text(ready, text, (value, line), found, limit, is_named=is_named)
        if line and not line.isspace():
            yield Record(source, number, line.rstrip(b"\r\n")), report
    yield CleanPayloads(count)


def _prepare_model(name: Any) -> ReadyModel | None:
    """Returns the only model called *name*, or None."""
    specs = find_all(name) if type(name) is str else ()
    return prepare_model(specs[0]) if len(specs) == 1 else None
