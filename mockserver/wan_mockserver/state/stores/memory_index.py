"""What the store in memory keeps of a value's index entry, and how it finds values by it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, Protocol, TypeVar

from ...time_slices import in_slices
from .index import IndexEntry, Query

__all__ = ["CompactEntry", "Indexed", "compact", "find_matching"]

BYTES: Final = 8
"""The length of a digest of a term, which no other term has in practice."""


class CompactEntry(NamedTuple):
    """The *rank* of a value, and the *digests* of its terms, a quarter of their text."""

    rank: float
    digests: bytes


class Indexed(Protocol):
    """A stored value; *entry* is None after each change."""

    tenant: str
    entry: CompactEntry | None


Stored = TypeVar("Stored", bound=Indexed)


def compact(entry: IndexEntry) -> CompactEntry:
    digests = map(_digest, entry.text.split("\n")[1:-1])
    return CompactEntry(entry.rank, b"".join(digests))


def find_matching(
    stored: Iterable[Stored], query: Query, renew: Callable[[Stored], CompactEntry]
) -> list[Stored]:
    """Returns those that match *query*; *renew* makes the entries that there are none of."""
    # One condition after the other, in the form that Python runs fastest.
    if query.tenant is not None:
        stored = [each for each in stored if each.tenant == query.tenant]
    found = [(each.entry or renew(each), each) for each in in_slices(stored)]
    if query.above > -math.inf:
        above = query.above
        found = [each for each in found if each[0][0] > above]
    for digest in map(_digest, query.terms):
        found = [each for each in found if digest in each[0][1]]
    return [each for _, each in found]


def _digest(term: str) -> bytes:
    return hash(term).to_bytes(BYTES, "little", signed=True)
