"""Copies immutable records with changes, several times as fast as ``dataclasses.replace``."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["evolve"]

Record = TypeVar("Record", bound="DataclassInstance")


def evolve(record: Record, **changes: Any) -> Record:
    """Returns a copy of *record* with *changes* to its fields, which exist.

    The class of *record* has slots. It neither computes nor checks anything when it is made:
    the copy skips its ``__init__``, which takes most of the time of ``replace``.
    """
    kind = type(record)
    read, write, writers = _find_slots(kind)
    copy = object.__new__(kind)
    for put, value in zip(writers, read(record), strict=True):
        put(copy, value)
    for name, value in changes.items():
        write[name](copy, value)
    return copy


@cache
def _find_slots(kind: type[Any]) -> tuple[Any, dict[str, Any], tuple[Any, ...]]:
    """Returns a reader of all fields of *kind*, and the writer of each: by name and in order."""
    names = [field.name for field in fields(kind)]
    write = {name: getattr(kind, name).__set__ for name in names}
    return attrgetter(*names), write, tuple(write.values())
