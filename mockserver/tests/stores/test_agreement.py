"""Stores that outlive the process against the plainest one: the same calls, the same answers."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wan_mockserver.state.stores import Store, Table
from wan_mockserver.state.stores.memory import MemoryStore
from wan_mockserver.state.stores.opening import open_store

TABLES = (
    Table("few", float, max_count=3),
    Table("heavy", float, max_count=6, bytes=10, weigh=int),
)
TENANTS = ("", "a", "ab")

_table = st.sampled_from(TABLES)
_tenant = st.sampled_from(TENANTS)
CALLS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"),
            _table,
            st.sampled_from("abcdefgh"),
            st.integers(0, 12).map(float),
            _tenant,
        ),
        st.tuples(st.just("clear"), st.none() | _tenant),
    ),
    max_size=40,
)


def do(store: Store, call: tuple[Any, ...]) -> Any:
    match call:
        case ("put", table, key, value, tenant):
            return store.change(table, key, lambda _: value, tenant)
        case ("clear", tenant):
            return store.clear(tenant)
    raise AssertionError(call)


def everything(store: Store) -> list[Any]:
    return [
        (
            [store.get(table, key) for key in "abcdefgh"],
            [
                store.values(table, tenant, newest)
                for tenant in (None, *TENANTS)
                for newest in (None, 0, 1, 2, 9)
            ],
            store.tenants(table),
            store.count_forgotten(table),
        )
        for table in TABLES
    ]


def agree(place: str, calls: list[tuple[Any, ...]]) -> None:
    plain, other = MemoryStore(), open_store(place)
    try:
        for call in calls:
            assert do(other, call) == do(plain, call)
        assert everything(other) == everything(plain)
    finally:
        other.close()


_numbers = count()
_fixtures_may_last = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@_fixtures_may_last
@given(calls=CALLS)
def test_sqlite(calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    agree(f"sqlite:{tmp_path / f'{next(_numbers)}.db'}", calls)


@_fixtures_may_last
@given(calls=CALLS)
def test_redis(calls: list[tuple[Any, ...]], redis_url: str) -> None:
    agree(f"{redis_url}?prefix=agree{next(_numbers)}:", calls)


@pytest.mark.parametrize("table", TABLES)
def test_limits_are_met_by_such_calls(table: Table[float]) -> None:
    store = MemoryStore()
    for key in "abcdefgh":
        do(store, ("put", table, key, 4.0, ""))
    assert 0 < store.count_forgotten(table) < 8
