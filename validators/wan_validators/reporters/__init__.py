"""Reporters write the results of a lint run; one module for each format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ..finding import Finding, Report
from ..source.files import Record, Unreadable
from ..spec import Severity

if TYPE_CHECKING:
    from ..cost import Cost
    from ..cost_totals import CostTotals

__all__ = ["LintResult", "Reporter", "Summary"]


@dataclass(frozen=True, slots=True)
class LintResult:
    """One record, its findings, sorted by line and column, and its cost if it is wanted."""

    record: Record
    model: str | None
    valid: bool
    findings: Sequence[Finding]
    cost: Cost | None = None

    @classmethod
    def from_report(cls, record: Record, report: Report) -> LintResult:
        """Converts *report* on *record*, with lines counted in the file."""
        moved = [
            finding._replace(line=(finding.line or 1) + record.number - 1)
            for finding in report.findings
        ]
        moved.sort(key=lambda finding: (finding.line or 0, finding.column or 0))
        return cls(record, report.model, report.valid, moved)


@dataclass(slots=True)
class Summary:
    """Counts of a run without infos, the unreadable input, and the costs if they are wanted."""

    payloads: int = 0
    valid: int = 0
    errors: int = 0
    warnings: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    costs: CostTotals | None = None

    def add(self, result: LintResult) -> None:
        severities = [finding.severity for finding in result.findings]
        self.payloads += 1
        self.valid += result.valid
        self.errors += severities.count(Severity.ERROR)
        self.warnings += severities.count(Severity.WARNING)
        if self.costs is not None and result.cost is not None:
            self.costs.add(result.cost)


class Reporter(Protocol):
    """Receives each result during the run, so that memory stays constant, then the end."""

    def result(self, result: LintResult) -> None: ...
    def end(self, summary: Summary) -> None: ...
