"""What a guard raises, and the create that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..cost import Cost
from ..finding import Report

__all__ = ["GuardError", "GuardedCreate", "Reason"]

Reason = Literal["payload", "budget", "unknown-cost", "duplicate"]


@dataclass(frozen=True, slots=True, eq=False)
class GuardedCreate:
    """A create that was sent. *path* is its path without the query, *cost* its estimate."""

    path: str
    model: str | None
    cost: Cost


class GuardError(Exception):
    """A create was blocked before it was sent, so nothing is billed for it.

    *reason* is ``payload`` for a broken rule, ``budget``, ``unknown-cost``, or ``duplicate``.
    *report* has the findings and the cost. *earlier* is the create that a duplicate repeats.
    Retrying does not help, so this is not an error of the HTTP library.
    """

    def __init__(
        self, message: str, reason: Reason, report: Report, earlier: GuardedCreate | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.report = report
        self.earlier = earlier
