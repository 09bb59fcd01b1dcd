"""Values in the memory of one process."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from threading import RLock
from typing import Any, NamedTuple

from . import Table, Value


class _StoredValue(NamedTuple):
    tenant: str
    value: Any
    weight: int


@dataclass(slots=True)
class _StoredTable:
    """What is kept of one table, by key."""

    kept: OrderedDict[str, _StoredValue] = field(default_factory=OrderedDict)
    weight: int = 0
    forgotten: int = 0

    def put(self, table: Table[Any], key: str, tenant: str, value: Any) -> None:
        old = self.kept.get(key)
        new = _StoredValue(old.tenant if old else tenant, value, table.weigh(value))
        self.kept[key] = new
        self.weight += new.weight - (old.weight if old else 0)
        while table.is_overfull(len(self.kept), self.weight):
            self.weight -= self.kept.popitem(last=False)[1].weight
            self.forgotten += 1

    def drop(self, tenant: str) -> None:
        for key in [key for key, kept in self.kept.items() if kept.tenant == tenant]:
            self.weight -= self.kept.pop(key).weight


class MemoryStore:
    """Ends with the process; safe under threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._shelves: defaultdict[str, _StoredTable] = defaultdict(_StoredTable)
        self._writes = 0

    def get(self, table: Table[Value], key: str) -> Value | None:
        with self._lock:
            found = self._shelves[table.name].kept.get(key)
        return found.value if found else None

    def change(
        self,
        table: Table[Value],
        key: str,
        change: Callable[[Value | None], Value],
        tenant: str = "",
    ) -> Value:
        with self._lock:
            value = change(self.get(table, key))
            self._shelves[table.name].put(table, key, tenant, value)
            self._writes += 1
            return value

    def values(
        self, table: Table[Value], tenant: str | None = None, newest: int | None = None
    ) -> list[Value]:
        with self._lock:
            kept = self._shelves[table.name].kept.values()
            own = (each.value for each in reversed(kept) if tenant in (None, each.tenant))
            found = list(islice(own, newest))
        found.reverse()
        return found

    def tenants(self, table: Table[Any]) -> list[str]:
        with self._lock:
            kept = self._shelves[table.name].kept.values()
            return list(dict.fromkeys(each.tenant for each in kept))

    def revision(self) -> str:
        with self._lock:
            return str(self._writes)

    def count_forgotten(self, table: Table[Value]) -> int:
        with self._lock:
            return self._shelves[table.name].forgotten

    def clear(self, tenant: str | None = None) -> None:
        with self._lock:
            self._writes += 1
            if tenant is None:
                self._shelves.clear()
                return
            for shelf in self._shelves.values():
                shelf.drop(tenant)

    def close(self) -> None:
        """Nothing is held but memory."""
