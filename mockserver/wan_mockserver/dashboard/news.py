"""Whether there is anything new to see, without looking at everything again."""

from __future__ import annotations

from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from ..control import Control
from .live import DashboardView, view

MAX_REVISIONS: Final = 100
"""Looks that are remembered of one mock."""

Stamp = tuple[str, float | None]


class _CachedRevision(NamedTuple):
    """A view had this *revision*, and has it as long as *stamp* stays, before *until*."""

    stamp: Stamp
    until: float
    revision: str


_CACHED_REVISIONS: Final[
    WeakKeyDictionary[Control, dict[tuple[str | None, str], _CachedRevision]]
] = WeakKeyDictionary()


def get_view(control: Control, tenant: str | None, show: str) -> DashboardView:
    """What there is to see; the arguments are those of :func:`view`."""
    stamp = _stamp(control)  # first of all: what is written from here on is news
    shown = view(control, tenant, show)
    looks = _CACHED_REVISIONS.setdefault(control, {})
    if len(looks) >= MAX_REVISIONS:
        looks.clear()
    looks[tenant, show] = _CachedRevision(stamp, shown.until, shown.revision)
    return shown


def is_unchanged(control: Control, tenant: str | None, show: str, revision: str) -> bool:
    """Whether *revision* is known to be that of what :func:`look` would give now.

    False wherever that takes a look.
    """
    last = _CACHED_REVISIONS.get(control, {}).get((tenant, show))
    if last is None or last.revision != revision:
        return False
    return control.clock.now() < last.until and _stamp(control) == last.stamp


def _stamp(control: Control) -> Stamp:
    """Another one after every write, and whenever a clock moved that does not tick."""
    ticks = control.clock.mode == "real"
    return control.store.revision(), None if ticks else control.clock.now()
