"""Stores keep everything that outlives a request: one protocol, several implementations."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from .index import IndexEntry, Query, QueryResult

__all__ = [
    "COUNTERS",
    "DEFAULT_MAX_COUNT",
    "Counter",
    "RequestNumbers",
    "Store",
    "StoreUnavailable",
    "Table",
    "UnreadableValue",
    "Value",
    "begin_request",
    "next_index",
]

Value = TypeVar("Value")

DEFAULT_MAX_COUNT: Final = 10_000
"""Values that a table keeps by default."""


def _weigh_nothing(value: Any) -> int:
    """Returns 0: only the number of values is limited."""
    return 0


@dataclass(frozen=True, slots=True, eq=False)
class Table(Generic[Value]):
    """Values of one *type*, by key: at most *max_count*, with at most *bytes* in total.

    The oldest values are forgotten first. A single value over *bytes* is kept alone.
    *weigh* estimates the bytes of a value. Stores may ignore it if *bytes* is None.
    *index* tells by what a value can be found; without it, no value is.
    *summarize* allows :meth:`Store.values` to return less of each value, which a store can keep at
    hand. Only one table of each name has it.
    *packs* allows a store to keep values in a form that takes longer to read.
    """

    name: str
    type: type[Value]
    max_count: int = DEFAULT_MAX_COUNT
    bytes: int | None = None
    weigh: Callable[[Value], int] = _weigh_nothing
    index: Callable[[Value], IndexEntry] | None = None
    packs: bool = False
    summarize: Callable[[Value], Value] | None = None

    def is_overfull(self, count: int, weight: int) -> bool:
        """Returns True if *count* values of total *weight* exceed a limit."""
        heavy = self.bytes is not None and weight > self.bytes
        return count > self.max_count or (heavy and count > 1)


COUNTERS: Final = Table("counters", float, max_count=1_000_000)
"""Numbers by what they count: exact up to 2**53."""


class Counter(NamedTuple):
    """The key of a number in COUNTERS, and the tenant that it belongs to."""

    key: str
    tenant: str = ""


class RequestNumbers(NamedTuple):
    """*number* counts all requests from 1, *tenant_index* those of one tenant from 0."""

    number: int
    tenant_index: int


class StoreUnavailable(OSError):
    """A store cannot be reached, is closed or is full; the message names it and a remedy."""


class UnreadableValue(StoreUnavailable, ValueError):
    """A stored value cannot be read by this version of wanproof."""


class Store(Protocol):
    """Tables of values; every method is atomic for all clients of the store.

    Keys are unique in their table. Each value belongs to a *tenant*, "" for none.
    Values are immutable: dataclasses of plain values, enumerations, decimals and tuples.
    A persistent store may raise StoreUnavailable from any method, and UnreadableValue from those
    that read values.

    *is_local* tells whether it answers without a network, so that nobody needs to wait for it.

    *epoch* is a text that chance depends on, so that ids are new. It is "" at first and after
    everything was cleared. It changes when the store finds out that it has lost writes.
    """

    is_local: bool
    epoch: str

    def get(self, table: Table[Value], key: str) -> Value | None: ...

    def change(
        self,
        table: Table[Value],
        key: str,
        change: Callable[[Value | None], Value],
        tenant: str = "",
    ) -> Value:
        """Replaces the value at *key* by ``change(value)`` and returns it; None if new.

        Nothing happens if *change* raises. It may be called more than once, so it must be
        free of effects. A value keeps its place in the order, and its tenant.
        """
        ...

    def put(self, table: Table[Value], key: str, value: Value, tenant: str = "") -> Value:
        """Does the same with ``change=lambda _: value``, and need not read the old value."""
        ...

    def increment(self, *counters: Counter) -> list[int]:
        """Adds 1 to each of *counters* in one step and returns their new values."""
        ...

    def batch(self) -> AbstractContextManager[object]:
        """Lets a store write everything that the thread does in the context in one step.

        Other threads and processes may wait for its end, so it must be short. Nothing may be
        told to a client before that.
        """
        ...

    def values(
        self, table: Table[Value], tenant: str | None = None, newest: int | None = None
    ) -> list[Value]:
        """Returns all values, or those of one tenant, in the order of their first writes.

        With *newest*, from 0 up, returns only the last *newest* of them.
        """
        ...

    def select(self, table: Table[Value], query: Query) -> QueryResult[Value]:
        """Counts the values that match *query*, and returns those that it wants, in order.

        Only the values that it returns are read.
        """
        ...

    def count(self, table: Table[Any], tenant: str | None = None) -> int:
        """Returns how many values :meth:`values` would return, without reading them."""
        ...

    def tenants(self, table: Table[Any]) -> list[str]:
        """Returns the tenants that have values, "" included, in the order of their first."""
        ...

    def revision(self) -> str:
        """Returns a text that differs after every write by any client of the store.

        Only compare texts of the same store object. The cost is that of getting one value.
        """
        ...

    def count_forgotten(self, table: Table[Value]) -> int:
        """Returns how many values the limits removed since *table* was last cleared."""
        ...

    def clear(self, tenant: str | None = None) -> None:
        """Forgets everything, or everything of one tenant."""
        ...

    def close(self) -> None:
        """Closes files and connections; the store cannot be used afterwards."""
        ...


def begin_request(store: Store, tenant: str) -> RequestNumbers:
    """Counts a new request of *tenant* in one atomic step and returns its numbers."""
    visits, number = store.increment(Counter(f"{tenant}/visit", tenant), Counter("/journal"))
    return RequestNumbers(number=number, tenant_index=visits - 1)


def next_index(store: Store, what: str, tenant: str = "") -> int:
    """Returns how many earlier calls counted *what* for *tenant*, and counts this one."""
    return store.increment(Counter(f"{tenant}/{what}", tenant))[0] - 1
