"""Writes SARIF 2.1.0 for code scanning services."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TextIO

from ..documentation import build_docs_url
from ..messages.formatting import format_count
from ..spec import Severity
from . import LintResult, Summary
from .excerpt import escape_controls
from .finding_texts import ReportedFinding, format_details, format_more, format_path
from .fingerprints import Fingerprints
from .sarif_log import build_location, build_log, build_rule, format_log, format_sentence

__all__ = ["SarifReporter"]

_LEVELS: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


class SarifReporter:
    """Collects all findings; the rules of a log are those that have results."""

    def __init__(self, out: TextIO, root: Path | None = None) -> None:
        self._out = out
        self._root = root
        self._fingerprints = Fingerprints(root)
        self._rules: dict[str, dict[str, Any]] = {}
        self._results: list[dict[str, Any]] = []
        self._notes: list[dict[str, Any]] = []

    def result(self, result: LintResult) -> None:
        source = result.record.source
        if result.omitted:
            self._note("note", format_more(result.omitted), source, result.record.number)
        for finding in result.findings:
            self._rules.setdefault(finding.rule, _build_rule(finding))
            details = [f"{label}: {text}" for label, text in format_details(finding)]
            self._results.append(
                {
                    "ruleId": finding.rule,
                    "ruleIndex": [*self._rules].index(finding.rule),
                    "level": _LEVELS[finding.severity],
                    "message": {"text": format_sentence("; ".join(_join(finding, details)))},
                    "locations": [
                        build_location(
                            format_path(source, self._root), finding.line or 1, finding.column or 1
                        )
                    ],
                    "partialFingerprints": {
                        "fileAndValue/v1": self._fingerprints.build(source, finding)
                    },
                    "properties": {"pointer": escape_controls(finding.pointer)},
                }
            )

    def end(self, summary: Summary) -> None:
        log = build_log("lint", "payloads", [*self._rules.values()], self._results)
        invocation = log["runs"][0]["invocations"][0]
        for each in summary.unreadable:
            invocation["executionSuccessful"] = False
            self._note(
                "error", f"Cannot read this file: {escape_controls(each.reason)}", each.source
            )
        if summary.unlisted:
            text = f"and {format_count(summary.unlisted, 'more finding')}."
            self._notes.append({"level": "note", "message": {"text": text}})
        if self._notes:
            invocation["toolExecutionNotifications"] = self._notes
        self._out.write(format_log(log))

    def _note(self, level: str, text: str, source: str, line: int | None = None) -> None:
        place = build_location(format_path(source, self._root), line)
        message = {"text": format_sentence(text)}
        self._notes.append({"level": level, "message": message, "locations": [place]})


def _join(finding: ReportedFinding, details: list[str]) -> list[str]:
    code = f" [{finding.code}]" if finding.code else ""
    return [f"{escape_controls(finding.message)}{code}", *details]


def _build_rule(finding: ReportedFinding) -> dict[str, Any]:
    words = finding.rule.split("-")
    what = format_sentence(" ".join([words[0].capitalize(), *words[1:]]))
    source = "What is documented for each model is on the page of the rules."
    return build_rule(
        finding.rule,
        name="".join(word.capitalize() for word in words),
        level=_LEVELS[finding.severity],
        summary=what,
        description=f"{what} {source}",
        help=f"Each result has the allowed values and a hint, if there is one. {source}",
        help_markdown=f"Each result has the allowed values and a hint, if there is one. {source}",
        help_uri=build_docs_url("reference/rules"),
        tags=["payload"],
    )
