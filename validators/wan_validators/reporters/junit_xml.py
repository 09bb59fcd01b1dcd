"""Builds JUnit XML, the format of test results that CI services show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # nosec B405

from .excerpt import escape_controls

__all__ = ["CaseProblem", "JUnitCase", "JUnitSuite", "format_junit"]

_COUNTS: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


class CaseProblem(StrEnum):
    """Why a test case did not pass, as the name of its element."""

    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitCase:
    """One test case. It passed if *problem* is None.

    *message* is one line about the problem, *kind* its type, and *details* are lines for people.
    *output* is shown also for a case that passed. *seconds* is the duration.
    """

    name: str
    seconds: float = 0.0
    problem: CaseProblem | None = None
    kind: str = ""
    message: str = ""
    details: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitSuite:
    """Test cases with a common name. *seconds* is the duration of all of them."""

    name: str
    cases: Sequence[JUnitCase]
    seconds: float = 0.0
    properties: Mapping[str, str] = field(default_factory=dict)


def format_junit(name: str, suites: Sequence[JUnitSuite], seconds: float) -> str:
    """Returns *suites* as an XML document. Characters that XML forbids are escaped."""
    root = Element("testsuites", {"name": _clean(name)})
    _add_counts(root, [case for suite in suites for case in suite.cases], seconds)
    for suite in suites:
        element = SubElement(root, "testsuite", {"name": _clean(suite.name)})
        _add_counts(element, suite.cases, suite.seconds)
        if suite.properties:
            parent = SubElement(element, "properties")
            for key, value in suite.properties.items():
                SubElement(parent, "property", {"name": _clean(key), "value": _clean(value)})
        for case in suite.cases:
            _add_case(element, suite.name, case)
    indent(root)
    document: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{document}\n'


def _add_counts(element: Element, cases: Iterable[JUnitCase], seconds: float) -> None:
    problems = [case.problem for case in cases]
    element.set("tests", str(len(problems)))
    for attribute, problem in _COUNTS.items():
        element.set(attribute, str(problems.count(CaseProblem(problem))))
    element.set("time", _format_seconds(seconds))


def _add_case(parent: Element, suite: str, case: JUnitCase) -> None:
    attributes = {"classname": _clean(suite), "name": _clean(case.name)}
    element = SubElement(parent, "testcase", {**attributes, "time": _format_seconds(case.seconds)})
    if case.problem:
        facts = {"type": _clean(case.kind), "message": _clean(case.message)}
        SubElement(element, case.problem.value, facts).text = _clean(case.details)
    if case.output:
        SubElement(element, "system-out").text = _clean(case.output)


def _clean(text: str) -> str:
    """Returns *text* without characters that XML forbids or a terminal interprets."""
    return "\n".join(map(escape_controls, text.split("\n")))


def _format_seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
