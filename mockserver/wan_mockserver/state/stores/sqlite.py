"""The store that keeps values in an SQLite file, shared by processes of one machine."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import RLock, get_ident
from typing import Any, Final, TypeVar, cast

from . import Counter, StoreUnavailable, Table, Value
from .codec import codec, from_octets, octets
from .sqlite_batch import Known, SqliteBatch
from .sqlite_errors import describe_error

__all__ = ["APPLICATION", "LOCK_TIMEOUT_S", "SCHEMA", "SqliteStore"]

SCHEMA: Final = 1
"""The version of the tables below, kept in the file's ``user_version``."""

APPLICATION: Final = 0x77616E70
"""The file's ``application_id``, which identifies a database of wanproof."""

LOCK_TIMEOUT_S: Final = 30.0
"""Seconds to wait for other processes that hold the file."""

MAX_KNOWN_VALUES: Final = 1000
"""Values that are kept in memory until another process writes."""

Result = TypeVar("Result")

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS kept (
        place INTEGER PRIMARY KEY,
        shelf TEXT NOT NULL,
        key BLOB NOT NULL,
        tenant BLOB NOT NULL,
        weight INTEGER NOT NULL,
        value BLOB NOT NULL,
        UNIQUE (shelf, key))""",
    "CREATE INDEX IF NOT EXISTS by_shelf ON kept (shelf)",
    "CREATE INDEX IF NOT EXISTS by_tenant ON kept (tenant, shelf)",
    """CREATE TABLE IF NOT EXISTS shelves (
        name TEXT PRIMARY KEY,
        count INTEGER NOT NULL DEFAULT 0,
        weight INTEGER NOT NULL DEFAULT 0,
        forgotten INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TRIGGER IF NOT EXISTS came AFTER INSERT ON kept BEGIN
        INSERT OR IGNORE INTO shelves (name) VALUES (NEW.shelf);
        UPDATE shelves SET count = count + 1, weight = weight + NEW.weight
            WHERE name = NEW.shelf;
    END""",
    """CREATE TRIGGER IF NOT EXISTS changed AFTER UPDATE OF weight ON kept
        WHEN OLD.weight <> NEW.weight BEGIN
        UPDATE shelves SET weight = weight + NEW.weight - OLD.weight WHERE name = NEW.shelf;
    END""",
    """CREATE TRIGGER IF NOT EXISTS went AFTER DELETE ON kept BEGIN
        UPDATE shelves SET count = count - 1, weight = weight - OLD.weight
            WHERE name = OLD.shelf;
    END""",
)

_ALL: Final = "SELECT value FROM kept WHERE shelf = :shelf ORDER BY place DESC LIMIT :newest"
_OF_TENANT: Final = (
    "SELECT value FROM kept WHERE shelf = :shelf AND tenant = :tenant "
    "ORDER BY place DESC LIMIT :newest"
)
_TENANTS: Final = "SELECT tenant FROM kept WHERE shelf = ? GROUP BY tenant ORDER BY min(place)"


class SqliteStore:
    """A store in the file at *path* on a local disk; safe under threads and processes.

    A completed write survives the end of the process. The last writes may be lost if the
    machine fails. A process that forks must open its own store afterwards.
    Raises ValueError, with a remedy, if the file cannot be used.
    """

    is_local = True

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._lock = RLock()
        self._batch: SqliteBatch | None = None
        self._owner = 0
        self._known: Known = {}
        self._version = 0
        self._connection = _open(self._path)

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
        return [codec(table.type).decode(content) for (content,) in reversed(rows)]

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

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _get_own_batch(self) -> SqliteBatch | None:
        """Returns the transaction of this thread: in one, each step can do without the lock."""
        batch = self._batch
        return batch if batch is not None and self._owner == get_ident() else None

    def _in_batch(self, step: Callable[..., Result], *arguments: Any) -> Result:
        try:
            return step(*arguments)
        except sqlite3.Error as error:
            raise StoreUnavailable(describe_error(self._path, error, LOCK_TIMEOUT_S)) from error

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """Yields the connection to one thread at a time."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreUnavailable(describe_error(self._path, error, LOCK_TIMEOUT_S)) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Yields the connection after everything that this thread changed was written."""
        with self._using() as connection:
            if self._batch is not None:
                self._batch.flush()
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[SqliteBatch]:
        """Yields the transaction of this thread, or a new one that excludes all other writers."""
        with self._using() as connection:
            if self._batch is not None:
                yield self._batch
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._forget_changed(connection)
                self._owner = get_ident()
                self._batch = SqliteBatch(connection, self._known)
                yield self._batch
                self._batch.flush()
                connection.execute("COMMIT")
            except BaseException:
                self._known.clear()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._batch = None

    def _forget_changed(self, connection: sqlite3.Connection) -> None:
        """Forgets the known values if another connection has written, or if they are many."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._version or len(self._known) > MAX_KNOWN_VALUES:
            self._known.clear()
            self._version = version


def _open(path: Path) -> sqlite3.Connection:
    """Opens the database at *path* and creates it if it does not exist."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a file in it, such as {path / 'wanproof.db'}")
    if not path.parent.is_dir():
        raise ValueError(f"{path} cannot be made: there is no folder {path.parent}; make it first")
    try:
        with ExitStack() as unless_ready:
            connection = sqlite3.connect(
                path.absolute(),
                timeout=LOCK_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            unless_ready.callback(connection.close)
            _check(connection, path)
            _prepare(connection)
            unless_ready.pop_all()
            return connection
    except sqlite3.Error as error:
        raise ValueError(describe_error(path, error, LOCK_TIMEOUT_S)) from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises ValueError for a database of another program or of a newer version."""
    with connection:
        # One snapshot for all three: another process may be creating the tables.
        connection.execute("BEGIN")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (application or schema or objects):
        raise ValueError(f"{path} is a database of another program; name another file")
    if schema > SCHEMA:
        raise ValueError(
            f"{path} was written by a newer wanproof (its schema is {schema}, this one knows "
            f"{SCHEMA}); update wanproof, or name another file"
        )


def _prepare(connection: sqlite3.Connection) -> None:
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Sets the WAL journal mode; SQLite itself does not wait for others that do the same."""
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
