"""Writes findings as text: position, message, line with a caret, allowed values, hint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TextIO

from ..frozen import Frozen
from ..messages.formatting import format_count
from ..spec import Severity
from . import LintResult, Summary, format_summary
from .excerpt import escape_controls
from .finding_texts import ReportedFinding, format_details, format_more

__all__ = ["COLOURS", "TextReporter", "wants_colour"]

COLOURS: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "1;31",
    Severity.WARNING: "1;33",
    Severity.INFO: "1;36",
}
"""SGR parameters of ANSI terminals: bold red, yellow, cyan."""

_CARET: Final = "1;32"
_BOLD: Final = "1"


class TextReporter(Frozen):
    """Writes all findings, and the costs if they are wanted.

    Other records without findings produce no output.

    *statistics* replaces the findings by a count for each rule. *quiet* leaves out the counts.
    """

    out: TextIO
    colour: bool = False
    quiet: bool = False
    statistics: bool = False

    def result(self, result: LintResult) -> None:
        self.write(self.format(result))

    def format(self, result: LintResult) -> str:
        """Returns the text about *result*, which is empty for most."""
        lines: list[str] = []
        if (result.findings or result.omitted) and not self.statistics:
            lines += self._format_findings(result)
        if result.cost is not None:
            from ..cost_totals import format_cost_lines

            place = f"{result.record.source}:{result.record.number}"
            lines += map(escape_controls, format_cost_lines(place, result.cost))
        return "".join(f"{line}\n" for line in lines)

    def write(self, text: str) -> None:
        self.out.write(text)

    def _format_findings(self, result: LintResult) -> Iterator[str]:
        for finding, excerpt in result.get_excerpts():
            at = [result.record.source, finding.line, finding.column]
            place = ":".join(escape_controls(str(part)) for part in at if part is not None)
            yield f"{self._paint(_BOLD, place)}: {self._headline(finding)}"
            if excerpt is not None and excerpt[0]:
                yield f"  | {excerpt[0]}"
                yield f"  | {self._paint(_CARET, excerpt[1])}"
            for label, value in format_details(finding):
                yield f"  {label}: {value}"
        if result.omitted:
            place = f"{escape_controls(result.record.source)}:{result.record.number}"
            yield f"{self._paint(_BOLD, place)}: {format_more(result.omitted)}"

    def end(self, summary: Summary) -> None:
        if summary.unlisted and not self.statistics:
            self._write(f"and {format_count(summary.unlisted, 'more finding')}")
        if self.statistics:
            for (rule, code, severity), count in summary.rules.most_common():
                self._write(f"{count:6}  {severity:7}  {rule}{f' [{code}]' if code else ''}")
        if not self.quiet:
            self._write(format_summary(summary))
        for line in summary.costs.lines() if summary.costs else ():
            self._write(escape_controls(line))

    def _headline(self, finding: ReportedFinding) -> str:
        severity = self._paint(COLOURS[finding.severity], finding.severity)
        code = f" [{finding.code}]" if finding.code else ""
        return f"{severity} {finding.rule}{code} {escape_controls(finding.message)}"

    def _paint(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour else text

    def _write(self, line: str) -> None:
        self.out.write(f"{line}\n")


def wants_colour(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Returns whether to colour *out*: NO_COLOR, then FORCE_COLOR, then terminals."""
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (out.isatty() and environ.get("TERM") != "dumb")
