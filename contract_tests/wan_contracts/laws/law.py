"""Defines a law: a statement about every call, and a function that checks one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from wan_mockserver.assertions.verdict import Verdict, list_entry_numbers

from ..runner.interaction import Interaction, ObservedExchange

__all__ = ["KEPT", "Group", "Judge", "Law", "Level", "build_violation"]


class Level(StrEnum):
    """The severity of a broken law: MUST fails the run, SHOULD warns."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Group(StrEnum):
    """The subject of a law, in the order in which reports list the laws."""

    PROTOCOL = "protocol"
    SENDING = "sending"
    LIFECYCLE = "lifecycle"
    FAILURE = "failure"
    MONEY = "money"
    DOWNLOAD = "download"
    MANNERS = "manners"


Judge = Callable[[Interaction], Verdict | None]
"""Checks one call. Returns None if the law does not apply to the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One law with a stable *id*. *hint* says how to fix a client.

    *source* is the document that requires it, or a public report of the damage.
    """

    id: str
    group: Group
    level: Level
    statement: str
    source: str
    hint: str
    judge: Judge


KEPT = Verdict(passed=True, message="")
"""The law applies to the call, and the call keeps it."""


def build_violation(message: str, exchanges: Iterable[ObservedExchange] = ()) -> Verdict:
    """Returns the verdict that a call breaks the law, with the *exchanges* that show it."""
    return Verdict(
        passed=False,
        message=message,
        entries=list_entry_numbers(exchange.entry for exchange in exchanges),
    )
