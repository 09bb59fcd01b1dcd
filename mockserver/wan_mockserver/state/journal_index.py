"""What exchanges are found by, without reading the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .stores.index import IndexEntry, build_term

__all__ = ["FACTS", "build_journal_entry", "list_wanted_terms"]

FACTS: Final = ("vendor", "model", "task", "action", "status", "method", "path")
"""Fields of an exchange whose values are terms."""

REQUEST_ID_SUFFIXES: Final = (
    "request-id",
    "requestid",
    "correlation-id",
    "trace-id",
    "idempotency-key",
)
"""Ends of header names that carry a client's own request id."""


def build_journal_entry(entry: Any) -> IndexEntry:
    """Returns the number of an exchange, an Entry, and its terms."""
    return IndexEntry.build(entry.number, _iter_terms(entry))


def list_wanted_terms(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the terms of exchanges with the *wanted* facts, where None is any.

    The names are those in FACTS, ``refused``, ``traceparent`` and ``request_id``.
    """
    names = (*FACTS, "refused", "request_id")
    terms = [build_term(name, wanted[name]) for name in names if wanted[name] is not None]
    if wanted["traceparent"] is not None:
        terms.append(build_term("traceparent", wanted["traceparent"].lower()))
    return tuple(terms)


def _iter_terms(entry: Any) -> Iterator[str]:
    for name in FACTS:
        yield build_term(name, getattr(entry, name))
    yield build_term("refused", bool(entry.why))
    for name, value in entry.sent.headers.items():
        if name.endswith(REQUEST_ID_SUFFIXES):
            yield build_term("request_id", value)
    for message in (entry.sent, entry.answer):
        trace = message.headers.get("traceparent")
        if trace is not None:
            yield build_term("traceparent", trace.lower())
            if "-" in trace:
                yield build_term("traceparent", trace.lower().split("-")[1])
