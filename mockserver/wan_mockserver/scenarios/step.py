"""Defines the steps of a scenario: each changes one response, or several in a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..http.delivery import Cut

__all__ = ["Body", "Lag", "Step", "Steps", "find_step"]


class Body(Enum):
    """The body in place of the vendor's body."""

    HTML = "html"
    EMPTY = "empty"
    ERROR = "error"
    """A JSON object with an error, for any status."""
    XML = "xml"
    """The error page of an object store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Seconds, drawn from a log-normal distribution; with *sigma* 0, always *median*."""

    median: float
    sigma: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Changes one response, or *times* responses (None: all that follow).

    If *handled* is true, the server first handles the request: a create makes a task and is
    billed, whatever the response. *status* alone is an error in the vendor's format. *body*,
    *content_type* and *location* change the response. *retry_after* is in seconds; with
    *retry_as_date* it is sent as an HTTP date. A redirect leads to *location*; "" is the same
    path.
    """

    handled: bool = True
    status: int | None = None
    detail: str = ""
    retry_after: float | None = None
    retry_as_date: bool = False
    body: Body | None = None
    content_type: str | None = None
    location: str | None = None
    cut: Cut | None = None
    delay: Lag | None = None
    pace: float | None = None
    times: int | None = 1

    @property
    def is_intact(self) -> bool:
        """Returns True if the client receives the vendor's unchanged response, late or not."""
        return self.handled and self.cut is None and self.body is None and self.status is None

    @property
    def description(self) -> str:
        """Returns the step in a few words, for the journal."""
        facts = (
            str(self.status or ""),
            self.body.value if self.body else "",
            self.cut.value if self.cut else "",
            self.content_type or "",
            "redirect" if self.location is not None else "",
            "late" if self.delay else "",
            "slow" if self.pace else "",
        )
        text = " ".join(filter(None, facts)) or "as usual"
        return text if self.is_intact or not self.handled else f"{text} after it was done"


Steps = tuple[Step, ...]


def find_step(steps: Steps, count: int, *, passing: int | None = None) -> Step | None:
    """Returns the step for the request after *count* others, or None after the last step.

    If *passing* is not None, the steps repeat after that many requests without a step.
    """
    whole = sum(step.times or 0 for step in steps)
    if passing is not None and whole and all(step.times is not None for step in steps):
        count %= whole + passing
    for step in steps:
        if step.times is None or count < step.times:
            return step
        count -= step.times
    return None
