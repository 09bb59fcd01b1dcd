"""Reporters write the results of a lint run; one module for each format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from ..clean_lines import CleanPayloads
from ..finding import Finding, Report, share_context
from ..messages.formatting import format_count
from ..omitted import NOTHING_OMITTED, Omitted, RuleKey
from ..plain_finding import PlainFinding
from ..source.files import Record, Skipped, Unreadable
from ..source.parser import decode_for_display
from ..spec import Severity

if TYPE_CHECKING:
    from ..cost import Cost
    from ..cost_totals import CostTotals

__all__ = ["LintResult", "Reporter", "StreamingReporter", "Summary", "format_summary"]


class LintResult(NamedTuple):
    """One record, its findings, sorted by line and column, and its cost if it is wanted.

    *omitted* counts the findings over the limit of one payload.
    """

    record: Record
    model: str | None
    valid: bool
    findings: Sequence[Finding | PlainFinding]
    cost: Cost | None = None
    omitted: Omitted = NOTHING_OMITTED

    @classmethod
    def from_report(cls, record: Record, report: Report) -> LintResult:
        """Converts *report* on *record*, with lines and columns of the file."""
        if not report.findings:
            return cls(record, report.model, report.valid, (), omitted=report.omitted)
        moved = [_place(record, finding) for finding in share_context(report.findings)]
        if len(moved) > 1:
            moved.sort(key=lambda finding: (finding.line or 0, finding.column or 0))
        return cls(record, report.model, report.valid, moved, omitted=report.omitted)

    def get_excerpts(self) -> Iterator[tuple[Finding | PlainFinding, tuple[str, str] | None]]:
        """Yields each finding, with the part of its line around it and a caret below that."""
        from ..source.positions import Lines
        from .excerpt import format_excerpt

        embedding = self.record.embedding
        lines = embedding.lines if embedding else Lines(decode_for_display(self.record.data))
        before = 0 if embedding else self.record.number - 1
        # Cached, because one line may be megabytes long and have thousands of findings.
        line_of = lru_cache(maxsize=1)(lines.text)
        for finding in self.findings:
            if isinstance(finding, PlainFinding):
                yield finding, finding.excerpt
            elif finding.line is None or finding.column is None:
                yield finding, None
            else:
                yield finding, format_excerpt(line_of(finding.line - before), finding.column)


def _place(record: Record, finding: Finding) -> Finding:
    if record.embedding is None:
        line = (finding.line or 1) + record.number - 1
        return finding.place(line, finding.column, finding.origin)
    line, column = record.embedding.locate(finding.line or 1, finding.column or 1)
    return finding.place(line, column, finding.origin)


class Summary:
    """Counts of a run, and the unreadable input.

    *skipped* counts files in folders that are no payloads, and requests that create nothing.
    *hidden* is the number of findings that are counted but not listed, *unlisted* those of them
    that are over the limit of the run, not over that of their payload. If *is_exact* is false,
    there are at least so many findings. If *is_complete* is, the run was ended early. *costs* are
    the totals if they are wanted.
    """

    def __init__(
        self,
        *,
        payloads: int = 0,
        valid: int = 0,
        errors: int = 0,
        warnings: int = 0,
        infos: int = 0,
        hidden: int = 0,
        unlisted: int = 0,
        unreadable: Iterable[Unreadable] = (),
        skipped: Mapping[str, int] | None = None,
        costs: CostTotals | None = None,
    ) -> None:
        self.payloads, self.valid = payloads, valid
        self.errors, self.warnings, self.infos = errors, warnings, infos
        self.hidden, self.unlisted = hidden, unlisted
        self.is_exact = self.is_complete = True
        self.unreadable = [*unreadable]
        self.skipped: Counter[str] = Counter(skipped)
        self.skipped_files: set[str] = set()
        self.rules: Counter[RuleKey] = Counter()
        self.costs = costs

    def add(self, result: LintResult) -> None:
        omitted = result.omitted
        self.payloads += 1
        self.valid += result.valid
        if self.costs is not None and result.cost is not None:
            self.costs.add(result.cost)
        if not result.findings and not omitted:
            return
        for each in result.findings:
            self._count((each.rule, each.code, each.severity), 1)
        for key, count in omitted.counts.items():
            self._count(key, count)
            self.hidden += count
        self.is_exact = self.is_exact and omitted.is_exact

    def _count(self, key: RuleKey, count: int) -> None:
        """Adds *count* findings of the rule with *key*."""
        self.rules[key] += count
        severity = key[2]
        if severity is Severity.ERROR:
            self.errors += count
        elif severity is Severity.WARNING:
            self.warnings += count
        else:
            self.infos += count

    def add_other(self, other: CleanPayloads | Unreadable | Skipped) -> None:
        """Adds input that has no result."""
        if isinstance(other, CleanPayloads):
            self.payloads += other.number
            self.valid += other.number
        elif isinstance(other, Unreadable):
            self.unreadable.append(other)
        elif other.kind == "file":
            self._skip_files({other.source})
        else:
            self.skipped[other.kind] += 1

    def merge(self, other: Summary) -> None:
        """Adds the counts of *other*, the next part of the same run."""
        self.payloads += other.payloads
        self.valid += other.valid
        self.errors += other.errors
        self.warnings += other.warnings
        self.infos += other.infos
        self.hidden += other.hidden
        self.is_exact = self.is_exact and other.is_exact
        self.unreadable += other.unreadable
        self.skipped["request"] += other.skipped["request"]
        self._skip_files(other.skipped_files)
        self.rules.update(other.rules)
        if self.costs is not None and other.costs is not None:
            self.costs.merge(other.costs)

    def _skip_files(self, sources: set[str]) -> None:
        # A file with lines is one file, however many of them are skipped.
        self.skipped["file"] += len(sources - self.skipped_files)
        self.skipped_files |= sources

    def count(self, severity: Severity) -> int:
        """Returns the number of findings with *severity*."""
        counts = {Severity.ERROR: self.errors, Severity.WARNING: self.warnings}
        return counts.get(severity, self.infos)


def format_summary(summary: Summary) -> str:
    """Formats the counts in one line."""
    counts = [
        format_count(summary.payloads, "payload"),
        f"{summary.valid} valid",
        format_count(summary.errors, "error"),
        format_count(summary.warnings, "warning"),
    ]
    if not summary.is_exact:
        counts[2:] = [f"at least {each}" for each in counts[2:]]
    if summary.unreadable:
        counts.append(f"{len(summary.unreadable)} unreadable")
    if files := summary.skipped["file"]:
        counts.append(f"{format_count(files, 'file')} skipped (no payload)")
    if requests := summary.skipped["request"]:
        counts.append(f"{format_count(requests, 'request')} skipped (no create)")
    return ", ".join(counts)


class Reporter(Protocol):
    """Receives each result during the run, so that memory stays constant, then the end."""

    def result(self, result: LintResult) -> None: ...
    def end(self, summary: Summary) -> None: ...


@runtime_checkable
class StreamingReporter(Reporter, Protocol):
    """Writes each result as it comes, so that another process can format it."""

    def format(self, result: LintResult) -> str: ...
    def write(self, text: str) -> None: ...
