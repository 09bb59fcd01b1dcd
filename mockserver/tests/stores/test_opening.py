"""Stores by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wan_mockserver.state.stores import COUNTERS, Store
from wan_mockserver.state.stores.memory import MemoryStore
from wan_mockserver.state.stores.opening import FORMS, open_store
from wan_mockserver.state.stores.sqlite import SqliteStore


def test_memory() -> None:
    assert isinstance(open_store("memory"), MemoryStore)


def test_a_file(opened: Callable[[str], Store], tmp_path: Path) -> None:
    assert isinstance(opened(f"sqlite:{tmp_path / 'with: colon?#.db'}"), SqliteStore)
    assert (tmp_path / "with: colon?#.db").is_file()


@pytest.mark.parametrize("query", ["prefix=one:", "db=0&prefix=one:", "prefix=one%3A&db=0"])
def test_worlds_at_a_server(opened: Callable[[str], Store], redis_url: str, query: str) -> None:
    one, same, other = (
        opened(f"{redis_url}?{each}") for each in (query, "prefix=one:", "prefix=other:")
    )
    one.change(COUNTERS, "n", lambda _: 5.0)
    assert same.get(COUNTERS, "n") == 5.0
    assert other.get(COUNTERS, "n") is None
    assert opened(redis_url).get(COUNTERS, "n") is None
    one.clear()


@pytest.mark.parametrize(
    "text",
    ["", "Memory", "memory:", "sqlite", "sqlite:", "sqlite://file", "store.db", "redis", "redis:x"],
)
def test_other_names_are_refused_with_those_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="is not a store") as raised:
        open_store(text)
    assert str(raised.value) == f"{text!r} is not a store; it must be {FORMS}"


def test_what_may_be_a_password_is_not_shown() -> None:
    with pytest.raises(ValueError, match=r"'postgres:…' is not a store"):
        open_store("postgres://me:secret@localhost")
