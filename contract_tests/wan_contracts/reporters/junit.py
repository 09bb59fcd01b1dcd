"""A report in the XML of JUnit, as CI systems show it: a suite a group, a case a law."""

from __future__ import annotations

from typing import Any

from wan_validators.extras import naming_extra
from wan_validators.reporters.excerpt import safe

from ..report import Report, Result, Standing
from . import wording
from .plain import details

with naming_extra():
    from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite


def rendered(report: Report) -> str:
    """*report* as an XML document; laws that SHOULD be kept do not fail in it."""
    root: Any = JUnitXml(f"wanproof check {safe(report.client)}")
    for group, results in wording.grouped(report).items():
        suite = TestSuite(f"wanproof.{group.value}")
        for name in ("profile", "seed", "cases"):
            suite.add_property(name, safe(str(getattr(report, name))))
        suite.add_testcases([_case(result) for result in results])
        root.add_testsuite(suite)
    root.update_statistics()
    root.time = round(report.seconds, 3)
    document: str = root.tostring().decode("utf-8")
    return document + "\n"


def _case(result: Result) -> TestCase:
    law, standing = result.law, result.standing
    case = TestCase(safe(law.id), f"wanproof.{law.group.value}", 0.0)
    match standing:
        case Standing.FAIL:
            why = wording.why(result.failure) if result.failure else wording.remark(result)
            case.result = _failure(why, result)
        case Standing.UNEXPECTED:
            case.result = _failure(wording.unexpected(result), result)
        case Standing.KNOWN | Standing.SKIPPED:
            case.result = Skipped(wording.remark(result), standing.value)
        case Standing.WARN:
            case.system_out = details(result)
    return case


def _failure(message: str, result: Result) -> Failure:
    failure = Failure(message, result.standing.value)
    failure.text = details(result)
    return failure
