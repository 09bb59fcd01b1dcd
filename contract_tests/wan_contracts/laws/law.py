"""What a law is: a sentence about every call, and a judge that tells whether a call keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from wan_mockserver.assertions.verdict import Verdict, list_entry_numbers

from ..runner.interaction import Interaction, ObservedExchange

__all__ = ["KEPT", "Group", "Judge", "Law", "Level", "build_violation"]


class Level(StrEnum):
    """How bad it is to break a law: MUST fails the run, SHOULD warns."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Group(StrEnum):
    """What a law is about, in the order in which laws are shown."""

    PROTOCOL = "protocol"
    SENDING = "sending"
    LIFECYCLE = "lifecycle"
    FAILURE = "failure"
    MONEY = "money"
    DOWNLOAD = "download"
    MANNERS = "manners"


Judge = Callable[[Interaction], Verdict | None]
"""None where the call says nothing about the law: it had no occasion to break it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One law. *id* is stable; *says* is one sentence, *hint* how to mend what breaks it.

    *source* is the document that asks for it, or the public report that shows the damage.
    """

    id: str
    group: Group
    level: Level
    statement: str
    source: str
    hint: str
    judge: Judge


KEPT = Verdict(passed=True, message="")
"""The call had occasion to break the law, and did not."""


def build_violation(message: str, exchanges: Iterable[ObservedExchange] = ()) -> Verdict:
    """The call breaks the law; *exchanges* are the requests that show it."""
    return Verdict(
        passed=False, message=message, entries=list_entry_numbers(seen.entry for seen in exchanges)
    )
