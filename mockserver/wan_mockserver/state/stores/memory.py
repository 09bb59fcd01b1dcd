"""The store that keeps values in the memory of one process."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from threading import RLock
from typing import Any, Final

from ...time_slices import in_slices
from . import COUNTERS, Counter, Table, Value
from .index import Query, QueryResult
from .memory_index import CompactEntry, compact, find_matching
from .packed_values import PackedValues, unpack

__all__ = ["MAX_UNPACKED", "MemoryStore"]


_NO_BATCH: Final = nullcontext()

MAX_UNPACKED: Final = 64
"""Values of a table that are kept as they are; those that were written last."""

PACKED_AT_ONCE: Final = 16
"""Values that are packed together: with more of them, to read one would take longer."""


@dataclass(slots=True)
class _StoredValue:
    """What is kept for a value of *tenant*: the value, or those that it is packed with."""

    tenant: str
    kept: Any
    weight: int = 0
    entry: CompactEntry | None = None
    summary: Any = None


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
        return kept.read(key)[0] if type(kept) is PackedValues else kept

    def change(self, table: Table[Any], key: str, change: Callable[[Any], Any], tenant: str) -> Any:
        stored = self.kept.get(key)
        if stored is None:
            value = change(None)
            stored = self.kept[key] = _StoredValue(tenant, value)
            self.order.append(key)
            is_first = True
        else:
            is_first = type(stored.kept) is PackedValues
            value = stored.kept = change(self.get(key))
            stored.entry = stored.summary = None
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


def _read(found: Iterable[tuple[str, _StoredValue]]) -> list[Any]:
    """Returns the values of keys."""
    return unpack((key, stored.kept) for key, stored in in_slices(found))


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
            kept = reversed(self._tables[table.name].kept.items())
            own = (pair for pair in kept if tenant in (None, pair[1].tenant))
            found = list(islice(own, newest))
        found.reverse()
        # Without the lock, as it may take a while.
        if table.summarize is None:
            return _read(found)
        return self._find_parts(found, "summary", table.summarize)

    def select(self, table: Table[Value], query: Query) -> QueryResult[Value]:
        with self._lock:
            kept = [*self._tables[table.name].kept.items()]
        index = table.index
        if index is None:
            return QueryResult(0, [])
        # Without the lock, as it takes a while.
        if query.tenant is not None:
            kept = [pair for pair in kept if pair[1].tenant == query.tenant]
        entries = self._find_parts(kept, "entry", lambda value: compact(index(value)))
        found = [kept[nth] for nth in find_matching(entries, query)]
        return QueryResult(len(found), _read(query.choose(found)))

    def _find_parts(
        self, kept: list[tuple[str, _StoredValue]], name: str, make: Callable[[Any], Any]
    ) -> list[Any]:
        """Returns the parts called *name* of values; those that are missing are made and kept."""
        get = attrgetter(name)
        parts = [get(stored) for _, stored in kept]
        if all(parts):
            return parts
        missing = [pair for pair, part in zip(kept, parts, strict=True) if part is None]
        for first in in_slices(range(0, len(missing), PACKED_AT_ONCE)):
            some = missing[first : first + PACKED_AT_ONCE]
            with self._lock:  # so that the values do not change meanwhile
                for (_, stored), value in zip(some, _read(some), strict=True):
                    setattr(stored, name, make(value))
        # A value that has changed since then has no part again.
        return [get(pair[1]) or make(_read([pair])[0]) for pair in in_slices(kept)]

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
