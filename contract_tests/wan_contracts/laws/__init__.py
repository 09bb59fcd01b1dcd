"""The laws: rules for every client, in any programming language."""

from __future__ import annotations

from itertools import chain
from typing import Final

from wan_validators.messages.suggestions import suggest

from . import (
    added_members,
    downloads,
    failure,
    headers,
    money,
    origin,
    poll_urls,
    polling,
    results,
    retries,
    sending,
    task_end,
)
from .law import Group, Judge, Law, Level

__all__ = ["LAWS", "MONEY_SAFE", "NEED_OUTCOME", "Group", "Judge", "Law", "Level", "law"]

_ORDER: Final = list(Group)

LAWS: Final[tuple[Law, ...]] = tuple(
    sorted(
        chain(
            *(failure.LAWS, sending.LAWS, added_members.LAWS, headers.LAWS, origin.LAWS),
            *(poll_urls.LAWS, polling.LAWS, task_end.LAWS, results.LAWS),
            *(downloads.LAWS, retries.LAWS, money.LAWS),
        ),
        key=lambda each: _ORDER.index(each.group),
    )
)
"""All laws, in the order of their groups."""

MONEY_SAFE: Final = frozenset(
    {
        "answers",
        "odd-bodies",
        "create-url",
        "payload-intact",
        "no-own-defaults",
        "outcome-of-this-call",
        "accepted-not-refused",
        "no-overwritten-file",
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
"""Laws that cost money if a client breaks them: double payment or a lost paid result."""

NEED_OUTCOME: Final = frozenset(
    {
        "accepted-not-refused",
        "answers",
        "bad-file-no-result",
        "bytes-decide",
        "bytes-equal",
        "code-told",
        "failed-is-failed",
        "followed-further",
        "invalid-told",
        "last-poll-counts",
        "local-limits",
        "message-told",
        "no-end-made-up",
        "no-overwritten-file",
        "no-results-no-success",
        "odd-bodies",
        "other-words",
        "outcome-of-this-call",
        "outputs-complete",
        "outputs-in-order",
        "partial-flag",
        "partial-told",
        "price-told",
        "recorded-form",
        "slow-is-not-failed",
        "status-told",
        "task-id-kept",
        "text-kept",
    }
)
"""Laws that never apply to a call without an outcome. Its requests show all other laws."""


def law(id: str) -> Law:
    """Returns the law named *id*. Raises LookupError with the nearest name if there is none."""
    for each in LAWS:
        if each.id == id:
            return each
    hint = suggest(id, [each.id for each in LAWS], "`wanproof check --list` lists them")
    raise LookupError(f"there is no law {id!r}; {hint}")
