"""Defines what a comparison of a capture with the documents finds."""

from __future__ import annotations

from dataclasses import dataclass

from wan_validators.ambiguity import Ambiguity
from wan_validators.spec import Severity

__all__ = ["DriftFinding", "DriftReport", "ExchangeDrift", "Settled"]


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """A difference: *part* is ``request`` or ``response``, *pointer* a place in its body.

    *rule* is the id of the broken rule of a request.
    """

    severity: Severity
    part: str
    pointer: str
    message: str
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeDrift:
    """One exchange with a vendor, with its findings. *place* names it in the capture."""

    place: str
    method: str
    path: str
    status: int
    model: str
    findings: tuple[DriftFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An ambiguity that the capture settles, and the *evidence* for it in words."""

    ambiguity: Ambiguity
    model: str
    evidence: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """The result for one capture; *skipped* is the number of exchanges with other services."""

    capture: str
    exchanges: tuple[ExchangeDrift, ...]
    settled: tuple[Settled, ...]
    skipped: int

    def count(self, severity: Severity) -> int:
        return sum(
            finding.severity is severity for each in self.exchanges for finding in each.findings
        )
