"""Whether there is anything new to see, without looking at everything again."""

from __future__ import annotations

from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from ..mock import Mock
from .live import View, view

MOST: Final = 100
"""Looks that are remembered of one mock."""

Stamp = tuple[str, float | None]


class _Look(NamedTuple):
    """A view had this *revision*, and has it as long as *stamp* stays, before *until*."""

    stamp: Stamp
    until: float
    revision: str


_LOOKS: Final[WeakKeyDictionary[Mock, dict[tuple[str | None, str], _Look]]] = WeakKeyDictionary()


def look(mock: Mock, tenant: str | None, show: str) -> View:
    """What there is to see; the arguments are those of :func:`view`."""
    stamp = _stamp(mock)  # first of all: what is written from here on is news
    shown = view(mock, tenant, show)
    looks = _LOOKS.setdefault(mock, {})
    if len(looks) >= MOST:
        looks.clear()
    looks[tenant, show] = _Look(stamp, shown.until, shown.revision)
    return shown


def unchanged(mock: Mock, tenant: str | None, show: str, revision: str) -> bool:
    """Whether *revision* is known to be that of what :func:`look` would give now.

    False wherever that takes a look.
    """
    last = _LOOKS.get(mock, {}).get((tenant, show))
    if last is None or last.revision != revision:
        return False
    return mock.clock.now() < last.until and _stamp(mock) == last.stamp


def _stamp(mock: Mock) -> Stamp:
    """Another one after every write, and whenever a clock moved that does not tick."""
    ticks = mock.clock.mode == "real"
    return mock.store.revision(), None if ticks else mock.clock.now()
