"""The updates of an open page, and what is read to find out that nothing changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wan_mockserver.clock import START, ManualClock
from wan_mockserver.dashboard import revisions
from wan_mockserver.dashboard.task_rows import build_task_rows, find_next_change
from wan_mockserver.scenarios.lifecycle import Lifecycle, Never, Polls, Seconds
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.ledger import build_ledger
from wan_mockserver.state.stores import Store
from wan_mockserver.state.stores.memory import MemoryStore
from wan_mockserver.state.stores.sqlite import SqliteStore
from wan_mockserver.state.tasks import state_at

from .conftest import Client


class Ticking(ManualClock):
    """Stands for the clock of the machine, whose time is not in the store."""

    mode = "real"


class Watched(MemoryStore):
    """Counts the reads of tables."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def values(self, *given: Any, **more: Any) -> Any:
        self.read += 1
        return super().values(*given, **more)

    def tenants(self, *given: Any) -> Any:
        self.read += 1
        return super().tenants(*given)


class Page:
    """A page in a browser, which asks for updates."""

    def __init__(self, client: Client, query: str = "") -> None:
        self._client, self._query = client, query
        self._revision = _revision(client.page(query))

    def has_changed(self) -> bool:
        """Returns True if the server sent an update since the last request."""
        answer = self._client.get("/ui/live", f"revision={self._revision}&{self._query}")
        if answer.status == 204:
            assert answer.body == b""
            return False
        assert answer.status == 200
        self._revision = _revision(answer.body.decode())
        return True


def _revision(page: str) -> str:
    found = re.search('name="revision" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def mock_of(store: Store, **options: Any) -> Mock:
    """Returns a mock with a clock that ticks."""
    given = {"clock": Ticking(), "store": store, **options}
    return Mock(Simulator(seed=7, listener=lambda _: None, **given))


def test_only_changes_are_sent(client: Client) -> None:
    page = Page(client)
    assert not page.has_changed()
    client.create()
    assert page.has_changed()
    assert not page.has_changed()
    assert len(client.get("/ui/live").body) < len(client.get("/").body)


@pytest.mark.parametrize("query", ["", "tenant=alice", "show=trouble"])
def test_no_table_is_read_if_nothing_changed(query: str) -> None:
    store = Watched()
    client = Client(mock_of(store))
    client.finished("wanproof.ok.alice")
    page = Page(client, query)
    before = store.read
    assert not any(page.has_changed() for _ in range(3))
    assert store.read == before


def test_an_update_reads_a_bounded_part_of_the_journal() -> None:
    class Counting(MemoryStore):
        def values(self, *given: Any, **more: Any) -> Any:
            found = super().values(*given, **more)
            if given[0].name == "journal":
                read.append(len(found))
            return found

    read: list[int] = []
    client = Client(mock_of(Counting()))
    task = client.finished("wanproof.ok.alice")
    client.poll(task, "wanproof.ok.alice", 400)
    client.page()
    assert read == [101]


@pytest.mark.parametrize(
    "happens",
    [
        lambda client: client.create("wanproof.ok.alice"),
        lambda client: client.send("GET", "/nowhere", "wanproof.ok.alice"),
        lambda client: client.poll(client.mock.tasks()[0].id, "wanproof.ok.alice", 1),
        lambda client: client.mock.arm("slow"),
        lambda client: client.mock.arm("slow", 2, "alice"),
        lambda client: client.mock.set_seed(8),
        lambda client: client.mock.reset(),
        lambda client: client.mock.reset("alice"),
    ],
)
def test_every_change_updates_the_page(happens: Callable[[Client], object]) -> None:
    client = Client(mock_of(MemoryStore()))
    client.create("wanproof.ok.alice")
    page, of_alice = Page(client), Page(client, "tenant=alice")
    happens(client)
    assert (page.has_changed(), of_alice.has_changed()) == (True, True)
    assert (page.has_changed(), of_alice.has_changed()) == (False, False)


def test_a_lost_response_updates_the_page(client: Client) -> None:
    """It changes an existing entry and adds none."""
    answer = client.create()
    page = Page(client)
    client.mock.mark_response_lost(answer)
    assert page.has_changed()
    assert "The client did not receive the task id." in client.page()


def test_another_tenant_does_not_update_a_filtered_page(client: Client) -> None:
    client.create("wanproof.ok.alice")
    client.create("wanproof.ok.bob")
    page = Page(client, "tenant=bob")
    client.create("wanproof.ok.alice")
    assert not page.has_changed()


def test_a_write_during_rendering_updates_the_page() -> None:
    class Busy(MemoryStore):
        """A client creates a task after the journal was read."""

        def values(self, table: Any, *given: Any, **more: Any) -> Any:
            found = super().values(table, *given, **more)
            if table.name == "journal" and not late:
                late.append("")
                client.create("wanproof.ok.alice")
            return found

    late: list[str] = ["no late create before the page exists"]
    client = Client(mock_of(Busy()))
    client.create("wanproof.ok.alice")
    late.clear()
    page = Page(client)
    assert page.has_changed()
    assert not page.has_changed()


def test_advancing_a_manual_clock_updates_the_page() -> None:
    store = MemoryStore()
    shared = ManualClock(store=store)
    for clock in (shared, ManualClock()):
        client = Client(mock_of(store, clock=clock))
        page = Page(client)
        clock.advance(1)
        assert page.has_changed()
        assert not page.has_changed()


def test_a_ticking_clock_updates_the_page_only_at_midnight() -> None:
    clock = Ticking()
    client = Client(mock_of(MemoryStore(), clock=clock))
    client.create()
    page = Page(client)
    clock.advance(3600)
    assert not page.has_changed()
    clock.advance(86400 - START % 86400 - 3600.001)
    assert not page.has_changed()
    clock.advance(0.001)
    assert page.has_changed(), "times of the previous day are shown with the date"
    clock.advance(86399)
    assert not page.has_changed()


def test_the_progress_of_a_timed_task_updates_the_page() -> None:
    clock, store = Ticking(), Watched()
    client = Client(mock_of(store, clock=clock))
    client.create("wanproof.slow.alice")
    page = Page(client)
    clock.advance(2.9)
    before = store.read
    assert not page.has_changed()
    assert store.read == before
    clock.advance(0.2)
    assert page.has_changed()
    clock.advance(600)
    assert page.has_changed()
    assert "0.03 USD billed" in " ".join(re.sub("<[^>]+>", " ", client.page()).split())
    clock.advance(600)
    before = store.read
    assert not page.has_changed()
    assert store.read == before


def test_a_task_that_never_ends_does_not_update_the_page() -> None:
    clock, store = Ticking(), Watched()
    client = Client(mock_of(store, clock=clock))
    task = json.loads(client.create("wanproof.stuck.alice").body)["task_info"]["id"]
    client.poll(task, "wanproof.stuck.alice")
    page = Page(client)
    clock.advance(500)
    before = store.read
    assert not page.has_changed()
    assert store.read == before


@pytest.mark.parametrize("total", [5e-324, 1e-9, 0.1, 7.0, 600.0])
@pytest.mark.parametrize("age", [-10.0, 0.0, 0.34, 0.5, 1.3999, 120.0, 599.0, 601.0])
def test_a_row_is_constant_until_its_next_change(client: Client, total: float, age: float) -> None:
    client.create()
    (made,) = client.mock.tasks()
    record = replace(made, lifecycle=Seconds(total))
    now = record.created_at + age
    at = find_next_change([state_at(record, now)], now)
    until = min(at, now + 1000)
    moments = [now + (until - now) * nth / 50 for nth in range(50) if until > now]
    rows = [build_task_rows([state_at(record, each)], build_ledger([]), START) for each in moments]
    assert all(each == rows[0] for each in rows)
    assert at > now or total < 1e-6, "the next change is not in the past"


@pytest.mark.parametrize("lifecycle", [Polls(2), Never()])
def test_only_polls_change_tasks_that_are_not_timed(client: Client, lifecycle: Lifecycle) -> None:
    client.create()
    (made,) = client.mock.tasks()
    assert find_next_change([replace(made, lifecycle=lifecycle)], START) == float("inf")
    assert find_next_change([], START) == float("inf")


def test_servers_with_one_store_show_the_same_changes(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    with closing(SqliteStore(place)) as mine, closing(SqliteStore(place)) as others:
        client, other = (Client(mock_of(store)) for store in (mine, others))
        page = Page(client)
        answer = other.create()
        assert page.has_changed()
        other.mock.mark_response_lost(answer)
        assert page.has_changed()
        other.mock.reset()
        assert page.has_changed()
        assert not page.has_changed()


def test_revisions_are_equal_on_servers_with_one_store(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    with closing(SqliteStore(place)) as mine, closing(SqliteStore(place)) as others:
        client, other = (Client(mock_of(store)) for store in (mine, others))
        client.create()
        known = _revision(client.page())
        for _ in range(2):
            assert other.get("/ui/live", f"revision={known}").status == 204


def test_the_cache_of_revisions_is_bounded(client: Client) -> None:
    for nth in range(revisions.MAX_REVISIONS + 5):
        assert client.get("/ui/live", f"tenant=t{nth}").status == 200
    assert len(revisions._CACHED_REVISIONS[client.mock]) == 5
