"""Tables that the tests of stores keep values in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from wan_mockserver.state.stores import COUNTERS, Store, Table


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Page:
    text: str
    price: Decimal | None = None
    colours: tuple[Colour, ...] = ()


PAGES = Table("pages", Page, max_count=3)


def put(store: Store, table: Table[Page], key: str, text: str = "", tenant: str = "") -> Page:
    return store.change(table, key, lambda _: Page(text or key), tenant)


def texts(store: Store, table: Table[Page], tenant: str | None = None) -> list[str]:
    return [page.text for page in store.values(table, tenant)]


def count(store: Store, key: str = "n") -> float:
    return store.change(COUNTERS, key, lambda old: (old or 0.0) + 1)
