"""Writes Markdown for the summary of a CI job or a comment: a table of findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TextIO

from ..messages.formatting import format_count
from . import LintResult, Summary, format_summary
from .finding_texts import format_details, format_more, format_path
from .markdown_text import escape_text, format_code

__all__ = ["MarkdownReporter"]


@dataclass(slots=True)
class MarkdownReporter:
    """Collects the rows of the table. *statistics* replaces them by a count for each rule."""

    out: TextIO
    statistics: bool = False
    _rows: list[list[str]] = field(default_factory=list)

    def result(self, result: LintResult) -> None:
        source = format_path(result.record.source)
        for finding in result.findings:
            place = ":".join(str(part) for part in (source, finding.line, finding.column) if part)
            code = f" {format_code(finding.code)}" if finding.code else ""
            details = [f"{label}: {escape_text(text)}" for label, text in format_details(finding)]
            message = "<br>".join([escape_text(finding.message), *details])
            rule = f"{format_code(finding.rule)}{code}"
            self._rows.append([str(finding.severity), _format_cell(place), rule, message])
        if result.omitted:
            place = _format_cell(f"{source}:{result.record.number}")
            self._rows.append(["", place, "", escape_text(format_more(result.omitted))])

    def end(self, summary: Summary) -> None:
        head, rows = ["severity", "place", "rule", "finding"], self._rows
        if self.statistics:
            head = ["findings", "severity", "rule"]
            rows = [
                [str(count), str(severity), format_code(rule)]
                for (rule, _, severity), count in summary.rules.most_common()
            ]
        lines = ["### wanproof lint", "", escape_text(format_summary(summary))]
        if rows:
            lines += ["", *(_format_row(row) for row in (head, ["---"] * len(head), *rows))]
        if summary.unlisted:
            lines += ["", f"And {format_count(summary.unlisted, 'more finding')}."]
        if summary.unreadable:
            lines += ["", "Unreadable:", ""]
        for each in summary.unreadable:
            path = format_code(format_path(each.source))
            lines.append(f"* {path}: {escape_text(each.reason)}")
        self.out.write("\n".join(lines) + "\n")


def _format_row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _format_cell(text: str) -> str:
    """Returns *text* as code in a table, where a bar ends a cell even within code."""
    return format_code(text).replace("|", "\\|")
