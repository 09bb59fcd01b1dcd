"""The laws: what every client must do, whatever it is written in."""

from __future__ import annotations

from itertools import chain
from typing import Final

from wan_validators.messages.suggestions import suggest

from . import failure, money, polling, results, retries, sending, task_end
from .law import Group, Judge, Law, Level

__all__ = ["LAWS", "MONEY_SAFE", "Group", "Judge", "Law", "Level", "law"]

_ORDER: Final = list(Group)

LAWS: Final[tuple[Law, ...]] = tuple(
    sorted(
        chain(
            *(failure.LAWS, sending.LAWS, polling.LAWS, task_end.LAWS),
            *(results.LAWS, retries.LAWS, money.LAWS),
        ),
        key=lambda each: _ORDER.index(each.group),
    )
)
"""All of them, group by group."""

MONEY_SAFE: Final = frozenset(
    {
        "answers",
        "odd-bodies",
        "create-url",
        "payload-intact",
        "invalid-told",
        "local-limits",
        "goes-on",
        "whole-deadline",
        "slow-is-not-failed",
        "last-poll-counts",
        "task-id-kept",
        "no-end-made-up",
        "no-retry-refused",
        "task-followed",
        "one-charge",
        "price-told",
    }
)
"""The laws that, broken, cost money: it is paid twice, or what was paid for is lost."""


def law(id: str) -> Law:
    """The law named *id*; raises LookupError with the nearest name."""
    for each in LAWS:
        if each.id == id:
            return each
    hint = suggest(id, [each.id for each in LAWS], "wanproof check --list names them")
    raise LookupError(f"there is no law {id!r}; {hint}")
