"""The store that keeps values in an SQLite file, shared by processes of one machine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock, RLock, get_ident
from typing import Any, Final, TypeVar, cast

from . import Counter, StoreUnavailable, Table, Value
from .codec import codec, from_octets, octets
from .decoded_values import DecodedValues
from .index import Query, QueryResult
from .sqlite_batch import Known, SqliteBatch
from .sqlite_errors import describe_error
from .sqlite_file import LOCK_TIMEOUT_S, open_file, open_reader

__all__ = ["SqliteStore"]

MAX_KNOWN_VALUES: Final = 1000
"""Values that are kept in memory until another process writes."""

Result = TypeVar("Result")

_ALL: Final = "SELECT value FROM kept WHERE shelf = :shelf ORDER BY place DESC LIMIT :newest"
_OF_TENANT: Final = (
    "SELECT value FROM kept WHERE shelf = :shelf AND tenant = :tenant "
    "ORDER BY place DESC LIMIT :newest"
)
_SELECT: Final = """
WITH found AS (
    SELECT place FROM kept INDEXED BY by_terms
    WHERE shelf = :shelf AND rank > :above{conditions} ORDER BY place DESC)
SELECT 0 AS place, count(*) AS value FROM found
UNION ALL
SELECT place, value FROM kept
WHERE place IN (SELECT place FROM found LIMIT :newest OFFSET :skip)"""
"""In one statement, so that the count and the values are of the same time. Places begin at 1."""

_COUNT: Final = "SELECT count FROM shelves WHERE name = :shelf"
_COUNT_OF_TENANT: Final = "SELECT count(*) FROM kept WHERE tenant = :tenant AND shelf = :shelf"
_TENANTS: Final = "SELECT tenant FROM kept WHERE shelf = ? GROUP BY tenant ORDER BY min(place)"


class SqliteStore:
    """A store in the file at *path* on a local disk; safe under threads and processes.

    A completed write survives the end of the process. The last writes may be lost if the
    machine fails. A process that forks must open its own store afterwards.
    Raises ValueError, with a remedy, if the file cannot be used.
    """

    is_local = True

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).absolute()
        self.epoch = ""
        self._lock = RLock()
        self._read_lock = Lock()
        self._reader: sqlite3.Connection | None = None
        self._decoded = DecodedValues()
        self._failure: StoreUnavailable | None = None
        self._batch: SqliteBatch | None = None
        self._owner = 0
        self._known: Known = {}
        self._version = 0
        self._connection = open_file(Path(path))
        self._identity = _identify(self._path)

    def get(self, table: Table[Value], key: str) -> Value | None:
        batch = self._get_own_batch()
        if batch is not None:
            return cast("Value | None", self._in_batch(batch.read, table, key).value)
        with self._using() as connection:
            row = connection.execute(
                "SELECT value FROM kept WHERE shelf = ? AND key = ?", (table.name, octets(key))
            ).fetchone()
        return codec(table.type).decode(row[0]) if row else None

    def change(
        self,
        table: Table[Value],
        key: str,
        change: Callable[[Value | None], Value],
        tenant: str = "",
    ) -> Value:
        batch = self._get_own_batch()
        if batch is not None:
            changed: Value = self._in_batch(batch.change, table, key, change, tenant)
            return changed
        with self._writing() as batch:
            return batch.change(table, key, change, tenant)

    def put(self, table: Table[Value], key: str, value: Value, tenant: str = "") -> Value:
        batch = self._get_own_batch()
        if batch is not None:
            self._in_batch(batch.put, table, key, value, tenant)
            return value
        with self._writing() as batch:
            batch.put(table, key, value, tenant)
        return value

    def increment(self, *counters: Counter) -> list[int]:
        batch = self._get_own_batch()
        if batch is not None:
            return self._in_batch(batch.increment, counters)
        with self._writing() as batch:
            return batch.increment(counters)

    def batch(self) -> AbstractContextManager[object]:
        """Makes all that the thread does in the context one transaction, which others wait for."""
        return self._writing()

    def values(
        self, table: Table[Value], tenant: str | None = None, newest: int | None = None
    ) -> list[Value]:
        limit = -1 if newest is None else newest  # -1 stands for no limit
        with self._reading() as connection:
            rows = connection.execute(
                _ALL if tenant is None else _OF_TENANT,
                {"shelf": table.name, "tenant": octets(tenant or ""), "newest": limit},
            ).fetchall()
        return self._decoded.decode(table, (content for (content,) in reversed(rows)))

    def select(self, table: Table[Value], query: Query) -> QueryResult[Value]:
        parts = {f"part{nth}": part for nth, part in enumerate(query.parts)}
        conditions = [f" AND instr(terms, :{name})" for name in parts]
        if query.tenant is not None:
            conditions.append(" AND tenant = :tenant")
        with self._reading() as connection:
            rows = connection.execute(
                _SELECT.format(conditions="".join(conditions)),
                {
                    **parts,
                    "shelf": table.name,
                    "above": query.above,
                    "tenant": octets(query.tenant or ""),
                    "newest": -1 if query.newest is None else query.newest,
                    "skip": query.skip,
                },
            ).fetchall()
        (_, count), *found = sorted(rows)
        return QueryResult(count, self._decoded.decode(table, (content for _, content in found)))

    def count(self, table: Table[Any], tenant: str | None = None) -> int:
        with self._reading() as connection:
            row = connection.execute(
                _COUNT if tenant is None else _COUNT_OF_TENANT,
                {"shelf": table.name, "tenant": octets(tenant or "")},
            ).fetchone()
        return int(row[0]) if row else 0

    def tenants(self, table: Table[Any]) -> list[str]:
        with self._reading() as connection:
            rows = connection.execute(_TENANTS, (table.name,)).fetchall()
        return [from_octets(name) for (name,) in rows]

    def revision(self) -> str:
        with self._reading() as connection:
            (others,) = connection.execute("PRAGMA data_version").fetchone()
            return f"{others}-{connection.total_changes}"

    def count_forgotten(self, table: Table[Value]) -> int:
        with self._reading() as connection:
            row = connection.execute(
                "SELECT forgotten FROM shelves WHERE name = ?", (table.name,)
            ).fetchone()
        return int(row[0]) if row else 0

    def clear(self, tenant: str | None = None) -> None:
        with self._writing() as batch, self._using() as connection:
            batch.flush()
            self._known.clear()
            if tenant is not None:
                connection.execute("DELETE FROM kept WHERE tenant = ?", (octets(tenant),))
                return
            connection.execute("DELETE FROM kept")
            connection.execute("DELETE FROM shelves")
            self.epoch = ""

    def close(self) -> None:
        with self._read_lock:
            if self._reader:
                self._reader.close()
        with self._lock:
            self._connection.close()

    def _get_own_batch(self) -> SqliteBatch | None:
        """Returns the transaction of this thread: in one, each step can do without the lock."""
        batch = self._batch
        return batch if batch is not None and self._owner == get_ident() else None

    def _in_batch(self, step: Callable[..., Result], *arguments: Any) -> Result:
        if self._failure:  # SQLite may have ended the transaction
            raise self._failure
        try:
            return step(*arguments)
        except sqlite3.Error as error:
            self._failure = StoreUnavailable(describe_error(self._path, error, LOCK_TIMEOUT_S))
            raise self._failure from error

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """Yields the connection to one thread at a time."""
        with self._lock, self._translating_errors():
            yield self._connection

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreUnavailable(describe_error(self._path, error, LOCK_TIMEOUT_S)) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Yields a connection that sees what is written, and what this thread has changed.

        Long reads have a connection of their own, so that writers need not wait for them.
        """
        batch = self._get_own_batch()
        if batch is not None:
            self._in_batch(batch.flush)
            with self._using() as connection:
                yield connection
            return
        with self._read_lock, self._translating_errors():
            if self._reader is None:
                self._reader = open_reader(self._path)
            yield self._reader

    @contextmanager
    def _writing(self) -> Iterator[SqliteBatch]:
        """Yields the transaction of this thread, or a new one that excludes all other writers."""
        with self._using() as connection:
            if self._batch is not None:
                yield self._batch
                return
            self._check_identity()
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._forget_changed(connection)
                self._owner = get_ident()
                self._batch = SqliteBatch(connection, self._known)
                yield self._batch
                if self._failure:
                    raise self._failure
                self._batch.flush()
                connection.execute("COMMIT")
            except BaseException:
                self._known.clear()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._batch = self._failure = None

    def _check_identity(self) -> None:
        """Raises StoreUnavailable if the file was deleted: what is written would be lost."""
        if _identify(self._path) != self._identity:
            raise StoreUnavailable(
                f"{self._path} was deleted or replaced while it was in use, so nothing more can "
                "be kept; start the server again"
            )

    def _forget_changed(self, connection: sqlite3.Connection) -> None:
        """Forgets the known values if another connection has written, or if they are many."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._version or len(self._known) > MAX_KNOWN_VALUES:
            self._known.clear()
            self._version = version


def _identify(path: Path) -> tuple[int, int] | None:
    """Returns what tells the file at *path* from every other, or None without a file."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino
