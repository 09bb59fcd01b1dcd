"""Opens the file of the SQLite store: which are taken, which migrated, which rejected."""

from __future__ import annotations

import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from .sqlite_errors import describe_error

__all__ = ["APPLICATION", "LOCK_TIMEOUT_S", "SCHEMA", "open_file", "open_reader"]

SCHEMA: Final = 2
"""The version of the tables below, kept in the file's ``user_version``."""

APPLICATION: Final = 0x77616E70
"""The file's ``application_id``, which identifies a database of wanproof."""

LOCK_TIMEOUT_S: Final = 10.0
"""Seconds to wait for other processes that hold the file."""

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS kept (
        place INTEGER PRIMARY KEY,
        shelf TEXT NOT NULL,
        key BLOB NOT NULL,
        tenant BLOB NOT NULL,
        weight INTEGER NOT NULL,
        rank REAL,
        terms TEXT,
        value BLOB NOT NULL,
        UNIQUE (shelf, key))""",
    "CREATE INDEX IF NOT EXISTS by_shelf ON kept (shelf)",
    "CREATE INDEX IF NOT EXISTS by_tenant ON kept (tenant, shelf)",
    """CREATE INDEX IF NOT EXISTS by_terms ON kept (shelf, rank, terms, tenant)
        WHERE rank IS NOT NULL""",
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


def open_file(path: Path) -> sqlite3.Connection:
    """Opens the database at *path* and creates it if it does not exist.

    Raises ValueError, with a remedy, if the file cannot be used.
    """
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


def open_reader(path: Path) -> sqlite3.Connection:
    """Opens the existing database at *path* for reading only."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        timeout=LOCK_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )
    connection.execute("PRAGMA query_only = ON")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises ValueError for a database of another program or another version."""
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
    if application == APPLICATION and schema < SCHEMA:
        raise ValueError(
            f"{path} was written by an older wanproof (its schema is {schema}, this one knows "
            f"{SCHEMA}) and cannot be converted; name another file, delete this one, or use it "
            "with the wanproof that wrote it"
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
