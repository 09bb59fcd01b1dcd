"""Several changes of an SQLite store in one step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wan_mockserver.state.stores import Counter, Table
from wan_mockserver.state.stores.sqlite import SqliteStore

from .store_tables import PAGES, Page


class Interrupted(Exception):
    """Something else went wrong within a batch."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(file)
    yield store
    store.close()


@pytest.fixture
def other(file: Path, store: SqliteStore) -> Iterator[SqliteStore]:
    """The same store as another process has it."""
    other = SqliteStore(file)
    yield other
    other.close()


def put(store: SqliteStore, key: str, text: str, tenant: str = "") -> None:
    store.change(PAGES, key, lambda _: Page(text), tenant)


def test_others_see_all_of_a_batch_or_nothing(store: SqliteStore, other: SqliteStore) -> None:
    with store.batch():
        put(store, "a", "1")
        put(store, "b", "2")
        assert store.get(PAGES, "a") == Page("1")
        assert other.values(PAGES) == []
    assert other.values(PAGES) == [Page("1"), Page("2")]


def test_a_batch_that_fails_leaves_nothing(store: SqliteStore, other: SqliteStore) -> None:
    put(store, "a", "before")

    def fail() -> None:
        with store.batch():
            put(store, "a", "within")
            put(store, "b", "within")
            raise Interrupted

    with pytest.raises(Interrupted):
        fail()
    for each in (store, other):
        assert each.values(PAGES) == [Page("before")]
        assert each.get(PAGES, "a") == Page("before")
        assert each.get(PAGES, "b") is None


def test_a_change_that_raises_changes_nothing_else_in_a_batch(store: SqliteStore) -> None:
    def refuse(_: Page | None) -> Page:
        raise Interrupted

    with store.batch():
        put(store, "a", "1")
        with pytest.raises(Interrupted):
            store.change(PAGES, "a", refuse)
    assert store.values(PAGES) == [Page("1")]


def test_a_batch_sees_what_others_wrote_since_the_last_one(
    store: SqliteStore, other: SqliteStore
) -> None:
    with store.batch():
        put(store, "a", "mine")
        assert store.get(PAGES, "b") is None
    put(other, "a", "theirs")
    put(other, "b", "theirs")
    with store.batch():
        assert store.get(PAGES, "a") == store.get(PAGES, "b") == Page("theirs")
        store.change(PAGES, "b", lambda old: Page(f"{old and old.text}, mine"))
    other.clear()
    with store.batch():
        assert store.get(PAGES, "a") is None
        put(store, "b", "again")
    assert other.values(PAGES) == [Page("again")]


def test_counters_of_two_processes_never_give_a_number_twice(
    store: SqliteStore, other: SqliteStore
) -> None:
    numbers = []
    for each in (store, other, store, store, other):
        with each.batch():
            numbers += each.increment(Counter("/journal"))
            numbers += each.increment(Counter("/journal"))
    assert numbers == [*range(1, 11)]


def test_everything_else_sees_the_changes_of_its_own_batch(store: SqliteStore) -> None:
    small = Table("small", Page, max_count=2)
    with store.batch():
        for key in "abc":
            store.change(small, key, lambda _, key=key: Page(key), key)  # type: ignore[misc]
        assert store.values(small) == [Page("b"), Page("c")]
        assert store.tenants(small) == ["b", "c"]
        assert store.count_forgotten(small) == 1
        assert store.get(small, "a") is None
        store.clear("b")
        assert store.values(small) == [Page("c")]
        assert store.get(small, "b") is None
        before = store.revision()
        put(store, "d", "4")
        assert store.revision() != before


def test_a_value_keeps_its_place_and_its_tenant(store: SqliteStore) -> None:
    with store.batch():
        put(store, "a", "1", "alice")
        put(store, "b", "2", "bob")
        put(store, "a", "3", "carol")
    put(store, "a", "4", "carol")
    assert store.values(PAGES) == [Page("4"), Page("2")]
    assert store.values(PAGES, "alice") == [Page("4")]
    assert store.values(PAGES, "carol") == []


def test_what_is_known_is_bounded(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wan_mockserver.state.stores.sqlite.MAX_KNOWN_VALUES", 3)
    for number in range(10):
        put(store, str(number), str(number))
    assert len(store._known) <= 5
    assert store.get(PAGES, "9") == Page("9")


def test_a_value_that_another_process_has_put_is_replaced(
    store: SqliteStore, other: SqliteStore
) -> None:
    store.put(PAGES, "a", Page("first"), "alice")
    other.put(PAGES, "a", Page("second"), "bob")
    other.put(PAGES, "b", Page("b"))
    with store.batch():
        store.put(PAGES, "b", Page("longer"))
        store.put(PAGES, "a", Page("third"))
    assert other.values(PAGES) == [Page("third"), Page("longer")]
    assert other.values(PAGES, "alice") == [Page("third")]
    assert other.count_forgotten(PAGES) == 0
