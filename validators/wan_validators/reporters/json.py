"""One JSON document for other programs, written as the run goes on.

    {"version": 1,
     "results": [{"source", "record", "model", "valid", "findings": [...]}],
     "unreadable": [{"source", "reason"}],
     "summary": {"payloads", "valid", "errors", "warnings"}}

``findings`` are those of :meth:`Finding.as_dict`. All of it is ASCII, one result a line.
"""

from __future__ import annotations

import json
from typing import Any, Final, TextIO

from . import LintResult, Summary

VERSION: Final = 1
"""Raised when a member changes its meaning or goes away; new members may come at any time."""


class JsonReporter:
    """A reporter whose output can be read with any JSON parser once the run has ended."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._separator = "\n"
        out.write(f'{{"version":{VERSION},"results":[')

    def result(self, result: LintResult) -> None:
        self._out.write(self._separator + _dumps(_result(result)))
        self._separator = ",\n"

    def end(self, summary: Summary) -> None:
        counts = {
            "payloads": summary.payloads,
            "valid": summary.valid,
            "errors": summary.errors,
            "warnings": summary.warnings,
        }
        unreadable = _dumps([each._asdict() for each in summary.unreadable])
        self._out.write(f'\n],"unreadable":{unreadable},"summary":{_dumps(counts)}}}\n')


def _result(result: LintResult) -> dict[str, Any]:
    return {
        "source": result.record.source,
        "record": result.record.number,
        "model": result.model,
        "valid": result.valid,
        "findings": [finding.as_dict() for finding in result.findings],
    }


def _dumps(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
