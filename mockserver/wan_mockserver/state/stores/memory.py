"""The store that keeps values in the memory of one process."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from threading import RLock
from typing import Any, Final

from . import COUNTERS, Counter, Table, Value
from .index import Query, Selection
from .memory_index import CompactEntry, compact, find_matching
from .packed_values import PackedValues, Unpacker

__all__ = ["MAX_UNPACKED", "MemoryStore"]


_NO_BATCH: Final = nullcontext()

MAX_UNPACKED: Final = 64
"""Values of a table that are kept as they are; those that were written last."""

PACKED_AT_ONCE: Final = 16
"""Values that are packed together: with more of them, to read one would take longer."""


@dataclass(slots=True)
class _StoredValue:
    """What is kept for the value at *key*: the value, or those that it is packed with."""

    key: str
    tenant: str
    kept: Any
    weight: int = 0
    entry: CompactEntry | None = None


@dataclass(slots=True)
class _StoredTable:
    """The values of one table, by key; *unpacked* are keys in the order of their writes.

    *order* has all keys. An OrderedDict would take three times the memory of both, and a dict
    takes long to find its first key after many deletions.
    """

    kept: dict[str, _StoredValue] = field(default_factory=dict)
    order: deque[str] = field(default_factory=deque)
    weight: int = 0
    forgotten: int = 0
    unpacked: deque[str] = field(default_factory=deque)

    def get(self, key: str) -> Any:
        """Returns the value at *key* or None; it takes a while if it is packed."""
        stored = self.kept.get(key)
        if stored is None:
            return None
        kept = stored.kept
        return Unpacker().read(key, kept) if type(kept) is PackedValues else kept

    def change(self, table: Table[Any], key: str, change: Callable[[Any], Any], tenant: str) -> Any:
        stored = self.kept.get(key)
        if stored is None:
            value = change(None)
            stored = self.kept[key] = _StoredValue(key, tenant, value)
            self.order.append(key)
            is_first = True
        else:
            is_first = type(stored.kept) is PackedValues
            value = stored.kept = change(self.get(key))
            stored.entry = None
        if is_first and table.packs:
            self.unpacked.append(key)
            if len(self.unpacked) > MAX_UNPACKED:
                self._pack_oldest()
        # Every request writes several values; few tables need their weights.
        if table.bytes is not None:
            weight = table.weigh(value)
            self.weight += weight - stored.weight
            stored.weight = weight
        if table.bytes is not None or len(self.kept) > table.max_count:
            self._make_room(table)
        return value

    def _pack_oldest(self) -> None:
        keys = [self.unpacked.popleft() for _ in range(PACKED_AT_ONCE)]
        found = {key: self.kept[key] for key in keys if key in self.kept}
        values = {key: stored.kept for key, stored in found.items()}
        packed = PackedValues(
            {key: value for key, value in values.items() if type(value) is not PackedValues}
        )
        for key, value in values.items():
            if type(value) is not PackedValues:
                found[key].kept = packed

    def drop(self, tenant: str) -> None:
        for key in [key for key, kept in self.kept.items() if kept.tenant == tenant]:
            self.weight -= self.kept.pop(key).weight
        self.order = deque(self.kept)

    def _make_room(self, table: Table[Any]) -> None:
        while table.is_overfull(len(self.kept), self.weight):
            self.weight -= self.kept.pop(self.order.popleft()).weight
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
        found: Value | None = self._tables[table.name].get(key)
        return found

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
            kept = reversed(self._tables[table.name].kept.values())
            found = list(islice((each for each in kept if tenant in (None, each.tenant)), newest))
        found.reverse()
        # Without the lock, as it may take a while.
        unpacker = Unpacker()
        return [unpacker.read(each.key, each.kept) for each in found]

    def select(self, table: Table[Value], query: Query) -> Selection[Value]:
        with self._lock:
            kept = [*self._tables[table.name].kept.values()]
        index = table.index
        if index is None:
            return Selection(0, [])
        unpacker = Unpacker()

        def renew(each: _StoredValue) -> CompactEntry:
            with self._lock:  # so that the value does not change meanwhile
                each.entry = entry = compact(index(unpacker.read(each.key, each.kept)))
            return entry

        # Without the lock, as it takes a while.
        found = find_matching(reversed(kept), query, renew)
        values = [
            unpacker.read(each.key, each.kept) for each in islice(found, query.skip, query.end)
        ]
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
