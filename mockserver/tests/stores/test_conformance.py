"""What every store promises, held for each kind of store."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

import pytest

from wan_mockserver.stores import COUNTERS, Store, Table

WORKER = Path(__file__).with_name("worker.py")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Page:
    text: str
    price: Decimal | None = None
    colours: tuple[Colour, ...] = ()


PAGES = Table("pages", Page, most=3)
HEAVY = Table("heavy", Page, bytes=100, weigh=lambda page: len(page.text))
NAMESAKE = Table("heavy2", Page)
NUMBERS = Table("numbers", float, most=5)


def put(store: Store, table: Table[Page], key: str, text: str = "", tenant: str = "") -> Page:
    return store.change(table, key, lambda _: Page(text or key), tenant)


def texts(store: Store, table: Table[Page], tenant: str | None = None) -> list[str]:
    return [page.text for page in store.values(table, tenant)]


def fail(_: Page | None) -> Page:
    raise LookupError("no")


def count(store: Store, key: str = "n") -> float:
    return store.change(COUNTERS, key, lambda old: (old or 0.0) + 1)


class TestStore:
    def test_nothing_is_kept_at_first(self, store: Store) -> None:
        assert store.get(PAGES, "a") is None
        assert store.values(PAGES) == []
        assert store.values(PAGES, "alice") == []
        assert store.forgotten(PAGES) == 0

    def test_a_value_comes_back_as_it_was(self, store: Store) -> None:
        page = Page("\ud800 ü\n", Decimal("1.50"), (Colour.BLUE, Colour.RED))
        assert store.change(PAGES, "a", lambda _: page) == page
        assert store.get(PAGES, "a") == page
        assert store.values(PAGES) == [page]
        assert str(page.price) == "1.50"

    def test_change_is_given_what_was_kept(self, store: Store) -> None:
        seen: list[Page | None] = []

        def change(old: Page | None) -> Page:
            seen.append(old)
            return Page(f"{len(seen)}")

        first = store.change(PAGES, "a", change)
        second = store.change(PAGES, "a", change)
        assert seen == [None, first]
        assert store.get(PAGES, "a") == second == Page("2")

    def test_keys_are_unique_in_their_table_only(self, store: Store) -> None:
        put(store, PAGES, "same", "page")
        store.change(NUMBERS, "same", lambda _: 7.0)
        assert store.get(PAGES, "same") == Page("page")
        assert store.get(NUMBERS, "same") == 7.0
        assert store.get(HEAVY, "same") is None

    @pytest.mark.parametrize("odd", ["", "\0", "a\0b", "\udcff", "\n", "ä 'x' *?[", "a" * 5000])
    def test_any_text_may_be_key_or_tenant(self, store: Store, odd: str) -> None:
        put(store, PAGES, odd, "odd", tenant=odd)
        put(store, PAGES, f"{odd}1", "other", tenant=f"{odd}1")
        assert store.get(PAGES, odd) == Page("odd")
        assert texts(store, PAGES, odd) == ["odd"]
        store.clear(odd)
        assert texts(store, PAGES) == ["other"]

    def test_a_change_that_raises_changes_nothing(self, store: Store) -> None:
        put(store, PAGES, "a")

        for key in ("a", "b"):
            with pytest.raises(LookupError, match="no"):
                store.change(PAGES, key, fail)
        assert texts(store, PAGES) == ["a"]
        assert store.get(PAGES, "b") is None
        assert put(store, PAGES, "b") == Page("b")

    def test_values_are_in_the_order_they_first_came_in(self, store: Store) -> None:
        for key in ("c", "a", "b"):
            put(store, PAGES, key)
        put(store, PAGES, "c", "c again")
        assert texts(store, PAGES) == ["c again", "a", "b"]

    def test_values_of_one_tenant(self, store: Store) -> None:
        for key, tenant in [("1", "a"), ("2", "ab"), ("3", "a")]:
            put(store, PAGES, key, tenant=tenant)
        assert texts(store, PAGES, "a") == ["1", "3"]
        assert texts(store, PAGES, "ab") == ["2"]
        assert texts(store, PAGES, "") == []
        assert texts(store, PAGES) == ["1", "2", "3"]

    @pytest.mark.parametrize(
        ("newest", "all_", "of_a"),
        [(0, "", ""), (1, "5", "4"), (2, "45", "34"), (3, "345", "134"), (9, "12345", "134")],
    )
    def test_the_newest_alone_are_in_the_same_order(
        self, store: Store, newest: int, all_: str, of_a: str
    ) -> None:
        for key, tenant in [("1", "a"), ("2", "ab"), ("3", "a"), ("4", "a"), ("5", "")]:
            put(store, HEAVY, key, tenant=tenant)
        put(store, HEAVY, "1", tenant="ab")
        put(store, NAMESAKE, "6", tenant="a")
        assert [page.text for page in store.values(HEAVY, newest=newest)] == list(all_)
        assert [page.text for page in store.values(HEAVY, "a", newest)] == list(of_a)
        assert store.values(HEAVY, "nobody", newest) == store.values(PAGES, newest=newest) == []

    def test_tenants_are_in_the_order_of_their_first_values(self, store: Store) -> None:
        assert store.tenants(PAGES) == []
        for key, tenant in [("1", "b"), ("2", "\udcff\0"), ("3", "ab"), ("4", "b"), ("5", "a")]:
            put(store, HEAVY, key, tenant=tenant)
        put(store, NAMESAKE, "1", tenant="")
        put(store, PAGES, "1", tenant="c")
        assert store.tenants(HEAVY) == ["b", "\udcff\0", "ab", "a"]
        assert (store.tenants(NAMESAKE), store.tenants(PAGES)) == ([""], ["c"])
        store.clear("b")
        put(store, HEAVY, "6", tenant="b")
        assert store.tenants(HEAVY) == ["\udcff\0", "ab", "a", "b"]

    def test_a_value_keeps_its_tenant(self, store: Store) -> None:
        put(store, PAGES, "1", tenant="alice")
        put(store, PAGES, "1", "new", tenant="bob")
        assert texts(store, PAGES, "alice") == ["new"]
        assert texts(store, PAGES, "bob") == []


class TestRevision:
    def test_to_read_is_no_change(self, store: Store) -> None:
        put(store, PAGES, "a", tenant="alice")
        before = store.revision()
        store.get(PAGES, "a")
        store.values(PAGES, "alice", 1)
        store.tenants(PAGES)
        store.forgotten(PAGES)
        with pytest.raises(LookupError):
            store.change(PAGES, "b", fail)
        assert store.revision() == before

    def test_every_write_makes_another(self, store: Store) -> None:
        writes: tuple[Callable[[], object], ...] = (
            lambda: put(store, PAGES, "a", "one", "alice"),
            lambda: put(store, PAGES, "a", "two"),
            lambda: put(store, HEAVY, "a"),
            lambda: count(store),
            lambda: count(store),
            lambda: store.clear("alice"),
            store.clear,
            lambda: put(store, PAGES, "a", "one", "alice"),
            lambda: put(store, PAGES, "a", "two"),
        )
        seen = [store.revision()]
        for write in writes:
            write()
            assert store.revision() not in seen[1:], "a cleared store may be as at first"
            seen.append(store.revision())
            assert seen[-1] != seen[-2]

    def test_a_clear_and_as_many_writes_are_no_way_back(self, store: Store) -> None:
        put(store, PAGES, "a", "one", "alice")
        before = store.revision()
        store.clear()
        put(store, PAGES, "a", "two", "alice")
        assert store.revision() != before


class TestLimits:
    def test_what_came_first_is_forgotten_first(self, store: Store) -> None:
        for key in "abcde":
            put(store, PAGES, key)
        put(store, PAGES, "c", "C")
        put(store, PAGES, "f")
        assert texts(store, PAGES) == ["d", "e", "f"]
        assert store.get(PAGES, "c") is None
        assert store.forgotten(PAGES) == 3

    def test_what_was_forgotten_comes_in_anew(self, store: Store) -> None:
        for key in "abcda":
            put(store, PAGES, key)
        assert texts(store, PAGES) == ["c", "d", "a"]
        assert store.forgotten(PAGES) == 2

    def test_limits_hold_across_tenants(self, store: Store) -> None:
        for key in "abcd":
            put(store, PAGES, key, tenant=key)
        assert texts(store, PAGES, "a") == []
        assert texts(store, PAGES) == ["b", "c", "d"]

    def test_tables_are_limited_each_on_its_own(self, store: Store) -> None:
        for key in "abcd":
            put(store, PAGES, key)
            put(store, HEAVY, key)
        assert texts(store, HEAVY) == list("abcd")
        assert (store.forgotten(PAGES), store.forgotten(HEAVY)) == (1, 0)

    def test_weight_counts_to_the_byte(self, store: Store) -> None:
        put(store, HEAVY, "a", "a" * 60)
        put(store, HEAVY, "b", "b" * 40)
        assert len(store.values(HEAVY)) == 2
        put(store, HEAVY, "c", "c")
        assert texts(store, HEAVY) == ["b" * 40, "c"]
        put(store, HEAVY, "d", "d" * 59)
        assert len(store.values(HEAVY)) == 3
        assert store.forgotten(HEAVY) == 1

    def test_a_value_that_grows_pushes_out_and_one_that_shrinks_makes_room(
        self, store: Store
    ) -> None:
        put(store, HEAVY, "a", "a" * 10)
        put(store, HEAVY, "b", "b" * 80)
        put(store, HEAVY, "b", "b" * 20)
        put(store, HEAVY, "c", "c" * 70)
        assert len(store.values(HEAVY)) == 3
        put(store, HEAVY, "c", "c" * 71)
        assert texts(store, HEAVY) == ["b" * 20, "c" * 71]

    def test_one_that_is_too_heavy_is_kept_alone(self, store: Store) -> None:
        put(store, HEAVY, "a", "a" * 101)
        assert texts(store, HEAVY) == ["a" * 101]
        put(store, HEAVY, "b", "b")
        assert texts(store, HEAVY) == ["b"]
        put(store, HEAVY, "c", "c" * 500)
        assert texts(store, HEAVY) == ["c" * 500]
        put(store, HEAVY, "c", "c" * 600)
        assert texts(store, HEAVY) == ["c" * 600]
        assert store.forgotten(HEAVY) == 2

    def test_a_smaller_table_of_the_same_name_forgets_the_rest(self, store: Store) -> None:
        for key in "abc":
            put(store, PAGES, key)
        smaller = Table("pages", Page, most=1)
        put(store, smaller, "d")
        assert texts(store, PAGES) == ["d"]
        assert store.forgotten(PAGES) == 3


class TestClear:
    def test_everything(self, store: Store) -> None:
        for key in "abcd":
            put(store, PAGES, key, tenant=key)
        put(store, HEAVY, "a", "a" * 90)
        count(store)
        store.clear()
        assert store.values(PAGES) == store.values(HEAVY) == []
        assert store.values(COUNTERS) == []
        assert store.get(PAGES, "d") is None
        assert store.forgotten(PAGES) == 0
        put(store, HEAVY, "b", "b" * 90)
        put(store, HEAVY, "c", "c" * 10)
        assert len(store.values(HEAVY)) == 2
        assert store.forgotten(HEAVY) == 0

    def test_one_tenant(self, store: Store) -> None:
        for key, tenant in [("1", "a"), ("2", "ab"), ("3", "a"), ("4", "")]:
            put(store, HEAVY, key, key * 25, tenant=tenant)
        store.change(NUMBERS, "n", lambda _: 1.0, "a")
        count(store)
        store.clear("a")
        assert texts(store, HEAVY) == ["2" * 25, "4" * 25]
        assert store.values(NUMBERS) == []
        assert store.values(COUNTERS) == [1.0]
        put(store, HEAVY, "5", "5" * 50)
        assert len(store.values(HEAVY)) == 3, "its weight went with it"
        put(store, HEAVY, "6", tenant="a")
        assert texts(store, HEAVY, "a") == ["6"]

    def test_one_tenant_only_is_not_the_table(self, store: Store) -> None:
        for key in "abcd":
            put(store, PAGES, key, tenant="alice")
        store.clear("alice")
        assert store.forgotten(PAGES) == 1
        store.clear("nobody")
        assert store.values(PAGES) == []

    def test_of_those_without_a_tenant(self, store: Store) -> None:
        put(store, PAGES, "a", tenant="alice")
        put(store, PAGES, "b")
        store.clear("")
        assert texts(store, PAGES) == ["a"]


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hurried")
class TestTogether:
    def test_threads_lose_no_count(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(lambda: [count(store) for _ in range(50)]) for _ in range(8)]
            numbers = sorted(number for job in jobs for number in job.result())
        assert numbers == [float(number) for number in range(1, 401)]
        assert store.get(COUNTERS, "n") == 400

    def test_threads_never_see_more_than_the_limit(self, store: Store) -> None:
        def write(name: int) -> None:
            for nth in range(40):
                put(store, PAGES, f"{name}/{nth}")

        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, name) for name in range(4)]
            while not all(writer.done() for writer in writers):
                assert len(store.values(PAGES)) <= 3
            for writer in writers:
                writer.result()
        assert len(store.values(PAGES)) == 3
        assert store.forgotten(PAGES) == 157

    def test_another_store_at_the_same_place_sees_everything(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        first, second = opened(shared_place), opened(shared_place)
        for key in "abcd":
            put(first, PAGES, key, tenant="alice")
        put(second, PAGES, "c", "C")
        for store in (first, second, opened(shared_place)):
            assert texts(store, PAGES, "alice") == ["b", "C", "d"]
            assert store.forgotten(PAGES) == 1
        second.clear("alice")
        assert first.get(PAGES, "c") is None

    def test_another_store_at_the_same_place_hears_of_every_write(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        first, second = opened(shared_place), opened(shared_place)
        writes: tuple[Callable[[], object], ...] = (
            lambda: put(first, PAGES, "a", "one", "alice"),
            lambda: put(first, PAGES, "a", "two"),
            lambda: count(first),
            lambda: first.clear("alice"),
            first.clear,
        )
        for write in writes:
            before = first.revision(), second.revision()
            assert (first.revision(), second.revision()) == before
            write()
            assert first.revision() != before[0]
            assert second.revision() != before[1]

    def test_what_was_kept_is_there_after_closing(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        first = opened(shared_place)
        for key in "abcd":
            put(first, PAGES, key, tenant="alice")
        first.close()
        second = opened(shared_place)
        assert texts(second, PAGES, "alice") == ["b", "c", "d"]
        assert second.forgotten(PAGES) == 1
        put(second, PAGES, "e")
        assert texts(second, PAGES) == ["c", "d", "e"]


def worker(place: str, times: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, WORKER, place, str(times)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "ready\n"


class TestProcesses:
    def test_they_lose_no_count(self, opened: Callable[[str], Store], shared_place: str) -> None:
        processes = [worker(shared_place, 40) for _ in range(3)]
        for process in processes:
            start(process)
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate()[0] for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0]
        numbers = sorted(float(line) for text in said for line in text.split())
        expected = [float(number) for number in range(1, 121)]
        assert numbers == expected
        store = opened(shared_place)
        assert store.get(COUNTERS, "shared") == 120
        assert sorted(store.values(COUNTERS)[1:]) == expected

    def test_one_that_is_killed_loses_nothing_it_was_told_is_kept(
        self, opened: Callable[[str], Store], shared_place: str
    ) -> None:
        with worker(shared_place, 10**6) as process:
            start(process)
            assert process.stdin
            assert process.stdout
            with suppress(BrokenPipeError):
                process.stdin.write("go\n")
                process.stdin.flush()
            lines = [process.stdout.readline() for _ in range(150)]
            process.kill()
            lines += [line for line in process.stdout if line.endswith("\n")]
        assert process.returncode == -signal.SIGKILL
        store = opened(shared_place)
        told = [float(line) for line in lines]
        assert told == [float(number) for number in range(1, len(told) + 1)]
        for number in told:
            assert store.get(COUNTERS, f"number {number:.0f}") == number
        assert len(told) < count(store, "shared") <= len(told) + 2
