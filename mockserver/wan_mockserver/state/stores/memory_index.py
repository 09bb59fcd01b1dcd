"""What the store in memory keeps of a value's index entry, and how it finds values by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from .index import IndexEntry, Query

__all__ = ["CompactEntry", "compact", "find_matching"]

BYTES: Final = 8
"""The length of a digest of a term, which no other term has in practice."""


class CompactEntry(NamedTuple):
    """The *rank* of a value, and the *digests* of its terms, a quarter of their text."""

    rank: float
    digests: bytes


def compact(entry: IndexEntry) -> CompactEntry:
    digests = map(_digest, entry.text.split("\n")[1:-1])
    return CompactEntry(entry.rank, b"".join(digests))


def find_matching(entries: Iterable[CompactEntry], query: Query) -> list[int]:
    """Returns the places of the *entries* that have the rank and the terms of *query*."""
    # One condition after the other, in the form that Python runs fastest.
    above = query.above
    found = [(place, digests) for place, (rank, digests) in enumerate(entries) if rank > above]
    for digest in map(_digest, query.terms):
        found = [each for each in found if digest in each[1]]
    return [place for place, _ in found]


def _digest(term: str) -> bytes:
    return hash(term).to_bytes(BYTES, "little", signed=True)
