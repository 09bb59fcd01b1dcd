"""What every store promises about values that are found by their terms."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest

from wan_mockserver.state.stores import Store, Table
from wan_mockserver.state.stores.index import IndexEntry, Query, build_term

from .store_tables import PAGES, put


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    suit: str = "hearts"
    points: float = 0.0


def index(card: Card) -> IndexEntry:
    terms = (build_term("suit", card.suit), build_term("name", card.name))
    return IndexEntry.build(card.points, terms)


CARDS = Table("cards", Card, max_count=6, index=index)
NAMESAKE = Table("cards2", Card, index=index)

ODD = [
    "",
    "\n",
    "a\nsuit=hearts\n",
    "\\n",
    "\0",
    "\udcff",
    "ä%_",
    "suit=hearts",
    "x" * 3000,
    "[a-z]*",
]


def find(store: Store, *terms: str, table: Table[Card] = CARDS, **options: object) -> str:
    """Returns the number of the cards, and the names of those that are wanted."""
    found = store.select(table, replace(Query(terms=terms), **options))  # type: ignore[arg-type]
    return f"{found.total}:{''.join(card.name for card in found.values)}"


@pytest.fixture
def cards(store: Store) -> Store:
    for nth, (name, suit, tenant) in enumerate(
        [("a", "hearts", ""), ("b", "spades", "t"), ("c", "hearts", "t"), ("d", "hearts", "tt")]
    ):
        store.put(CARDS, name, Card(name, suit, nth), tenant)
    store.put(NAMESAKE, "e", Card("e"), "t")
    return store


def test_values_are_found_by_their_terms(cards: Store) -> None:
    assert find(cards) == "4:abcd"
    assert find(cards, "suit=hearts") == "3:acd"
    assert find(cards, "suit=hearts", "name=c") == "1:c"
    assert find(cards, "suit=spades", "name=c") == "0:"
    assert find(cards, "suit=heart") == find(cards, "uit=hearts") == find(cards, "hearts") == "0:"
    assert find(cards, table=NAMESAKE) == "1:e"
    assert find(cards, table=Table("none", Card, index=index)) == "0:"


def test_values_of_a_tenant_are_found(cards: Store) -> None:
    assert find(cards, tenant="t") == "2:bc"
    assert find(cards, "suit=hearts", tenant="t") == "1:c"
    assert find(cards, tenant="") == "1:a"
    assert find(cards, tenant="nobody") == "0:"


def test_all_are_counted_and_some_are_wanted(cards: Store) -> None:
    assert find(cards, newest=2) == "4:cd"
    assert find(cards, newest=2, skip=1) == "4:bc"
    assert find(cards, newest=9, skip=3) == "4:a"
    assert find(cards, skip=2) == "4:ab"
    assert find(cards, newest=0) == find(cards, newest=1, skip=4) == "4:"
    assert find(cards, "suit=hearts", newest=1, skip=1) == "3:c"


def test_the_rank_is_above_a_number(cards: Store) -> None:
    assert find(cards, above=1) == "2:cd"
    assert find(cards, "suit=hearts", above=0, newest=1) == "2:d"
    assert find(cards, above=0.5, tenant="t") == "2:bc"
    assert find(cards, above=math.inf) == find(cards, above=2.0**53) == "0:"
    assert find(cards, above=-(2.0**53)) == "4:abcd"


def test_a_rank_has_fractions_and_can_be_negative(store: Store) -> None:
    for nth, points in enumerate((1764348331.123456, 1764348331.123457, -0.5, 2.0**53)):
        store.put(CARDS, str(nth), Card(str(nth), points=points))
    assert find(store, above=1764348331.123456) == "2:13"
    assert find(store, above=-0.5) == "3:013"
    assert find(store, above=-1) == "4:0123"


def test_a_changed_value_is_found_by_its_new_terms(cards: Store) -> None:
    for suit, points in (("spades", 7.0), ("clubs", 7.0), ("clubs", 8.0)):
        cards.change(CARDS, "a", lambda old, s=suit, p=points: Card("a", s, p))  # type: ignore[misc]
        assert find(cards, f"suit={suit}", "name=a") == "1:a"
        assert find(cards, "suit=hearts") == "2:cd"
        assert find(cards, above=points - 1) == "1:a"
        assert find(cards) == "4:abcd", "its place in the order is the same"
    cards.put(CARDS, "b", Card("b"))
    assert find(cards, "suit=hearts") == "3:bcd"


def test_changes_of_a_batch_are_found(cards: Store) -> None:
    with cards.batch():
        cards.put(CARDS, "a", Card("a", "spades"))
        cards.put(CARDS, "f", Card("f", "spades"))
        assert find(cards, "suit=spades") == "3:abf"
    assert find(cards, "suit=spades") == "3:abf"


def test_forgotten_and_cleared_values_are_not_found(cards: Store) -> None:
    for name in "efgh":
        cards.put(CARDS, name, Card(name), "t")
    assert find(cards) == "6:cdefgh"
    cards.clear("t")
    assert find(cards) == find(cards, "suit=hearts") == "1:d"
    cards.put(CARDS, "c", Card("c"))
    assert find(cards) == "2:dc"
    cards.clear()
    assert find(cards) == "0:"


@pytest.mark.parametrize("odd", ODD)
def test_terms_of_any_text_are_told_apart(store: Store, odd: str) -> None:
    store.put(CARDS, "1", Card("1", odd), odd)
    store.put(CARDS, "2", Card("2", f"{odd}x"))
    store.put(CARDS, "3", Card("3", "clubs"))
    assert find(store, build_term("suit", odd)) == "1:1"
    assert find(store, build_term("suit", f"{odd}x"), tenant="") == "1:2"
    assert find(store, tenant=odd) == ("1:1" if odd else "3:123")
    assert find(store, "suit=hearts") == "0:"


def test_a_table_without_an_index_has_nothing_to_find(store: Store) -> None:
    put(store, PAGES, "a")
    assert store.select(PAGES, Query()) == (0, [])


def test_many_values_are_found(store: Store) -> None:
    table = Table("many", Card, max_count=2000, index=index)
    with store.batch():
        for nth in range(1200):
            store.put(table, str(nth), Card(f"{nth},", "hearts" if nth % 2 else "spades", nth))
    assert find(store, "suit=hearts", above=1100, newest=2, table=table) == "50:1197,1199,"
    assert find(store, "suit=spades", newest=1, skip=599, table=table) == "600:0,"
