"""Formats a report as JUnit XML: a suite per group, a case per law."""

from __future__ import annotations

from typing import Any

from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.reporters.excerpt import escape_controls

from ..results.report import ContractReport, LawResult, Status
from . import descriptions
from .details import format_details

with explain_missing_extra():
    from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

__all__ = ["render_report"]


def render_report(report: ContractReport) -> str:
    """Returns *report* as an XML document, in which SHOULD laws do not fail."""
    root: Any = JUnitXml(f"wanproof check {escape_controls(report.client)}")
    for group, results in descriptions.group_results(report).items():
        suite = TestSuite(f"wanproof.{group.value}")
        for name in ("profile", "seed", "cases"):
            suite.add_property(name, escape_controls(str(getattr(report, name))))
        suite.add_testcases([_build_case(result) for result in results])
        root.add_testsuite(suite)
    root.update_statistics()
    root.time = round(report.seconds, 3)
    document: str = root.tostring().decode("utf-8")
    return document + "\n"


def _build_case(result: LawResult) -> TestCase:
    law, status = result.law, result.status
    case = TestCase(escape_controls(law.id), f"wanproof.{law.group.value}", 0.0)
    match status:
        case Status.FAIL:
            why = (
                descriptions.format_reason(result.failure)
                if result.failure
                else descriptions.format_remark(result)
            )
            case.result = _build_failure(why, result)
        case Status.UNEXPECTED:
            case.result = _build_failure(descriptions.describe_unexpected(result), result)
        case Status.KNOWN | Status.SKIPPED | Status.NOT_REPRODUCED:
            case.result = Skipped(descriptions.format_remark(result), status.value)
        case Status.WARN:
            case.system_out = format_details(result)
    return case


def _build_failure(message: str, result: LawResult) -> Failure:
    failure = Failure(message, result.status.value)
    failure.text = format_details(result)
    return failure
