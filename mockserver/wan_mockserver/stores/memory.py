"""Tasks in the memory of one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, TypeVar

from ..limits import Account
from ..tasks import Record

LIMIT: Final = 10_000

Value = TypeVar("Value")


class MemoryStore:
    """At most *limit* tasks, and as many accounts; the oldest are forgotten first."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = Lock()
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    def add(self, record: Record) -> None:
        with self._lock:
            self._keep(self._records, record.id, record)

    def get(self, id: str) -> Record | None:
        with self._lock:
            return self._records.get(id)

    def change(self, id: str, change: Callable[[Record], Record]) -> Record | None:
        with self._lock:
            if id not in self._records:
                return None
            self._records[id] = change(self._records[id])
            return self._records[id]

    def book(self, tenant: str, change: Callable[[Account], Account]) -> None:
        with self._lock:
            account = change(self._accounts.get(tenant, Account()))
            self._keep(self._accounts, tenant, account)

    def _keep(self, kept: OrderedDict[str, Value], key: str, value: Value) -> None:
        kept[key] = value
        kept.move_to_end(key)
        if len(kept) > self._limit:
            kept.popitem(last=False)
