"""Writes one JSON document for other programs during the run.

    {"version": 1,
     "results": [{"source", "record", "model", "valid", "findings": [...]}],
     "unreadable": [{"source", "reason"}],
     "summary": {"payloads", "valid", "errors", "warnings"}}

``findings`` have the format of :meth:`Finding.as_dict`. Costs are added if they are
wanted. The output is ASCII, one result per line.
"""

from __future__ import annotations

import json
from typing import Any, Final, TextIO

from . import LintResult, Summary

__all__ = ["VERSION", "JsonReporter"]

VERSION: Final = 1
"""Increases if a member changes its meaning or is removed, not if one is added."""


class JsonReporter:
    """Writes a document that any JSON parser can read after the run."""

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
        costs = "" if summary.costs is None else f',"cost":{_dumps(summary.costs.as_dict())}'
        self._out.write(f'\n],"unreadable":{unreadable},"summary":{_dumps(counts)}{costs}}}\n')


def _result(result: LintResult) -> dict[str, Any]:
    return {
        "source": result.record.source,
        "record": result.record.number,
        "model": result.model,
        "valid": result.valid,
        "findings": [finding.as_dict() for finding in result.findings],
        **({} if result.cost is None else {"cost": result.cost.as_dict()}),
    }


def _dumps(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
