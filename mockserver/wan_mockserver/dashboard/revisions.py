"""Finds out whether the page has changed, without building it again."""

from __future__ import annotations

from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from ..control import Control
from .live import DashboardView, build_view

__all__ = ["MAX_REVISIONS", "get_view", "is_unchanged"]

MAX_REVISIONS: Final = 100
"""The number of revisions that are cached for one mock server."""

Stamp = tuple[str, float | None]


class _CachedRevision(NamedTuple):
    """The *revision* of a view, valid before *until* and while *stamp* stays the same."""

    stamp: Stamp
    until: float
    revision: str


_CACHED_REVISIONS: Final[
    WeakKeyDictionary[Control, dict[tuple[str | None, str], _CachedRevision]]
] = WeakKeyDictionary()


def get_view(control: Control, tenant: str | None, show: str) -> DashboardView:
    """Builds the view and caches its revision; the arguments are those of build_view()."""
    # Before the view is built, so that a write in the meantime counts as a change.
    stamp = _read_stamp(control)
    view = build_view(control, tenant, show)
    revisions = _CACHED_REVISIONS.setdefault(control, {})
    if len(revisions) >= MAX_REVISIONS:
        revisions.clear()
    revisions[tenant, show] = _CachedRevision(stamp, view.until, view.revision)
    return view


def is_unchanged(control: Control, tenant: str | None, show: str, revision: str) -> bool:
    """Returns True if the cache shows that the view still has *revision*."""
    cached = _CACHED_REVISIONS.get(control, {}).get((tenant, show))
    if cached is None or cached.revision != revision:
        return False
    return control.clock.now() < cached.until and _read_stamp(control) == cached.stamp


def _read_stamp(control: Control) -> Stamp:
    """Returns a value that changes with every write and each move of a clock that stands."""
    ticks = control.clock.mode == "real"
    return control.store.revision(), None if ticks else control.clock.now()
