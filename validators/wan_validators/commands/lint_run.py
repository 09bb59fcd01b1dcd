"""Lints the input of a run, here or in several processes, and reports in its order."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Final

from ..bulk.pieces import Piece, PieceLinter, PieceReport, group_pieces
from ..clean_lines import CleanPayloads
from ..progress import ProgressBar
from ..record_linter import RecordLinter
from ..reporters import LintResult, Reporter, StreamingReporter, Summary
from ..reporters.excerpt import escape_controls
from ..source.files import Skipped, Unreadable

__all__ = ["MIN_PARALLEL_BYTES", "LintRun"]

MIN_PARALLEL_BYTES: Final = 1 << 21
"""Bytes that are linted before other processes start; it takes about as long as to start them."""


class LintRun:
    """Adds everything to *summary*, and reports at most *most* findings, all if it is None."""

    def __init__(
        self, reporter: Reporter, summary: Summary, bar: ProgressBar, most: int | None
    ) -> None:
        self._reporter = reporter
        self._summary = summary
        self._bar = bar
        self._most = most
        self._listed = 0

    def lint(self, pieces: Iterator[Piece], linter: RecordLinter, asked: int | None) -> None:
        """Lints *pieces*; if there are many, in *asked* processes, by default one for each core."""
        size, jobs = 0, 0
        for piece in pieces:
            for each in piece.lint(linter):
                self.add(each)
            self._bar.advance(piece.size)
            size += piece.size
            if size >= MIN_PARALLEL_BYTES and not jobs:
                from ..bulk.processes import choose_jobs, map_in_processes

                jobs = choose_jobs(asked)
            if jobs > 1:
                break
        else:
            return
        worker = PieceLinter(linter)
        if isinstance(self._reporter, StreamingReporter) and self._most is None:
            worker = PieceLinter(linter, self._reporter.format)
        self._add_reports(map_in_processes(worker.lint, group_pieces(pieces), jobs))

    def lint_on_dask(
        self, pieces: Iterator[Piece], linter: RecordLinter, address: str, asked: int | None
    ) -> None:
        """Lints *pieces* on the cluster at *address*; a local one has *asked* workers."""
        from ..bulk.dask_cluster import map_on_dask
        from ..bulk.processes import choose_jobs

        tasks = group_pieces(pieces)
        self._add_reports(map_on_dask(PieceLinter(linter).lint, tasks, address, choose_jobs(asked)))

    def _add_reports(self, reports: Generator[PieceReport, None, None]) -> None:
        with closing(reports):
            for report in reports:
                self._add_report(report)

    def _add_report(self, report: PieceReport) -> None:
        """Adds what another process found."""
        if report.text or report.summary.unreadable:
            self._bar.hide()
        for each in report.summary.unreadable:
            _print_unreadable(each)
        self._summary.merge(report.summary)
        if report.text:
            assert isinstance(self._reporter, StreamingReporter)
            self._reporter.write(report.text)
        for result in report.results:
            self._report(result)
        self._bar.advance(report.size)

    def add(self, found: LintResult | CleanPayloads | Unreadable | Skipped) -> None:
        """Adds what was found, and reports it."""
        if isinstance(found, LintResult):
            self._summary.add(found)
            self._report(found)
            return
        if isinstance(found, Unreadable):
            self._bar.hide()
            _print_unreadable(found)
        self._summary.add_other(found)

    def advance(self, size: int) -> None:
        """Moves the bar by *size* bytes of the input."""
        self._bar.advance(size)

    def _report(self, result: LintResult) -> None:
        if result.findings:
            self._bar.hide()
            result = self._limit_findings(result)
        self._reporter.result(result)

    def _limit_findings(self, result: LintResult) -> LintResult:
        """Returns *result* with the findings that are still to be listed; the rest is counted."""
        if self._most is None:
            return result
        shown = result.findings[: self._most - self._listed]
        left_out = len(result.findings) - len(shown)
        self._listed += len(shown)
        self._summary.unlisted += left_out
        self._summary.hidden += left_out
        return result._replace(findings=shown)


def _print_unreadable(item: Unreadable) -> None:
    text = escape_controls(f"{item.source}: {item.reason}")
    print(f"wanproof: cannot read {text}", file=sys.stderr)
