"""Lets clients run in a time zone far from UTC, which shows who reads HTTP dates as local time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

__all__ = ["TIME_ZONE", "use_time_zone"]

TIME_ZONE: Final = "Asia/Shanghai"
"""Eight hours before UTC: a date that is read as local time is already over."""

_lock = Lock()
_before: list[str | None] = []
"""What TZ was before each block that has not ended."""


@contextmanager
def use_time_zone() -> Iterator[None]:
    """Sets the time zone of this process inside the ``with`` block.

    Blocks of several threads can overlap: the last one to end restores the time zone. A block
    inside another one costs nothing, and undoes what was changed in it.
    """
    with _lock:
        _before.append(os.environ.get("TZ"))
        _set_time_zone(TIME_ZONE)
    try:
        yield
    finally:
        with _lock:
            if len(_before) == 1:
                _set_time_zone(_before[0])
                _before.clear()
            else:
                _before.pop()
                _set_time_zone(TIME_ZONE)


def _set_time_zone(name: str | None) -> None:
    if name == os.environ.get("TZ"):
        return
    if name is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = name
    if hasattr(time, "tzset"):  # not on Windows, where TZ has no effect on a running process
        time.tzset()
