"""A report in the XML of JUnit, as CI systems show it: a suite a group, a case a law."""

from __future__ import annotations

from itertools import chain
from typing import Any

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from wan_validators.reporters.excerpt import safe

from ..report import Report, Result, Standing
from ..transcript import written
from . import wording


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
            case.system_out = _details(result)
    return case


def _failure(message: str, result: Result) -> Failure:
    failure = Failure(message, result.standing.value)
    failure.text = _details(result)
    return failure


def _details(result: Result) -> str:
    law = result.law
    lines = [safe(f"{law.level.value}: {law.says}")]
    if result.failure:
        story = wording.story(result.failure)
        lines += [
            f"why: {story.why}",
            f"call: {story.number}, for {story.model}",
            f"scenario: {story.scenario}",
            "",
            "payload:",
            *story.payload,
            "",
            f"{story.ending}:",
            *story.ended,
            "",
            "what the server saw (> shows the failure):",
            *chain.from_iterable(map(written, story.blocks)),
            "",
        ]
        lines += [f"replay: {story.replay}"] if story.replay else []
    return "\n".join([*lines, safe(f"hint: {law.hint}"), safe(f"source: {law.source}")])
