"""Constraints on arrays of objects that each have a ``type`` and a ``url``."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from ..frozen import Frozen
from .basic import IDENTITY_VIEW, Json, View

__all__ = ["TYPES_VIEW", "TypeCount", "TypeSets", "UrlOnly", "collect_types"]


def collect_types(value: Json) -> list[Any] | None:
    """Returns the ``type`` of each item of an array, None for an item without one.

    Returns None if *value* is not an array.
    """
    if type(value) is not list:
        return None
    return [item.get("type") if type(item) is dict else None for item in value]


TYPES_VIEW: Final = View(collect_types, kind=list)


class TypeCount(Frozen):
    """The least and the largest number of items of the type *name*; None means any number."""

    name: str
    low: int
    high: int | None


class TypeSets(Frozen):
    """An array whose items have the types of one of *sets*, each so often as it says.

    An array with an item of an unknown type is accepted: other rules report that item.
    """

    view: ClassVar[View] = TYPES_VIEW
    sets: tuple[tuple[TypeCount, ...], ...]

    def applies_to(self, seen: Any) -> bool:
        return seen is not None

    def is_satisfied(self, seen: Any) -> bool:
        known = {count.name for each in self.sets for count in each}
        if any(type(each) is not str or each not in known for each in seen):
            return True
        return any(self._fits(seen, each) for each in self.sets)

    @staticmethod
    def _fits(seen: list[str], counts: tuple[TypeCount, ...]) -> bool:
        numbers = [seen.count(count.name) for count in counts]
        return sum(numbers) == len(seen) and all(
            count.low <= number and (count.high is None or number <= count.high)
            for count, number in zip(counts, numbers, strict=True)
        )


class UrlOnly(Frozen):
    """An object of one of *types* whose ``url`` is not a ``data:`` URI."""

    view: ClassVar[View] = IDENTITY_VIEW
    types: tuple[str, ...]

    def applies_to(self, seen: Any) -> bool:
        return type(seen) is dict

    def is_satisfied(self, seen: Any) -> bool:
        url = seen.get("url")
        has_data = type(url) is str and url[:5].lower() == "data:"
        return not (has_data and seen.get("type") in self.types)
