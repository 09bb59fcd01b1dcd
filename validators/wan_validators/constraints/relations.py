"""Constraints on one member that depend on the items of an array elsewhere in the payload.

A condition of a rule reads one member; these read an array. Alone, each value is accepted: an
engine asks ``is_satisfied_in`` with the whole payload, after all other rules.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from ..frozen import Frozen
from ..source import json_pointer
from .basic import IDENTITY_VIEW, Constraint, Items, Json, View

__all__ = ["EntryPerItem", "LimitWithItem", "Relation", "count_items"]


def count_items(payload: Json, pointer: str, member: str, name: str | None = None) -> int:
    """Counts the objects with *member* in the array at *pointer*; 0 if there is no array.

    If *name* is given, the member has this value.
    """
    items = json_pointer.value(payload, json_pointer.parse(pointer))
    if type(items) is not list:
        return 0
    found = [item[member] for item in items if type(item) is dict and member in item]
    return len(found) if name is None else found.count(name)


class Relation(Frozen, ABC):
    """The base of both constraints; any value satisfies them, unless the payload is known."""

    view: ClassVar[View] = IDENTITY_VIEW
    array: str
    member: str

    def applies_to(self, seen: Any) -> bool:
        return True

    def is_satisfied(self, seen: Any) -> bool:
        return True

    @abstractmethod
    def is_satisfied_in(self, payload: Json, value: Json) -> bool:
        """Returns True if *value*, of the member in *payload*, keeps the limit."""


class LimitWithItem(Relation):
    """The limit *inner*, if an object in *array* has *member*; see *name* of count_items().

    Values that *outer* does not accept are ignored: other rules report them.
    """

    name: str | None
    outer: Constraint
    inner: Constraint

    def is_satisfied_in(self, payload: Json, value: Json) -> bool:
        return (
            _accepts(self.inner, value)
            or not _accepts(self.outer, value)
            or not count_items(payload, self.array, self.member, self.name)
        )


class EntryPerItem(Relation):
    """An array of as many items as objects in *array* have *member*.

    Arrays that *items* does not accept are ignored: other rules report them.
    """

    items: Items

    def is_satisfied_in(self, payload: Json, value: Json) -> bool:
        return not _accepts(self.items, value) or len(value) == count_items(
            payload, self.array, self.member
        )


def _accepts(limit: Constraint, value: Json) -> bool:
    seen = limit.view.extract(value)
    return limit.applies_to(seen) and limit.is_satisfied(seen)
