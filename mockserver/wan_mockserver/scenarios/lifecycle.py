"""Computes the state of a task from its polls and the elapsed time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

from wan_validators.task import State

__all__ = [
    "DEFAULT",
    "FORMS",
    "PENDING_SHARE",
    "Lifecycle",
    "Never",
    "Polls",
    "Seconds",
    "Stage",
    "parse_lifecycle",
]


class Stage(NamedTuple):
    """The state of a task, its progress from 0 to 1, and the start of the state.

    DONE stands for the end, whatever the outcome. *since* is in seconds after creation.
    """

    state: State
    progress: float
    since: float


@dataclass(frozen=True, slots=True)
class Polls:
    """The task ends after *unfinished* polls; it is pending at the first one.

    The stage of every lifecycle is a pure function of the polls, including the current one,
    and of the seconds since the task was created. *total* are the seconds that it takes, 0 if
    only polls count.
    """

    unfinished: int
    total: ClassVar[float] = 0.0

    def stage(self, polls: int, elapsed: float) -> Stage:
        if polls > self.unfinished:
            return Stage(State.DONE, 1.0, elapsed)
        state = State.PENDING if polls == 1 else State.RUNNING
        return Stage(state, round(polls / (self.unfinished + 1), 2), elapsed)

    def __str__(self) -> str:
        return f"polls:{self.unfinished}" if self.unfinished else "at-once"


PENDING_SHARE: Final = 0.2
"""The share of its time in which a task with a fixed duration is pending."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """The task ends *total* seconds after its creation."""

    total: float

    def stage(self, polls: int, elapsed: float) -> Stage:
        if elapsed >= self.total or not self.total:
            return Stage(State.DONE, 1.0, self.total)
        progress = round(max(elapsed, 0.0) / self.total, 2)
        if elapsed < self.total * PENDING_SHARE:
            return Stage(State.PENDING, progress, 0.0)
        return Stage(State.RUNNING, progress, self.total * PENDING_SHARE)

    def __str__(self) -> str:
        return f"seconds:{self.total:.15g}"


@dataclass(frozen=True, slots=True)
class Never:
    """The task never ends."""

    total: ClassVar[float] = math.inf

    def stage(self, polls: int, elapsed: float) -> Stage:
        if polls <= 1:
            return Stage(State.PENDING, 0.0, 0.0)
        return Stage(State.RUNNING, 0.99, 0.0)

    def __str__(self) -> str:
        return "never"


Lifecycle = Polls | Seconds | Never

DEFAULT: Final = Polls(2)

FORMS: Final = "at-once, never, polls:N with a whole number N, or seconds:S with a number S"


def parse_lifecycle(text: str) -> Lifecycle:
    """Parses ``at-once``, ``never``, ``polls:3`` or ``seconds:1.5``.

    Raises ValueError for any other text.
    """
    kind, colon, number = text.partition(":")
    if text == "at-once":
        return Polls(0)
    if text == "never":
        return Never()
    if kind == "polls" and number.isascii() and number.isdigit() and len(number) < 10:
        return Polls(int(number))
    if kind == "seconds" and colon:
        return Seconds(_parse_seconds(number, text))
    raise ValueError(f"{text!r} is not a valid lifecycle; it must be {FORMS}")


def _parse_seconds(number: str, text: str) -> float:
    try:
        seconds = float(number)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ValueError(
            f"{text!r} is not a valid lifecycle: after seconds: comes a number from 0 up"
        )
    return seconds
