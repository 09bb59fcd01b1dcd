"""The store that keeps values in the memory of one process."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from threading import RLock
from typing import Any, Final

from ...time_slices import in_slices
from . import COUNTERS, Counter, Table, Value
from .index import Query, Selection
from .memory_index import CompactEntry, compact, find_matching
from .packer import Packer

__all__ = ["MAX_UNPACKED", "MemoryStore"]


_NO_BATCH: Final = nullcontext()

MAX_UNPACKED: Final = 32
"""Values of a table that are kept as they are; those that were written last."""


@dataclass(slots=True)
class _StoredValue:
    """A value of *tenant*, or the bytes of a packer, which no table has as its values."""

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
    packer: Packer | None = None

    def read(self, stored: _StoredValue) -> Any:
        """Returns the value itself, which takes a while if it is packed."""
        kept = stored.kept
        return self.packer.unpack(kept) if self.packer and type(kept) is bytes else kept

    def change(self, table: Table[Any], key: str, change: Callable[[Any], Any], tenant: str) -> Any:
        stored = self.kept.get(key)
        if stored is None:
            value = change(None)
            stored = self.kept[key] = _StoredValue(tenant, value)
            self.order.append(key)
            is_first = True
        else:
            is_first = type(stored.kept) is bytes
            value = stored.kept = change(self.read(stored))
            stored.entry = stored.summary = None
        if is_first and table.packs:
            self.unpacked.append(key)
            if len(self.unpacked) > MAX_UNPACKED:
                self._pack_oldest(table)
        # Every request writes several values; few tables need their weights.
        if table.bytes is not None:
            weight = table.weigh(value)
            self.weight += weight - stored.weight
            stored.weight = weight
        if table.bytes is not None or len(self.kept) > table.max_count:
            self._make_room(table)
        return value

    def _pack_oldest(self, table: Table[Any]) -> None:
        if self.packer is None:
            stored = (self.kept.get(key) for key in self.unpacked)
            self.packer = Packer(each.kept for each in stored if each)
        oldest = self.kept.get(self.unpacked.popleft())
        if oldest and type(oldest.kept) is not bytes:
            oldest.kept = self.packer.pack(oldest.kept)

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
        stored = self._tables[table.name]
        found = stored.kept.get(key)
        return stored.read(found) if found else None

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
            stored = self._tables[table.name]
            kept = reversed(stored.kept.values())
            found = list(islice((each for each in kept if tenant in (None, each.tenant)), newest))
        found.reverse()
        # Without the lock, as it may take a while.
        summarize = table.summarize
        if summarize is None:
            return [stored.read(each) for each in in_slices(found)]

        def renew(each: _StoredValue) -> Any:
            with self._lock:  # so that the value does not change meanwhile
                each.summary = summary = summarize(stored.read(each))
            return summary

        return [each.summary or renew(each) for each in in_slices(found)]

    def select(self, table: Table[Value], query: Query) -> Selection[Value]:
        with self._lock:
            stored = self._tables[table.name]
            kept = [*stored.kept.values()]
        index = table.index
        if index is None:
            return Selection(0, [])

        def renew(each: _StoredValue) -> CompactEntry:
            with self._lock:  # so that the value does not change meanwhile
                each.entry = entry = compact(index(stored.read(each)))
            return entry

        # Without the lock, as it takes a while.
        found = find_matching(reversed(kept), query, renew)
        values = [stored.read(each) for each in islice(found, query.skip, query.end)]
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
