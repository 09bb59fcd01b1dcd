"""Remembers the values that had no faults, as the same few occur repeatedly."""

from __future__ import annotations

from typing import Final

__all__ = ["RecentValues"]

_MAX_VALUES: Final = 256
_MAX_CHARACTERS: Final = 512


class RecentValues(dict[str, None]):
    """Strings without faults. A lookup takes a tenth of the time of the shortest pattern.

    What is remembered changes no result, so all are equal, as their copies have to be.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecentValues)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(RecentValues)

    def remember(self, value: str) -> None:
        """Adds *value* unless it is long; forgets all others if there are many."""
        if len(value) <= _MAX_CHARACTERS:
            if len(self) >= _MAX_VALUES:
                self.clear()
            self[value] = None
