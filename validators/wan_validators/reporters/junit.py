"""Writes JUnit XML: a suite for each file, a case for each payload."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TextIO

from ..messages.formatting import format_count
from ..spec import Severity
from . import LintResult, Summary
from .excerpt import escape_controls
from .finding_texts import format_details, format_headline, format_more, format_path
from .junit_xml import CaseProblem, JUnitCase, JUnitSuite, format_junit

__all__ = ["JunitReporter"]


class JunitReporter:
    """Collects all payloads; one fails if it has a finding of a severity in *failing*."""

    def __init__(self, out: TextIO, failing: Collection[Severity]) -> None:
        self._out = out
        self._failing = failing
        self._cases: dict[str, list[JUnitCase]] = {}

    def result(self, result: LintResult) -> None:
        lines = "\n".join(_format_lines(result))
        worst = [each for each in result.findings if each.severity in self._failing]
        name = f"{result.model or 'unknown model'}, record {result.record.number}"
        case = JUnitCase(name=name, output=lines)
        if worst:
            message = format_headline(worst[0])
            omitted = result.omitted.filter(lambda key: key[2] in self._failing)
            if more := len(worst) - 1 + omitted.total:
                least = "" if omitted.is_exact else "at least "
                message = f"{message} (and {least}{format_count(more, 'more finding')})"
            case = JUnitCase(
                name=name,
                problem=CaseProblem.FAILURE,
                kind=worst[0].rule,
                message=message,
                details=lines,
            )
        elif not result.valid:
            message = "there are errors that are not listed"
            case = JUnitCase(
                name=name, problem=CaseProblem.FAILURE, kind="not-listed", message=message
            )
        self._add(result.record.source, case)

    def end(self, summary: Summary) -> None:
        for each in summary.unreadable:
            case = JUnitCase(
                name="read", problem=CaseProblem.ERROR, kind="unreadable", message=each.reason
            )
            self._add(each.source, case)
        if summary.unlisted:
            more = f"and {format_count(summary.unlisted, 'more finding')}"
            self._add("wanproof", JUnitCase(name="more findings", output=more))
        suites = [JUnitSuite(name=name, cases=cases) for name, cases in self._cases.items()]
        self._out.write(format_junit("wanproof lint", suites, 0.0))

    def _add(self, source: str, case: JUnitCase) -> None:
        self._cases.setdefault(format_path(source), []).append(case)


def _format_lines(result: LintResult) -> Iterator[str]:
    source = escape_controls(format_path(result.record.source))
    for finding in result.findings:
        place = ":".join(
            str(part) for part in (source, finding.line, finding.column) if part is not None
        )
        yield f"{place}: {finding.severity} {format_headline(finding)}"
        for label, text in format_details(finding):
            yield f"  {label}: {text}"
    if result.omitted:
        yield f"{source}: {format_more(result.omitted)}"
