"""Lets the dates of Python's ``datetime`` follow another clock."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from typing import Any

__all__ = ["patch_dates"]


def patch_dates(undo: ExitStack, now: Callable[[], float]) -> None:
    """Makes ``datetime.now``, ``utcnow`` and ``date.today`` read *now*, until *undo* closes.

    The classes stay the same, so it reaches every module and breaks no comparison of types.
    """

    def read_now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        return cls.fromtimestamp(now(), tz)

    def read_utcnow(cls: type[datetime]) -> datetime:
        return cls.fromtimestamp(now(), UTC).replace(tzinfo=None)

    def read_today(cls: type[date]) -> date:
        return cls.fromtimestamp(now())

    for owner, name, function in (
        (datetime, "now", read_now),
        (datetime, "utcnow", read_utcnow),
        (date, "today", read_today),
    ):
        undo.callback(_set_member, owner, name, vars(owner)[name])
        _set_member(owner, name, classmethod(function))


def _set_member(owner: type, name: str, value: Any) -> None:
    """Sets a member of a class that is written in C, which ``setattr`` refuses."""
    _find_members(owner)[name] = value
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))


@cache
def _find_members(owner: type) -> dict[str, Any]:
    """Returns the members of a class; not a copy, and not the view that refuses changes."""
    (members,) = (each for each in gc.get_referents(owner.__dict__) if isinstance(each, dict))
    return members
