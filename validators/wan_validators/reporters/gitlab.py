"""Writes a GitLab Code Quality report: a JSON array with an object for each finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TextIO

from ..messages.formatting import format_count
from ..spec import Severity
from . import LintResult, Summary
from .excerpt import escape_controls
from .finding_texts import format_details, format_headline, format_more, format_path
from .fingerprints import Fingerprints
from .sarif_log import build_fingerprint

__all__ = ["GitlabReporter"]

_SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "major",
    Severity.WARNING: "minor",
    Severity.INFO: "info",
}


class GitlabReporter:
    """Writes each finding during the run, with a fingerprint that GitLab compares."""

    def __init__(self, out: TextIO, root: Path | None = None) -> None:
        self._out = out
        self._root = root
        self._fingerprints = Fingerprints(root)
        self._separator = "[\n"

    def result(self, result: LintResult) -> None:
        source = result.record.source
        for finding in result.findings:
            details = [f"{label}: {text}" for label, text in format_details(finding)]
            self._write(
                description="; ".join([format_headline(finding), *details]),
                check_name=finding.rule,
                fingerprint=self._fingerprints.build(source, finding),
                severity=_SEVERITIES[finding.severity],
                location=self._build_location(source, finding.line or 1),
            )
        if result.omitted:
            number = result.record.number
            self._write_more(format_more(result.omitted), source, number)

    def _write_more(self, text: str, source: str, line: int) -> None:
        self._write(
            description=text,
            check_name="more-findings",
            fingerprint=build_fingerprint("more", format_path(source, self._root), str(line)),
            severity="info",
            location=self._build_location(source, line),
        )

    def end(self, summary: Summary) -> None:
        for each in summary.unreadable:
            self._write(
                description=f"cannot read this file: {escape_controls(each.reason)}",
                check_name="unreadable",
                fingerprint=build_fingerprint("unreadable", format_path(each.source, self._root)),
                severity="blocker",
                location=self._build_location(each.source, 1),
            )
        if summary.unlisted:
            self._write_more(f"and {format_count(summary.unlisted, 'more finding')}", ".", 1)
        self._out.write("[]\n" if self._separator == "[\n" else "\n]\n")

    def _write(self, **issue: Any) -> None:
        self._out.write(self._separator + json.dumps(issue))
        self._separator = ",\n"

    def _build_location(self, source: str, line: int) -> dict[str, Any]:
        return {"path": format_path(source, self._root), "lines": {"begin": line}}
