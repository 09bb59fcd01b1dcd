"""Amounts, times and names in words, as the page shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

DAY: Final = 86400.0

SPANS: Final = ((DAY, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def format_usd(amount: Decimal) -> str:
    """``$1.20``; more than two decimals only where the amount has them."""
    exact = amount.normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"${exact:,.{places}f}"


def format_count(count: int, noun: str) -> str:
    """``1 task``, ``2,000 tasks``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def clock_time(at: float, now: float) -> str:
    """``22:13:20``, and before it the day if that is not the day of *now*; all in UTC."""
    moment, today = _moment(at), _moment(now)
    if moment is None:
        return f"{at:g} s"
    same = today is not None and moment.date() == today.date()
    return moment.strftime("%H:%M:%S" if same else "%d %b %H:%M:%S")


def full_time(at: float) -> str:
    """``2023-11-14 22:13:20 UTC``."""
    moment = _moment(at)
    return f"{at:g} s" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def format_duration(seconds: float) -> str:
    """``10 s``, ``1 h 15 min``: the two largest units of it."""
    said = []
    left = round(seconds)
    for size, unit in SPANS:
        count, left = divmod(left, int(size))
        if count:
            said.append(f"{count:,} {unit}")
    return " ".join(said[:2]) or "0 s"


def next_day(at: float) -> float:
    """When the next day begins, in UTC."""
    return (at // DAY + 1) * DAY


def shorten_id(name: str) -> str:
    """The start of a long id, enough to tell it from others of one run."""
    return name if len(name) <= 12 else f"{name[:8]}…"


def _moment(at: float) -> datetime | None:
    """None for a time that is past the calendar's end, where a clock may be sent."""
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, ValueError, OSError):
        return None
