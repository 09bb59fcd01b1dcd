"""Writes findings as text: position, message, line with a caret, allowed values, hint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TextIO

from ..finding import Finding
from ..messages.formatting import format_count
from ..source.json_pointer import MISSING
from ..source.parser import decode_for_display
from ..source.positions import Lines
from ..spec import Severity
from . import LintResult, Summary
from .excerpt import escape_controls, format_excerpt

__all__ = ["COLOURS", "TextReporter", "wants_colour"]

COLOURS: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "1;31",
    Severity.WARNING: "1;33",
    Severity.INFO: "1;36",
}
"""SGR parameters of ANSI terminals: bold red, yellow, cyan."""

_CARET: Final = "1;32"
_BOLD: Final = "1"


@dataclass(frozen=True, slots=True)
class TextReporter:
    """Writes all findings, and the costs if they are wanted.

    Other records without findings produce no output.
    """

    out: TextIO
    colour: bool = False

    def result(self, result: LintResult) -> None:
        if result.findings:
            self._show_findings(result)
        if result.cost is not None:
            from ..cost_totals import format_cost_lines

            place = f"{result.record.source}:{result.record.number}"
            for line in format_cost_lines(place, result.cost):
                self._write(escape_controls(line))

    def _show_findings(self, result: LintResult) -> None:
        # Cached, because one line may be megabytes long and have thousands of findings.
        line_of = lru_cache(maxsize=1)(Lines(decode_for_display(result.record.data)).text)
        for finding in result.findings:
            at = [result.record.source, finding.line, finding.column]
            place = ":".join(escape_controls(str(part)) for part in at if part is not None)
            self._write(f"{self._paint(_BOLD, place)}: {self._headline(finding)}")
            if finding.line is not None and finding.column is not None:
                line = line_of(finding.line - result.record.number + 1)
                self._show(line, finding.column)
            for label, value in _details(finding):
                self._write(f"  {label}: {value}")

    def end(self, summary: Summary) -> None:
        counts = [
            format_count(summary.payloads, "payload"),
            f"{summary.valid} valid",
            format_count(summary.errors, "error"),
            format_count(summary.warnings, "warning"),
        ]
        if summary.unreadable:
            counts.append(f"{len(summary.unreadable)} unreadable")
        self._write(", ".join(counts))
        for line in summary.costs.lines() if summary.costs else ():
            self._write(escape_controls(line))

    def _show(self, line: str, column: int) -> None:
        shown, caret = format_excerpt(line, column)
        if shown:
            self._write(f"  | {shown}\n  | {self._paint(_CARET, caret)}")

    def _headline(self, finding: Finding) -> str:
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


def _details(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.allowed is not None:
        yield "allowed", escape_controls(finding.allowed)
    if finding.value is not MISSING:
        yield "got", escape_controls(_format_got(finding))
    if finding.hint is not None:
        yield "hint", escape_controls(finding.hint)


def _format_got(finding: Finding) -> str:
    """Formats the value itself as JSON, and a description of it as plain text."""
    got = finding.got
    described = type(got) is str and got != finding.value
    return got if described else json.dumps(got, ensure_ascii=False)
