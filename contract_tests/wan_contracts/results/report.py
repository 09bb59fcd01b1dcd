"""The report of a run: the result of each law, and the coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from wan_mockserver.assertions.verdict import Verdict

from ..cases.case import Case
from ..laws.law import Law, Level
from ..runner.interaction import Interaction
from .exercise import Exercise

__all__ = [
    "ContractReport",
    "Coverage",
    "LawFailure",
    "LawResult",
    "SourceLocation",
    "Status",
]


class Status(StrEnum):
    """The result of a law for a client."""

    PASS = "pass"  # nosec B105
    FAIL = "fail"
    WARN = "warn"
    """A SHOULD law is broken."""
    KNOWN = "known"
    """The law is broken, and is in the file of known failures."""
    UNEXPECTED = "unexpected-pass"
    """The law is kept, but is in the file of known failures."""
    SKIPPED = "skipped"
    """The law applied to no call, or the client does not support such calls."""
    NOT_REPRODUCED = "not-reproduced"
    """Calls broke the law, but none of them broke it again when it was repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFailure:
    """The smallest call that breaks a law, and the verdict on it.

    *number* is the number of the first call that broke the law. *replay* is the path of the file
    that repeats the call, or None if no file was written. *preceding* are the calls that must be
    made before it with the same client; without them the call does not break the law.
    """

    interaction: Interaction
    verdict: Verdict
    number: int
    replay: str | None = None
    preceding: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LawResult:
    """The result of one law, with the numbers of judged calls and of broken calls.

    *known* is the reason from the file of known failures. *reason* says why it was skipped.
    *seconds* is the law's share of the real time of the calls that it judged. *reproduced* is
    False if no failing call failed again in a fresh client.
    """

    law: Law
    judged: int = 0
    broken: int = 0
    failure: LawFailure | None = None
    known: str | None = None
    reason: str | None = None
    seconds: float = 0.0
    reproduced: bool = True

    @property
    def status(self) -> Status:
        if self.broken:
            if self.known is not None:
                return Status.KNOWN
            if not self.reproduced:
                return Status.NOT_REPRODUCED
            return Status.FAIL if self.law.level is Level.MUST else Status.WARN
        if not self.judged:
            return Status.SKIPPED
        return Status.UNEXPECTED if self.known is not None else Status.PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The rules, codes or scenarios that the run met and missed."""

    kind: str
    met: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.met) + len(self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLocation:
    """A line of a source file, from 1."""

    path: str
    line: int = 1


@dataclass(frozen=True, kw_only=True)
class ContractReport:
    """The report of one run. The same *seed* repeats it.

    *cases* is the number of calls, and *unsupported* the number of calls that the client
    declined. An *interrupted* run has the results up to the interrupt. A *narrowed* run has only
    some scenarios. *source* is where the client is defined, if this was found. *exercise* counts
    what the calls did.
    """

    client: str
    profile: str
    seed: int
    cases: int
    seconds: float
    results: Sequence[LawResult]
    unsupported: int = 0
    coverage: Sequence[Coverage] = ()
    models: Sequence[str] = ()
    notes: Sequence[str] = ()
    interrupted: bool = False
    narrowed: bool = False
    source: SourceLocation | None = None
    exercise: Exercise = field(default_factory=Exercise)

    @cached_property
    def status_counts(self) -> Mapping[Status, int]:
        """Returns the number of laws with each status."""
        counts = dict.fromkeys(Status, 0)
        for result in self.results:
            counts[result.status] += 1
        return counts

    @property
    def passed(self) -> bool:
        """Returns whether no law failed, no known failure passed, and some call completed."""
        failed = self.status_counts[Status.FAIL] or self.status_counts[Status.UNEXPECTED]
        return not failed and self.exercise.reached_goal
