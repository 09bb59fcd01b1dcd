"""The file of the SQLite store: which are taken, which refused, and in what words."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import Any

import pytest

from wan_mockserver.state.stores import (
    COUNTERS,
    Store,
    StoreUnavailable,
    Table,
    sqlite,
    sqlite_file,
)
from wan_mockserver.state.stores.sqlite import SqliteStore
from wan_mockserver.state.stores.sqlite_file import SCHEMA

NOBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(file)) as store:
        yield store


@dataclass(frozen=True, slots=True)
class Page:
    text: str


def execute(file: Path, *statements: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        return [row for each in statements for row in connection.execute(each)]


def refused(file: Path) -> str:
    with pytest.raises(ValueError, match=re.escape(str(file))) as raised:
        SqliteStore(file)
    return str(raised.value)


@contextmanager
def unprivileged() -> Iterator[None]:
    """For as long, not even root may write what is not its own."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_it_uses_a_write_ahead_log_and_an_application_id(store: SqliteStore, file: Path) -> None:
    store.change(COUNTERS, "n", lambda _: 1.0)
    assert execute(file, "PRAGMA journal_mode", "PRAGMA user_version") == [("wal",), (SCHEMA,)]
    ((application,),) = execute(file, "PRAGMA application_id")
    assert isinstance(application, int)
    assert application.to_bytes(4) == b"wanp"


def test_an_empty_file_will_do(file: Path) -> None:
    file.touch()
    with closing(SqliteStore(file)) as store:
        assert store.values(COUNTERS) == []


def test_a_relative_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SqliteStore(":memory:").close()
    assert (tmp_path / ":memory:").is_file(), "even this one is a file"


def test_closing_leaves_one_file_and_may_be_done_twice(file: Path) -> None:
    store = SqliteStore(file)
    store.change(COUNTERS, "n", lambda _: 1.0)
    store.close()
    store.close()
    assert list(file.parent.iterdir()) == [file]


def test_a_file_of_another_format_is_rejected_and_not_changed(file: Path) -> None:
    file.write_text("a letter to a friend, which nobody wants to lose\n" * 40)
    before = file.read_bytes()
    assert "is not an SQLite database" in refused(file)
    assert "name another file" in refused(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE songs (title)", "PRAGMA user_version = 1", "PRAGMA application_id = 252006673"],
)
def test_a_database_of_another_program_is_refused_and_left_alone(
    file: Path, statement: str
) -> None:
    execute(file, statement)
    before = file.read_bytes()
    assert "database of another program; name another file" in refused(file)
    assert file.read_bytes() == before


def test_a_newer_schema_is_refused(store: SqliteStore, file: Path) -> None:
    execute(file, f"PRAGMA user_version = {SCHEMA + 1}")
    says = refused(file)
    assert f"newer wanproof (its schema is {SCHEMA + 1}, this one knows {SCHEMA})" in says
    assert "update wanproof" in says


def test_an_older_schema_is_refused_with_what_to_do(store: SqliteStore, file: Path) -> None:
    store.change(COUNTERS, "n", lambda _: 1.0)
    store.close()
    execute(file, f"PRAGMA user_version = {SCHEMA - 1}")
    says = refused(file)
    assert f"older wanproof (its schema is {SCHEMA - 1}, this one knows {SCHEMA})" in says
    assert "name another file, delete this one, or use it with the wanproof that wrote it" in says
    assert execute(file, "PRAGMA user_version", "SELECT count(*) FROM kept") == [
        (SCHEMA - 1,),
        (1,),
    ]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    says = refused(tmp_path / "none" / "store.db")
    assert f"there is no folder {tmp_path / 'none'}; make it first" in says
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_rejected(tmp_path: Path) -> None:
    assert "is a folder; name a file in it" in refused(tmp_path)


@pytest.mark.parametrize("read_only", ["file", "folder"])
def test_what_cannot_be_written_is_refused(read_only: str) -> None:
    with TemporaryDirectory() as name:
        folder, file = Path(name), Path(name) / "store.db"
        SqliteStore(file).close()
        file.chmod(0o444 if read_only == "file" else 0o666)
        folder.chmod(0o777 if read_only == "file" else 0o555)
        with unprivileged():
            says = refused(file)
        folder.chmod(0o777)
    assert "cannot be written; allow it, in its folder too, or name another file" in says


@pytest.mark.parametrize("name", "abc")
def test_many_may_make_the_file_at_once(tmp_path: Path, name: str) -> None:
    ready = Barrier(8)

    def count() -> float:
        ready.wait()
        with closing(SqliteStore(tmp_path / name)) as store:
            return store.change(COUNTERS, "n", lambda old: (old or 0.0) + 1)

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(count) for _ in range(8)]
        assert sorted(job.result() for job in jobs) == [float(n) for n in range(1, 9)]


def test_it_waits_for_one_who_is_making_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waits: list[float] = []

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            other.execute("ROLLBACK")

        monkeypatch.setattr("wan_mockserver.state.stores.sqlite_file.time.sleep", sleep)
        SqliteStore(file).close()
    assert len(waits) == 1


def test_a_file_that_another_process_creates_meanwhile_is_accepted(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "LOCK_TIMEOUT_S", 0.01)

    class Slow(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql == "PRAGMA user_version":
                with suppress(ValueError):
                    SqliteStore(file).close()
            return super().execute(sql, *values)

    with closing(sqlite3.connect(file, isolation_level=None, factory=Slow)) as connection:
        sqlite_file._check(connection, file)


def test_a_value_of_another_version_is_reported(store: SqliteStore) -> None:
    store.change(Table("pages", float), "a", lambda _: 1.0)
    pages = Table("pages", Page)
    calls: tuple[Callable[[], object], ...] = (
        lambda: store.get(pages, "a"),
        lambda: store.values(pages),
        lambda: store.change(pages, "a", lambda _: Page("new")),
    )
    for call in calls:
        with pytest.raises(ValueError, match="a stored Page cannot be read"):
            call()
    store.clear()
    assert store.change(pages, "a", lambda _: Page("new")) == Page("new")


def test_a_closed_store_is_reported(store: Store, file: Path) -> None:
    store.close()
    calls: tuple[Callable[[], object], ...] = (lambda: store.get(COUNTERS, "n"), store.clear)
    for call in calls:
        with pytest.raises(StoreUnavailable, match="closed") as raised:
            call()
        assert str(file) in str(raised.value)


def test_a_file_locked_by_another_process_is_reported(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "LOCK_TIMEOUT_S", 0.01)
    monkeypatch.setattr(sqlite, "LOCK_TIMEOUT_S", 0.01)
    with (
        closing(SqliteStore(file)) as store,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        store.change(COUNTERS, "n", lambda _: 1.0)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"was held by another process for 0.01 s"):
            store.change(COUNTERS, "n", lambda _: 2.0)
        with pytest.raises(ValueError, match="was held by another process"):
            SqliteStore(file)
        assert store.get(COUNTERS, "n") == 1.0, "readers need not wait"
        other.execute("ROLLBACK")
        assert store.change(COUNTERS, "n", lambda _: 3.0) == 3.0


def test_a_full_disk_is_reported_and_stored_values_survive(store: SqliteStore) -> None:
    pages = Table("pages", Page)
    store.change(pages, "a", lambda _: Page("kept"))
    (size,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {size}")
    with pytest.raises(StoreUnavailable, match="cannot grow, the disk is full; make room"):
        store.change(pages, "b", lambda _: Page("x" * 100_000))
    assert store.values(pages) == [Page("kept")]
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.change(pages, "b", lambda _: Page("x" * 100_000))
    assert len(store.values(pages)) == 2


@pytest.mark.parametrize("replaced", [False, True])
def test_a_deleted_file_is_reported(store: SqliteStore, file: Path, *, replaced: bool) -> None:
    store.change(COUNTERS, "n", lambda _: 1.0)
    for each in file.parent.glob("store.db*"):
        each.unlink()
    if replaced:
        file.touch()
    writes: tuple[Callable[[], object], ...] = (
        lambda: store.change(COUNTERS, "n", lambda _: 2.0),
        store.increment,
        store.clear,
    )
    for write in writes:
        with pytest.raises(StoreUnavailable, match="was deleted or replaced while it was in use"):
            write()


def test_after_a_failure_a_batch_writes_nothing(store: SqliteStore) -> None:
    """SQLite itself may end a transaction, and would write what comes then by itself."""
    pages = Table("pages", Page)
    store.change(pages, "a", lambda _: Page("kept"))
    (size,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {size}")

    def change_much() -> None:
        with store.batch():
            store.change(pages, "b", lambda _: Page("x" * 100_000))
            for use in (
                lambda: store.values(pages),
                lambda: store.get(pages, "a"),
                lambda: store.change(pages, "c", lambda _: Page("small")),
            ):
                with pytest.raises(StoreUnavailable, match="disk is full"):
                    use()

    with pytest.raises(StoreUnavailable, match="disk is full"):
        change_much()
    assert [page.text for page in store.values(pages)] == ["kept"]
    store.change(pages, "d", lambda _: Page("small"))
    assert [page.text for page in store.values(pages)] == ["kept", "small"]


def test_long_reads_do_not_wait_for_a_writer(store: SqliteStore) -> None:
    store.change(COUNTERS, "n", lambda _: 1.0)
    with ThreadPoolExecutor(1) as pool, store.batch():
        store.change(COUNTERS, "n", lambda _: 2.0)
        assert pool.submit(store.values, COUNTERS).result(timeout=20) == [1.0]
        assert pool.submit(store.count, COUNTERS).result(timeout=20) == 1
        assert store.values(COUNTERS) == [2.0]
    assert store.values(COUNTERS) == [2.0]
