"""Where tasks are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..limits import Account
from ..tasks import Record


class Store(Protocol):
    """Tasks by their id and accounts by their tenant; every method is atomic."""

    def add(self, record: Record) -> None:
        """Keeps *record*, in place of any other with its id."""
        ...

    def get(self, id: str) -> Record | None:
        """The task with this id, as it was last seen."""
        ...

    def change(self, id: str, change: Callable[[Record], Record]) -> Record | None:
        """Replaces a task by what *change* makes of it, and returns that; None if unknown."""
        ...

    def book(self, tenant: str, change: Callable[[Account], Account]) -> None:
        """Replaces the account of *tenant*, at first an empty one; not if *change* raises."""
        ...
