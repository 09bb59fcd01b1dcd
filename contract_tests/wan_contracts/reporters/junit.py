"""Formats a report as JUnit XML: a suite per group, a case per law."""

from __future__ import annotations

from wan_validators.reporters.junit_xml import CaseProblem, JUnitCase, JUnitSuite, format_junit

from ..results.report import ContractReport, LawResult, Status
from . import descriptions
from .details import format_details

__all__ = ["render_report"]


def render_report(report: ContractReport) -> str:
    """Returns *report* as an XML document, in which SHOULD laws do not fail."""
    properties = {name: str(getattr(report, name)) for name in ("profile", "seed", "cases")}
    suites = [
        JUnitSuite(
            name=f"wanproof.{group.value}",
            cases=[_build_case(result) for result in results],
            properties=properties,
        )
        for group, results in descriptions.group_results(report).items()
    ]
    return format_junit(f"wanproof check {report.client}", suites, report.seconds)


def _build_case(result: LawResult) -> JUnitCase:
    status = result.status
    match status:
        case Status.FAIL:
            message = (
                descriptions.format_reason(result.failure)
                if result.failure
                else descriptions.format_remark(result)
            )
            problem: CaseProblem | None = CaseProblem.FAILURE
        case Status.UNEXPECTED:
            message, problem = descriptions.describe_unexpected(result), CaseProblem.FAILURE
        case Status.KNOWN | Status.SKIPPED:
            message, problem = descriptions.format_remark(result), CaseProblem.SKIPPED
        case _:
            message, problem = "", None
    return JUnitCase(
        name=result.law.id,
        problem=problem,
        kind=status.value,
        message=message,
        details=format_details(result) if problem is CaseProblem.FAILURE else "",
        output=format_details(result) if status is Status.WARN else "",
    )
