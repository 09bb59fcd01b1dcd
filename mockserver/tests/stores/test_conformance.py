"""What every store promises, held for each kind of store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from wan_mockserver.state.stores import (
    COUNTERS,
    Counter,
    Store,
    Table,
    begin_request,
    next_index,
)

from .store_tables import PAGES, Colour, Page, count, put, texts

HEAVY = Table("heavy", Page, bytes=100, weigh=lambda page: len(page.text))


NAMESAKE = Table("heavy2", Page)


NUMBERS = Table("numbers", float, max_count=5)


def fail(_: Page | None) -> Page:
    raise LookupError("no")


class TestStore:
    def test_nothing_is_kept_at_first(self, store: Store) -> None:
        assert store.get(PAGES, "a") is None
        assert store.values(PAGES) == []
        assert store.values(PAGES, "alice") == []
        assert store.count_forgotten(PAGES) == 0

    def test_a_value_comes_back_as_it_was(self, store: Store) -> None:
        page = Page("\ud800 ü\n", Decimal("1.50"), (Colour.BLUE, Colour.RED))
        assert store.change(PAGES, "a", lambda _: page) == page
        assert store.get(PAGES, "a") == page
        assert store.values(PAGES) == [page]
        assert str(page.price) == "1.50"

    def test_change_receives_the_stored_value(self, store: Store) -> None:
        seen: list[Page | None] = []

        def change(old: Page | None) -> Page:
            seen.append(old)
            return Page(f"{len(seen)}")

        first = store.change(PAGES, "a", change)
        second = store.change(PAGES, "a", change)
        assert seen == [None, first]
        assert store.get(PAGES, "a") == second == Page("2")

    def test_a_value_is_put_whether_there_is_one_or_not(self, store: Store) -> None:
        put(store, PAGES, "a", "old", tenant="alice")
        put(store, PAGES, "b", "last")
        for text in ("new", "newer and longer"):
            assert store.put(PAGES, "a", Page(text), "bob") == Page(text)
            assert store.get(PAGES, "a") == Page(text)
        with store.batch():
            store.put(PAGES, "a", Page("newest"))
            store.put(PAGES, "c", Page("c"), "carol")
            assert store.get(PAGES, "c") == Page("c")
        assert texts(store, PAGES) == ["newest", "last", "c"]
        assert [page.text for page in store.values(PAGES, "alice")] == ["newest"]
        assert store.values(PAGES, "carol") == [Page("c")]

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

    def test_values_are_counted_without_reading_them(self, store: Store) -> None:
        assert store.count(HEAVY) == store.count(HEAVY, "a") == 0
        for key, tenant in [("1", "a"), ("2", "ab"), ("3", "a"), ("1", "ab"), ("4", "")]:
            put(store, HEAVY, key, tenant=tenant)
        put(store, NAMESAKE, "6", tenant="a")
        assert [store.count(HEAVY, each) for each in (None, "a", "ab", "", "b")] == [4, 2, 1, 1, 0]
        put(store, HEAVY, "5", "x" * 99, tenant="a")
        assert (store.count(HEAVY), store.count(HEAVY, "a")) == (2, 1)
        store.clear("a")
        assert (store.count(HEAVY), store.count(HEAVY, "a"), store.count(NAMESAKE)) == (1, 0, 0)

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
    def test_reading_does_not_change_the_revision(self, store: Store) -> None:
        put(store, PAGES, "a", tenant="alice")
        before = store.revision()
        store.get(PAGES, "a")
        store.values(PAGES, "alice", 1)
        store.tenants(PAGES)
        store.count_forgotten(PAGES)
        with pytest.raises(LookupError):
            store.change(PAGES, "b", fail)
        assert store.revision() == before

    def test_every_write_changes_the_revision(self, store: Store) -> None:
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

    def test_a_revision_does_not_return_after_a_clear_and_equal_writes(self, store: Store) -> None:
        put(store, PAGES, "a", "one", "alice")
        before = store.revision()
        store.clear()
        put(store, PAGES, "a", "two", "alice")
        assert store.revision() != before


class TestLimits:
    def test_the_oldest_value_is_forgotten_first(self, store: Store) -> None:
        for key in "abcde":
            put(store, PAGES, key)
        put(store, PAGES, "c", "C")
        put(store, PAGES, "f")
        assert texts(store, PAGES) == ["d", "e", "f"]
        assert store.get(PAGES, "c") is None
        assert store.count_forgotten(PAGES) == 3

    def test_a_forgotten_value_can_be_stored_again(self, store: Store) -> None:
        for key in "abcda":
            put(store, PAGES, key)
        assert texts(store, PAGES) == ["c", "d", "a"]
        assert store.count_forgotten(PAGES) == 2

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
        assert (store.count_forgotten(PAGES), store.count_forgotten(HEAVY)) == (1, 0)

    def test_weight_counts_to_the_byte(self, store: Store) -> None:
        put(store, HEAVY, "a", "a" * 60)
        put(store, HEAVY, "b", "b" * 40)
        assert len(store.values(HEAVY)) == 2
        put(store, HEAVY, "c", "c")
        assert texts(store, HEAVY) == ["b" * 40, "c"]
        put(store, HEAVY, "d", "d" * 59)
        assert len(store.values(HEAVY)) == 3
        assert store.count_forgotten(HEAVY) == 1

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

    def test_a_value_over_the_limit_is_kept_alone(self, store: Store) -> None:
        put(store, HEAVY, "a", "a" * 101)
        assert texts(store, HEAVY) == ["a" * 101]
        put(store, HEAVY, "b", "b")
        assert texts(store, HEAVY) == ["b"]
        put(store, HEAVY, "c", "c" * 500)
        assert texts(store, HEAVY) == ["c" * 500]
        put(store, HEAVY, "c", "c" * 600)
        assert texts(store, HEAVY) == ["c" * 600]
        assert store.count_forgotten(HEAVY) == 2

    def test_a_smaller_table_of_the_same_name_forgets_the_rest(self, store: Store) -> None:
        for key in "abc":
            put(store, PAGES, key)
        smaller = Table("pages", Page, max_count=1)
        put(store, smaller, "d")
        assert texts(store, PAGES) == ["d"]
        assert store.count_forgotten(PAGES) == 3


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
        assert store.count_forgotten(PAGES) == 0
        put(store, HEAVY, "b", "b" * 90)
        put(store, HEAVY, "c", "c" * 10)
        assert len(store.values(HEAVY)) == 2
        assert store.count_forgotten(HEAVY) == 0

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
        assert store.count_forgotten(PAGES) == 1
        store.clear("nobody")
        assert store.values(PAGES) == []

    def test_of_those_without_a_tenant(self, store: Store) -> None:
        put(store, PAGES, "a", tenant="alice")
        put(store, PAGES, "b")
        store.clear("")
        assert texts(store, PAGES) == ["a"]


class TestCounters:
    def test_each_counter_is_one_higher(self, store: Store) -> None:
        one, two = Counter("one", "alice"), Counter("two")
        assert store.increment(one) == [1]
        assert store.increment(two, one) == [1, 2]
        assert store.increment() == []
        assert store.values(COUNTERS) == [2.0, 1.0]
        assert store.values(COUNTERS, "alice") == [2.0]
        assert store.get(COUNTERS, "two") == 1.0

    def test_a_counter_starts_from_the_stored_number(self, store: Store) -> None:
        store.change(COUNTERS, "n", lambda _: 2.0**53 - 2)
        assert store.increment(Counter("n")) == [2**53 - 1]
        assert store.get(COUNTERS, "n") == 2.0**53 - 1

    @pytest.mark.parametrize("odd", ["", "\0", "a\0b", "\udcff", "\n", "ä 'x' *?["])
    def test_any_text_may_be_key_or_tenant(self, store: Store, odd: str) -> None:
        assert store.increment(Counter(odd, odd), Counter(f"{odd}1")) == [1, 1]
        assert store.increment(Counter(odd, odd)) == [2]
        assert store.values(COUNTERS, odd or None) == ([2.0] if odd else [2.0, 1.0])

    def test_increments_change_the_revision(self, store: Store) -> None:
        before = store.revision()
        store.increment(Counter("n"))
        after = store.revision()
        store.increment(Counter("n"))
        assert len({before, after, store.revision()}) == 3

    def test_requests_are_numbered_in_all_and_by_tenant(self, store: Store) -> None:
        begun = [begin_request(store, tenant) for tenant in ("alice", "", "bob", "alice", "")]
        assert begun == [(1, 0), (2, 0), (3, 0), (4, 1), (5, 1)]
        assert store.values(COUNTERS) == [2.0, 5.0, 2.0, 1.0], "one counter for all requests"
        store.clear("alice")
        assert begin_request(store, "alice") == (6, 0)

    def test_indices_are_counted_by_subject_and_tenant(self, store: Store) -> None:
        subjects = [("task", "alice"), ("task", "bob"), ("chaos", "alice"), ("task", "alice")]
        assert [next_index(store, what, tenant) for what, tenant in subjects] == [0, 0, 0, 1]

    def test_concurrent_requests_have_different_numbers(self, store: Store) -> None:
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(begin_request, store, "alice") for _ in range(100)]
            begun = [job.result() for job in jobs]
        assert sorted(begun) == [(nth + 1, nth) for nth in range(100)]
