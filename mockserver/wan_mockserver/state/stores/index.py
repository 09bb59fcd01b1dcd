"""What a store knows about values without reading them, and how they are found by it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

__all__ = ["IndexEntry", "Query", "QueryResult", "build_term"]

Item = TypeVar("Item")
Value = TypeVar("Value")


class IndexEntry(NamedTuple):
    """The *rank* of a value, a number to compare, and its *terms* as one text."""

    rank: float
    text: str

    @classmethod
    def build(cls, rank: float, terms: Iterable[str]) -> IndexEntry:
        """Joins *terms*, which have no line breaks."""
        return cls(rank, "\n".join(("", *terms, "")))


def build_term(name: str, value: object) -> str:
    """Returns the term of values whose *name* is *value*; it has no line breaks."""
    text = str(value)
    if not text.isprintable() or "\\" in text or not text.isascii():
        text = text.encode("unicode_escape").decode()
    return f"{name}={text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Values with all *terms*, of *tenant* if it is not None, whose rank is above *above*.

    Of those, *skip* of the newest are left out, and then *newest* are wanted, None for all.
    """

    terms: tuple[str, ...] = ()
    tenant: str | None = None
    above: float = -math.inf
    newest: int | None = None
    skip: int = 0

    @property
    def end(self) -> int | None:
        """The number of the newest that are left out or wanted, None for all."""
        return None if self.newest is None else self.skip + self.newest

    def choose(self, found: list[Item]) -> list[Item]:
        """Returns those that are wanted of all values that were *found*, the oldest first."""
        end = len(found) - self.skip
        first = 0 if self.newest is None else max(end - self.newest, 0)
        return found[first : max(end, 0)]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that the text of an entry must have."""
        return tuple(f"\n{term}\n" for term in self.terms)


class QueryResult(NamedTuple, Generic[Value]):
    """The *total* number of values that match a query, and those that were wanted of them."""

    total: int
    values: list[Value]
