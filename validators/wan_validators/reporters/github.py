"""Writes workflow commands that GitHub shows as annotations of lines.

GitHub shows the first ten errors, warnings and notices of a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from ..messages.formatting import format_count
from ..spec import Severity
from . import LintResult, Summary, format_summary
from .excerpt import escape_controls
from .finding_texts import format_details, format_more, format_path

__all__ = ["GithubReporter"]

_COMMANDS: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}
_ESCAPES: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY_ESCAPES: Final = _ESCAPES | str.maketrans({":": "%3A", ",": "%2C"})


@dataclass(frozen=True, slots=True)
class GithubReporter:
    """Writes one command per finding, and the counts as plain text.

    *root* is the folder of the repository, which paths are relative to.
    """

    out: TextIO
    root: Path | None = None
    quiet: bool = False

    def result(self, result: LintResult) -> None:
        self.write(self.format(result))

    def format(self, result: LintResult) -> str:
        """Returns the commands for *result*."""
        return "".join(self._format_commands(result))

    def write(self, text: str) -> None:
        self.out.write(text)

    def _format_commands(self, result: LintResult) -> Iterator[str]:
        for finding in result.findings:
            code = f" [{finding.code}]" if finding.code else ""
            facts = {
                "file": format_path(result.record.source, self.root),
                "line": finding.line,
                "col": finding.column,
                "title": f"{finding.rule}{code}",
            }
            details = [f"{label}: {text}" for label, text in format_details(finding)]
            message = "\n".join([escape_controls(finding.message), *details])
            yield _format_command(_COMMANDS[finding.severity], facts, message)
        if result.omitted:
            facts = {"file": format_path(result.record.source, self.root), "title": "more"}
            yield _format_command("notice", facts, format_more(result.omitted))

    def end(self, summary: Summary) -> None:
        for each in summary.unreadable:
            facts = {"file": format_path(each.source, self.root), "title": "unreadable"}
            message = f"cannot read this file: {escape_controls(each.reason)}"
            self.write(_format_command("error", facts, message))
        if summary.unlisted:
            more = f"and {format_count(summary.unlisted, 'more finding')}"
            self.write(_format_command("notice", {}, more))
        if not self.quiet:
            self.out.write(f"{format_summary(summary)}\n")


def _format_command(command: str, facts: Mapping[str, object], message: str) -> str:
    properties = ",".join(
        f"{name}={escape_controls(str(value)).translate(_PROPERTY_ESCAPES)}"
        for name, value in facts.items()
        if value is not None
    )
    return f"::{command} {properties}".rstrip() + f"::{message.translate(_ESCAPES)}\n"
