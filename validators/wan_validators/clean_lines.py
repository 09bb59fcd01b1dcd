"""Lints the payloads of many lines; those without findings are counted, without any object."""

from __future__ import annotations

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
    """The *number* of payloads without findings, and the *others*, with reports if they are known.

    Those without a report have to be linted.
    """

    number: int
    others: list[tuple[Record, Report | None]]


def find_clean_payloads(
    block: LineBlock, model: str | None = None, limit: int = DEFAULT_MAX_FINDINGS
) -> CleanPayloads:
    """Counts the payloads of *block* that have no findings as payloads of *model*.

    Without *model*, each names its own. What is not a usual payload of one model, or has an
    address that may have expired, is not linted. Reports have at most *limit* findings.
    """
    source, first, data = block
    if source.lower().endswith(".har") or b'"log"' in data:
        return CleanPayloads(0, [(each, None) for each in block.get_records()])
    lines = data.split(b"\n")
    decode, may_have_queries = get_decoder(len(lines)), has_query(data)
    count = 0
    others: list[tuple[Record, Report | None]] = []
    for number, line in enumerate(lines, first):
        report = None
        try:
            value = decode(line)
            name = value["model"] if model is None else model
            ready = READY_MODELS.get(name) or _prepare_model(name)
        except (LookupError, TypeError, ValueError, RecursionError):
            ready = None  # not JSON, or not an object with a name
        if ready is not None and len(line) <= LONG and not (may_have_queries and has_query(line)):
            found = ready.check(value, limit)
            if isinstance(found, int):
                if has_unique_names(line, found):
                    count += 1
                    continue
            elif found:
                text = line.rstrip(b"\r\n")
                read = value, line
                report = lint_read_text(ready, text, read, found, limit, is_named=model is not None)
        if line and not line.isspace():
            others.append((Record(source, number, line.rstrip(b"\r\n")), report))
    return CleanPayloads(count, others)


def _prepare_model(name: Any) -> ReadyModel | None:
    """Returns the only model called *name*, or None."""
    specs = find_all(name) if type(name) is str else ()
    return prepare_model(specs[0]) if len(specs) == 1 else None
