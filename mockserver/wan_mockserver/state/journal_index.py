"""What exchanges are found by, without reading the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from .stores.index import IndexEntry, build_term

__all__ = ["SHARED_FACTS", "build_journal_entry", "list_wanted_terms"]

SHARED_FACTS: Final = ("vendor", "model", "action", "status", "method", "refused")
"""Names of terms that many exchanges have."""

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
    # Every request has such an entry, so what many of them share is built once.
    shared = _list_shared_terms(
        entry.vendor, entry.model, entry.action, entry.status, entry.method, bool(entry.why)
    )
    return IndexEntry.build(entry.number, (*shared, *_iter_own_terms(entry)))


def list_wanted_terms(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the terms of exchanges with the *wanted* facts, where None is any.

    The names are those in SHARED_FACTS, ``task``, ``path``, ``traceparent`` and ``request_id``.
    """
    names = (*SHARED_FACTS, "task", "path", "request_id")
    terms = [build_term(name, wanted[name]) for name in names if wanted[name] is not None]
    if wanted["traceparent"] is not None:
        terms.append(build_term("traceparent", wanted["traceparent"].lower()))
    return tuple(terms)


@lru_cache(maxsize=1000)
def _list_shared_terms(*facts: object) -> tuple[str, ...]:
    return tuple(map(build_term, SHARED_FACTS, facts))


def _iter_own_terms(entry: Any) -> Iterator[str]:
    yield build_term("task", entry.task)
    yield build_term("path", entry.path)
    for name, value in entry.sent.headers.items():
        if name.endswith(REQUEST_ID_SUFFIXES):
            yield build_term("request_id", value)
    for message in (entry.sent, entry.answer):
        trace = message.headers.get("traceparent")
        if trace is not None:
            yield build_term("traceparent", trace.lower())
            if "-" in trace:
                yield build_term("traceparent", trace.lower().split("-")[1])
