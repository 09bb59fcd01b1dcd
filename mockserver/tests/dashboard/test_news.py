"""When the page that is open gets anything new, and what it costs to say that there is nothing."""

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
from wan_mockserver.dashboard import news
from wan_mockserver.dashboard.task_rows import find_next_change, task_rows
from wan_mockserver.scenarios.lifecycle import Lifecycle, Never, Polls, Seconds
from wan_mockserver.service import Mock
from wan_mockserver.simulator.simulator import Simulator
from wan_mockserver.state.ledger import ledger
from wan_mockserver.state.stores import Store
from wan_mockserver.state.stores.memory import MemoryStore
from wan_mockserver.state.stores.sqlite import SqliteStore
from wan_mockserver.state.tasks import state_at

from .conftest import Client


class Ticking(ManualClock):
    """Stands for the machine's clock: what it shows is written nowhere."""

    mode = "real"


class Watched(MemoryStore):
    """Counts what is read of tables."""

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
    """A page that is open in a browser and asks once a second."""

    def __init__(self, client: Client, query: str = "") -> None:
        self._client, self._query = client, query
        self._revision = _revision(client.page(query))

    def news(self) -> bool:
        """Whether there were any, since the page asked last."""
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
    """A mock by a clock of its own that ticks."""
    given = {"clock": Ticking(), "store": store, **options}
    return Mock(Simulator(seed=7, listener=lambda _: None, **given))


def test_only_news_are_sent(client: Client) -> None:
    page = Page(client)
    assert not page.news()
    client.create()
    assert page.news()
    assert not page.news()
    assert len(client.get("/ui/live").body) < len(client.get("/").body)


@pytest.mark.parametrize("query", ["", "tenant=alice", "show=trouble"])
def test_where_there_are_none_nothing_is_read(query: str) -> None:
    store = Watched()
    client = Client(mock_of(store))
    client.finished("wanproof.ok.alice")
    page = Page(client, query)
    before = store.read
    assert not any(page.news() for _ in range(3))
    assert store.read == before


def test_what_is_read_for_news_does_not_grow_with_the_journal() -> None:
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
def test_whatever_changes_is_news(happens: Callable[[Client], object]) -> None:
    client = Client(mock_of(MemoryStore()))
    client.create("wanproof.ok.alice")
    page, of_alice = Page(client), Page(client, "tenant=alice")
    happens(client)
    assert (page.news(), of_alice.news()) == (True, True)
    assert (page.news(), of_alice.news()) == (False, False)


def test_an_answer_that_never_arrived_is_news(client: Client) -> None:
    """It changes an entry that the page has, and makes none."""
    answer = client.create()
    page = Page(client)
    client.mock.mark_response_lost(answer)
    assert page.news()
    assert "Its client was never told of it." in client.page()


def test_what_another_tenant_does_is_no_news(client: Client) -> None:
    client.create("wanproof.ok.alice")
    client.create("wanproof.ok.bob")
    page = Page(client, "tenant=bob")
    client.create("wanproof.ok.alice")
    assert not page.news()


def test_what_is_written_while_the_page_is_made_is_news() -> None:
    class Busy(MemoryStore):
        """A client creates a task after the journal was read."""

        def values(self, table: Any, *given: Any, **more: Any) -> Any:
            found = super().values(table, *given, **more)
            if table.name == "journal" and not late:
                late.append("")
                client.create("wanproof.ok.alice")
            return found

    late: list[str] = ["not before there is a page"]
    client = Client(mock_of(Busy()))
    client.create("wanproof.ok.alice")
    late.clear()
    page = Page(client)
    assert page.news()
    assert not page.news()


def test_a_clock_that_stands_still_is_news_when_it_moves() -> None:
    store = MemoryStore()
    shared = ManualClock(store=store)
    for clock in (shared, ManualClock()):
        client = Client(mock_of(store, clock=clock))
        page = Page(client)
        clock.advance(1)
        assert page.news()
        assert not page.news()


def test_a_clock_that_ticks_is_no_news_before_the_day_ends() -> None:
    clock = Ticking()
    client = Client(mock_of(MemoryStore(), clock=clock))
    client.create()
    page = Page(client)
    clock.advance(3600)
    assert not page.news()
    clock.advance(86400 - START % 86400 - 3600.001)
    assert not page.news()
    clock.advance(0.001)
    assert page.news(), "times of yesterday are shown with their day"
    clock.advance(86399)
    assert not page.news()


def test_a_task_that_goes_by_the_clock_is_news_when_it_moves() -> None:
    clock, store = Ticking(), Watched()
    client = Client(mock_of(store, clock=clock))
    client.create("wanproof.slow.alice")
    page = Page(client)
    clock.advance(2.9)
    before = store.read
    assert not page.news()
    assert store.read == before
    clock.advance(0.2)
    assert page.news()
    clock.advance(600)
    assert page.news()
    assert "$0.03 billed" in " ".join(re.sub("<[^>]+>", " ", client.page()).split())
    clock.advance(600)
    before = store.read
    assert not page.news()
    assert store.read == before


def test_a_task_that_never_ends_is_no_news() -> None:
    clock, store = Ticking(), Watched()
    client = Client(mock_of(store, clock=clock))
    task = json.loads(client.create("wanproof.stuck.alice").body)["task_info"]["id"]
    client.poll(task, "wanproof.stuck.alice")
    page = Page(client)
    clock.advance(500)
    before = store.read
    assert not page.news()
    assert store.read == before


@pytest.mark.parametrize("total", [5e-324, 1e-9, 0.1, 7.0, 600.0])
@pytest.mark.parametrize("age", [-10.0, 0.0, 0.34, 0.5, 1.3999, 120.0, 599.0, 601.0])
def test_between_two_changes_a_task_looks_the_same(
    client: Client, total: float, age: float
) -> None:
    client.create()
    (made,) = client.mock.tasks()
    record = replace(made, lifecycle=Seconds(total))
    now = record.created_at + age
    at = find_next_change([state_at(record, now)], now)
    until = min(at, now + 1000)
    moments = [now + (until - now) * nth / 50 for nth in range(50) if until > now]
    looks = [task_rows([state_at(record, each)], ledger([]), START) for each in moments]
    assert all(look == looks[0] for look in looks)
    assert at > now or total < 1e-6, "none is due that is over, as far as clocks can tell"


@pytest.mark.parametrize("lifecycle", [Polls(2), Never()])
def test_other_tasks_move_by_being_polled_alone(client: Client, lifecycle: Lifecycle) -> None:
    client.create()
    (made,) = client.mock.tasks()
    assert find_next_change([replace(made, lifecycle=lifecycle)], START) == float("inf")
    assert find_next_change([], START) == float("inf")


def test_two_servers_on_one_store_tell_of_each_others_clients(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    with closing(SqliteStore(place)) as mine, closing(SqliteStore(place)) as others:
        client, other = (Client(mock_of(store)) for store in (mine, others))
        page = Page(client)
        answer = other.create()
        assert page.news()
        other.mock.mark_response_lost(answer)
        assert page.news()
        other.mock.reset()
        assert page.news()
        assert not page.news()


def test_a_page_of_one_server_may_ask_another(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    with closing(SqliteStore(place)) as mine, closing(SqliteStore(place)) as others:
        client, other = (Client(mock_of(store)) for store in (mine, others))
        client.create()
        known = _revision(client.page())
        for _ in range(2):
            assert other.get("/ui/live", f"revision={known}").status == 204


def test_no_more_is_remembered_than_a_page_needs(client: Client) -> None:
    for nth in range(news.MAX_REVISIONS + 5):
        assert client.get("/ui/live", f"tenant=t{nth}").status == 200
    assert len(news._CACHED_REVISIONS[client.mock]) == 5
