"""Where everything is kept that outlives a request: one protocol, several stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

Value = TypeVar("Value")

DEFAULT_MAX_COUNT: Final = 10_000
"""Values that a table keeps by default."""


def _weightless(value: Any) -> int:
    """No bytes: only the number of *value*'s likes is limited."""
    return 0


@dataclass(frozen=True, slots=True, eq=False)
class Table(Generic[Value]):
    """Values of one *type*, by key. *most* are kept, weighing *bytes* in all at most.

    What was kept first is forgotten first. A value that alone is too heavy is kept alone.
    """

    name: str
    type: type[Value]
    max_count: int = DEFAULT_MAX_COUNT
    bytes: int | None = None
    weigh: Callable[[Value], int] = _weightless

    def is_overfull(self, count: int, weight: int) -> bool:
        """Whether *count* values that weigh *weight* together are too many to keep."""
        heavy = self.bytes is not None and weight > self.bytes
        return count > self.max_count or (heavy and count > 1)


COUNTERS: Final = Table("counters", float, max_count=1_000_000)
"""Numbers by what they count: exact as far as 2**53."""


class StoreUnavailable(OSError):
    """A store is out of reach, gone, full or closed; says which one and what to do."""


class Store(Protocol):
    """Tables of values; every method is atomic, across all who share the store.

    Keys are unique in their table. Each value belongs to a *tenant*, "" for none.
    Values are immutable: dataclasses of plain values, enumerations, decimals and tuples.
    A store that outlives the process may raise Unavailable from any method, and ValueError
    where it keeps what this version cannot read.
    """

    def get(self, table: Table[Value], key: str) -> Value | None: ...

    def change(
        self,
        table: Table[Value],
        key: str,
        change: Callable[[Value | None], Value],
        tenant: str = "",
    ) -> Value:
        """Replaces a value by what *change* makes of it (None if there is none); returns that.

        Nothing happens if *change* raises. It may be called more than once, so it must be
        free of effects. A value keeps its place in the order, and its tenant.
        """
        ...

    def values(
        self, table: Table[Value], tenant: str | None = None, newest: int | None = None
    ) -> list[Value]:
        """All that are kept, or those of one tenant, in the order they first came in.

        With *newest*, from 0 up, only the last that many of them, in the same order.
        """
        ...

    def tenants(self, table: Table[Any]) -> list[str]:
        """Whose values are kept, "" included, in the order of the first one of each."""
        ...

    def revision(self) -> str:
        """Another text after every write, whoever of those who share the store did it.

        Only texts of this one object may be compared. To ask costs no more than to get one
        value, however many there are.
        """
        ...

    def count_forgotten(self, table: Table[Value]) -> int:
        """How many values the limits of *table* have pushed out since it was last cleared."""
        ...

    def clear(self, tenant: str | None = None) -> None:
        """Forgets everything, or everything of one tenant."""
        ...

    def close(self) -> None:
        """Lets go of files and connections; the store is of no use afterwards."""
        ...


def next_index(store: Store, what: str, tenant: str = "") -> int:
    """How often this was asked before about *what*, for this tenant."""
    return int(store.change(COUNTERS, f"{tenant}/{what}", lambda seen: (seen or 0) + 1, tenant)) - 1
