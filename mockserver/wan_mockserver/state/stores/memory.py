"""The store that keeps values in the memory of one process."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from threading import RLock
from typing import Any, Final

from . import COUNTERS, Counter, Table, Value
from .index import Query, Selection
from .memory_index import CompactEntry, compact, find_matching

__all__ = ["MemoryStore"]


_NO_BATCH: Final = nullcontext()


@dataclass(slots=True)
class _StoredValue:
    tenant: str
    value: Any
    weight: int = 0
    entry: CompactEntry | None = None


@dataclass(slots=True)
class _StoredTable:
    """The values of one table, by key."""

    kept: OrderedDict[str, _StoredValue] = field(default_factory=OrderedDict)
    weight: int = 0
    forgotten: int = 0

    def change(self, table: Table[Any], key: str, change: Callable[[Any], Any], tenant: str) -> Any:
        stored = self.kept.get(key)
        if stored is None:
            value = change(None)
            stored = self.kept[key] = _StoredValue(tenant, value)
        else:
            value = stored.value = change(stored.value)
            stored.entry = None
        # Every request writes several values; few tables need their weights.
        if table.bytes is not None:
            weight = table.weigh(value)
            self.weight += weight - stored.weight
            stored.weight = weight
        if table.bytes is not None or len(self.kept) > table.max_count:
            self._make_room(table)
        return value

    def drop(self, tenant: str) -> None:
        for key in [key for key, kept in self.kept.items() if kept.tenant == tenant]:
            self.weight -= self.kept.pop(key).weight

    def _make_room(self, table: Table[Any]) -> None:
        while table.is_overfull(len(self.kept), self.weight):
            self.weight -= self.kept.popitem(last=False)[1].weight
            self.forgotten += 1


class MemoryStore:
    """A store that ends with its process; safe under threads."""

    is_local = True

    def __init__(self) -> None:
        self.epoch = ""
        self._lock = RLock()
        self._tables: defaultdict[str, _StoredTable] = defaultdict(_StoredTable)
        self._writes = 0

    def get(self, table: Table[Value], key: str) -> Value | None:
        # Without the lock: one look-up is atomic, and each request makes several.
        found = self._tables[table.name].kept.get(key)
        return found.value if found else None

    def change(
        self,
        table: Table[Value],
        key: str,
        change: Callable[[Value | None], Value],
        tenant: str = "",
    ) -> Value:
        with self._lock:
            value: Value = self._tables[table.name].change(table, key, change, tenant)
            self._writes += 1
        return value

    def put(self, table: Table[Value], key: str, value: Value, tenant: str = "") -> Value:
        return self.change(table, key, lambda _: value, tenant)

    def increment(self, *counters: Counter) -> list[int]:
        with self._lock:
            self._writes += 1
            stored = self._tables[COUNTERS.name]
            return [
                int(stored.change(COUNTERS, key, lambda old: (old or 0.0) + 1, tenant))
                for key, tenant in counters
            ]

    def batch(self) -> AbstractContextManager[object]:
        return _NO_BATCH

    def values(
        self, table: Table[Value], tenant: str | None = None, newest: int | None = None
    ) -> list[Value]:
        with self._lock:
            kept = self._tables[table.name].kept.values()
            own = (each.value for each in reversed(kept) if tenant in (None, each.tenant))
            found = list(islice(own, newest))
        found.reverse()
        return found

    def select(self, table: Table[Value], query: Query) -> Selection[Value]:
        with self._lock:
            kept = [*self._tables[table.name].kept.values()]
        index = table.index
        if index is None:
            return Selection(0, [])

        def renew(stored: _StoredValue) -> CompactEntry:
            with self._lock:  # so that the value does not change meanwhile
                stored.entry = entry = compact(index(stored.value))
            return entry

        # Without the lock, as it takes a while.
        found = find_matching(reversed(kept), query, renew)
        values = [each.value for each in islice(found, query.skip, query.end)]
        values.reverse()
        return Selection(len(found), values)

    def count(self, table: Table[Any], tenant: str | None = None) -> int:
        with self._lock:
            kept = self._tables[table.name].kept
            if tenant is None:
                return len(kept)
            return sum(each.tenant == tenant for each in kept.values())

    def tenants(self, table: Table[Any]) -> list[str]:
        with self._lock:
            kept = self._tables[table.name].kept.values()
            return list(dict.fromkeys(each.tenant for each in kept))

    def revision(self) -> str:
        with self._lock:
            return str(self._writes)

    def count_forgotten(self, table: Table[Value]) -> int:
        with self._lock:
            return self._tables[table.name].forgotten

    def clear(self, tenant: str | None = None) -> None:
        with self._lock:
            self._writes += 1
            if tenant is None:
                self._tables.clear()
                self.epoch = ""
                return
            for stored in self._tables.values():
                stored.drop(tenant)

    def close(self) -> None:
        """Does nothing: there is only memory to release."""
