"""What a run of the suite found: a verdict on every law, and what the run exercised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from wan_mockserver.assertions.verdict import Verdict

from ..laws.law import Law, Level
from ..runner.interaction import Interaction

__all__ = ["ContractReport", "Coverage", "LawFailure", "LawResult", "Status"]


class Status(StrEnum):
    """How a client stands with a law."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    """A law that SHOULD be kept is broken."""
    KNOWN = "known"
    """Broken, as the file of known failures says."""
    UNEXPECTED = "unexpected-pass"
    """Kept, although the file of known failures says that it is broken."""
    SKIPPED = "skipped"
    """No call gave occasion to break it, or the client says that it cannot do that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFailure:
    """The smallest call that was found to break a law, and why it does.

    *number* is that of the call in the run, *replay* the path of the file that repeats it,
    None if none was written.
    """

    interaction: Interaction
    verdict: Verdict
    number: int
    replay: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LawResult:
    """A law, how many calls it was judged on, how many of those broke it, and the smallest.

    *reason* is why it is known to be broken, or why it was skipped.
    """

    law: Law
    judged: int = 0
    broken: int = 0
    failure: LawFailure | None = None
    known: str | None = None
    reason: str | None = None

    @property
    def status(self) -> Status:
        if self.broken:
            if self.known is not None:
                return Status.KNOWN
            return Status.FAIL if self.law.level is Level.MUST else Status.WARN
        if not self.judged:
            return Status.SKIPPED
        return Status.UNEXPECTED if self.known is not None else Status.PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What of one kind (rules, codes, scenarios) the run met, out of all there is."""

    kind: str
    met: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.met) + len(self.missed)


@dataclass(frozen=True, kw_only=True)
class ContractReport:
    """A whole run. *client* is its name, *seconds* how long it took, *seed* what repeats it.

    *cases* is how many calls were made, *unsupported* how many of them the client declined.
    One that was *interrupted* tells of what was found until then, and one that is *narrowed*
    of some scenarios only.
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

    @cached_property
    def status_counts(self) -> Mapping[Status, int]:
        """How many laws have each standing."""
        counts = dict.fromkeys(Status, 0)
        for result in self.results:
            counts[result.status] += 1
        return counts

    @property
    def passed(self) -> bool:
        """Whether nothing fails that is not known to, and nothing passes that is known to fail."""
        return not (self.status_counts[Status.FAIL] or self.status_counts[Status.UNEXPECTED])
