"""Collects the changes of one SQLite transaction, and writes each changed value once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from . import COUNTERS, Counter, Table, Value
from .codec import codec, from_octets, octets
from .index import IndexEntry

__all__ = ["Known", "KnownValue", "SqliteBatch"]


@dataclass(slots=True)
class KnownValue:
    """A value as it is stored, None for none; *place* is that of its row, None if it is new."""

    value: Any
    place: int | None = None
    weight: int = 0
    tenant: str = ""
    entry: IndexEntry | None = None


_INSERT: Final = (
    "INSERT INTO kept (shelf, key, tenant, weight, rank, terms, value) VALUES (?, ?, ?, ?, ?, ?, ?)"
)

Known = dict[tuple[Table[Any], str], KnownValue]
"""Values by their table and key, which nobody else changes during a transaction."""


class SqliteBatch:
    """The changes within the transaction of *connection*; *known* is what was read before.

    A request changes some values twice. Each is encoded and written once, by :meth:`flush`.
    """

    def __init__(self, connection: sqlite3.Connection, known: Known) -> None:
        self._connection = connection
        self._known = known
        self._changed: dict[tuple[Table[Any], str], None] = {}

    def read(self, table: Table[Any], key: str) -> KnownValue:
        known = self._known.get((table, key))
        if known is None:
            row = self._connection.execute(
                "SELECT value, place, weight FROM kept WHERE shelf = ? AND key = ?",
                (table.name, octets(key)),
            ).fetchone()
            value = codec(table.type).decode(row[0]) if row else None
            known = KnownValue(value, *row[1:]) if row else KnownValue(None)
            self._known[table, key] = known
        return known

    def change(
        self, table: Table[Value], key: str, change: Callable[[Value | None], Value], tenant: str
    ) -> Value:
        known = self.read(table, key)
        value = change(known.value)
        if known.value is None:
            known.tenant = tenant
        known.value = value
        self._changed[table, key] = None
        return value

    def put(self, table: Table[Value], key: str, value: Value, tenant: str) -> None:
        known = self._known.get((table, key))
        if known is None:
            known = self._known[table, key] = KnownValue(None)
        if known.value is None:
            known.tenant = tenant
        known.value = value
        self._changed[table, key] = None

    def increment(self, counters: Iterable[Counter]) -> list[int]:
        return [
            int(self.change(COUNTERS, key, lambda old: (old or 0.0) + 1, tenant))
            for key, tenant in counters
        ]

    def flush(self) -> None:
        """Writes everything that was changed, in the order of the first changes."""
        changed, self._changed = self._changed, {}
        # Each table once: a batch has many new values.
        for table in {table: None for table, key in changed if self._write(table, key)}:
            self._make_room(table)

    def _write(self, table: Table[Any], key: str) -> bool:
        """Writes one value; returns True if its table has become larger."""
        known = self._known[table, key]
        weight, content = table.weigh(known.value), codec(table.type).encode(known.value)
        entry = table.index(known.value) if table.index else None
        rank, terms = entry or (None, None)
        row = (table.name, octets(key), octets(known.tenant), weight, rank, terms, content)
        if known.place is None:
            try:
                known.place = self._connection.execute(_INSERT, row).lastrowid
            except sqlite3.IntegrityError:  # it was put without being read
                known.place, known.weight = self._connection.execute(
                    "SELECT place, weight FROM kept WHERE shelf = ? AND key = ?", row[:2]
                ).fetchone()
            else:
                known.weight, known.entry = weight, entry
                return True
        if entry != known.entry:  # also if the entry of the stored value is not known
            self._connection.execute(
                "UPDATE kept SET rank = ?, terms = ? WHERE place = ?", (rank, terms, known.place)
            )
            known.entry = entry
        grows = weight > known.weight
        if weight != known.weight:
            self._connection.execute(
                "UPDATE kept SET weight = ?, value = ? WHERE place = ?",
                (weight, content, known.place),
            )
        else:
            self._connection.execute(
                "UPDATE kept SET value = ? WHERE place = ?", (content, known.place)
            )
        known.weight = weight
        return grows

    def _make_room(self, table: Table[Any]) -> None:
        """Deletes the oldest values until *table* is within its limits."""
        count, weight = self._connection.execute(
            "SELECT count, weight FROM shelves WHERE name = ?", (table.name,)
        ).fetchone()
        dropped = 0
        while table.is_overfull(count - dropped, weight):
            place, less, key = self._connection.execute(
                "SELECT place, weight, key FROM kept WHERE shelf = ? ORDER BY place LIMIT 1",
                (table.name,),
            ).fetchone()
            self._connection.execute("DELETE FROM kept WHERE place = ?", (place,))
            self._known.pop((table, from_octets(key)), None)
            dropped, weight = dropped + 1, weight - less
        if dropped:
            self._connection.execute(
                "UPDATE shelves SET forgotten = forgotten + ? WHERE name = ?",
                (dropped, table.name),
            )
