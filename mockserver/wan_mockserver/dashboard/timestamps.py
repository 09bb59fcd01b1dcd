"""Formats times of the server's clock, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

__all__ = ["format_clock_time", "format_timestamp", "next_midnight"]

_DAY_S: Final = 86400.0


def format_clock_time(at: float, now: float) -> str:
    """Formats the time of day, with the date if *now* is on another day: ``22:13:20``."""
    moment, today = _parse_time(at), _parse_time(now)
    if moment is None:
        return f"{at:g} s"
    same_day = today is not None and moment.date() == today.date()
    return moment.strftime("%H:%M:%S" if same_day else "%d %b %H:%M:%S")


def format_timestamp(at: float) -> str:
    """Formats date and time: ``2023-11-14 22:13:20 UTC``."""
    moment = _parse_time(at)
    return f"{at:g} s" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def next_midnight(at: float) -> float:
    """Returns the time at which the next day begins."""
    return (at // _DAY_S + 1) * _DAY_S


def _parse_time(at: float) -> datetime | None:
    """Returns None for a time after the end of the calendar; a clock can be advanced to it."""
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, ValueError, OSError):
        return None
