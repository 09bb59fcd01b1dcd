"""Writes one JSON document for other programs during the run.

    {"version": 1,
     "results": [{"source", "record", "model", "valid", "findings": [...]}],
     "unreadable": [{"source", "reason"}],
     "summary": {"payloads", "valid", "errors", "warnings", "infos", "hidden", "skipped"}}

A result with more findings than its limit has "omitted": {"count", "exact", "rules"}, and the
summary then may have "exact": false. That of a run that was ended early has "complete": false.

The report of a shard has "shard" first, and what merging needs: the texts of an excerpt for each
finding ("shown"), and the names of "skipped_files".

With statistics, it has the number of findings of each rule instead of the findings. ``findings``
have the format of :meth:`Finding.as_dict`. Costs are added if they are wanted. The output is
ASCII, one result per line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TextIO

from ..bulk.shards import Shard
from . import LintResult, Summary
from .finding_texts import format_got

__all__ = ["VERSION", "JsonLinesReporter", "JsonReporter"]

_SEPARATOR: Final = ",\n"

VERSION: Final = 1
"""Increases if a member changes its meaning or is removed, not if one is added."""


class JsonReporter:
    """Writes a document that any JSON parser can read after the run."""

    def __init__(
        self, out: TextIO, *, statistics: bool = False, shard: Shard | None = None
    ) -> None:
        self._out = out
        self._statistics = statistics
        self._shard = shard
        self._separator = "\n"
        part = "" if shard is None else f'"shard":{_dumps(shard.as_dict())},'
        out.write(f'{{"version":{VERSION},{part}"results":[')

    def result(self, result: LintResult) -> None:
        self.write(self.format(result))

    def format(self, result: LintResult) -> str:
        """Returns the object of *result*, and what separates it from the next one."""
        found = _result(result)
        if self._statistics:
            del found["findings"]
        elif self._shard is not None and result.findings:
            found["shown"] = [
                (format_got(finding), *(excerpt or (None, None)))
                for finding, excerpt in result.get_excerpts()
            ]
        return _dumps(found) + _SEPARATOR

    def write(self, text: str) -> None:
        """Writes the objects in *text*, the last separator when others follow."""
        self._out.write(self._separator + text.removesuffix(_SEPARATOR))
        self._separator = _SEPARATOR

    def end(self, summary: Summary) -> None:
        counts = {
            "payloads": summary.payloads,
            "valid": summary.valid,
            "errors": summary.errors,
            "warnings": summary.warnings,
            "infos": summary.infos,
            "hidden": summary.hidden,
            **({} if summary.is_exact else {"exact": False}),
            **({} if summary.is_complete else {"complete": False}),
            "skipped": {"files": summary.skipped["file"], "requests": summary.skipped["request"]},
        }
        statistics = ""
        if self._statistics:
            rules = [
                {"rule": rule, "code": code, "severity": str(severity), "count": count}
                for (rule, code, severity), count in summary.rules.most_common()
            ]
            statistics = f',"statistics":{_dumps(rules)}'
        unreadable = _dumps([each._asdict() for each in summary.unreadable])
        if self._shard is not None:
            statistics = f',"skipped_files":{_dumps(sorted(summary.skipped_files))}'
        costs = "" if summary.costs is None else f',"cost":{_dumps(summary.costs.as_dict())}'
        end = f'{statistics},"summary":{_dumps(counts)}{costs}}}'
        self._out.write(f'\n],"unreadable":{unreadable}{end}\n')


class JsonLinesReporter:
    """Writes one JSON object per line: each finding, what is omitted, and unreadable input."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def result(self, result: LintResult) -> None:
        self.write(self.format(result))

    def format(self, result: LintResult) -> str:
        """Returns the lines of *result*."""
        if not (result.findings or result.omitted):
            return ""
        record, cost = result.record, _describe_cost(result)
        place = {"source": record.source, "record": record.number, "model": result.model, **cost}
        start = f"{{{_dump_members(place)},"
        lines = [f"{start}{_dump_members(each.as_dict())}}}\n" for each in result.findings]
        if result.omitted:
            lines.append(f"{start}{_dump_members({'omitted': _omitted(result)})}}}\n")
        return "".join(lines)

    def write(self, text: str) -> None:
        self._out.write(text)

    def end(self, summary: Summary) -> None:
        for each in summary.unreadable:
            self._out.write(_dumps(each._asdict()) + "\n")
        if summary.unlisted:
            omitted = {"count": summary.unlisted, "exact": True}
            self._out.write(_dumps({"omitted": omitted}) + "\n")


def _result(result: LintResult) -> dict[str, Any]:
    return {
        "source": result.record.source,
        "record": result.record.number,
        "model": result.model,
        "valid": result.valid,
        "findings": [finding.as_dict() for finding in result.findings],
        **({"omitted": _omitted(result)} if result.omitted else {}),
        **_describe_cost(result),
    }


def _describe_cost(result: LintResult) -> dict[str, Any]:
    return {} if result.cost is None else {"cost": result.cost.as_dict()}


def _omitted(result: LintResult) -> dict[str, Any]:
    rules = [
        {"rule": rule, "code": code, "severity": str(severity), "count": count}
        for (rule, code, severity), count in result.omitted.counts.items()
    ]
    return {"count": result.omitted.total, "exact": result.omitted.is_exact, "rules": rules}


def _dump_members(members: Mapping[str, Any]) -> str:
    """Formats *members* without braces; texts and integers without the cost of an encoder."""
    pairs = []
    for name, value in members.items():
        if type(value) is str:
            pairs.append(f'"{name}":{_escape(value)}')
        elif type(value) is int:
            pairs.append(f'"{name}":{value}')
        else:
            pairs.append(f'"{name}":{"null" if value is None else _dumps(value)}')
    return ",".join(pairs)


_escape: Final = json.encoder.encode_basestring_ascii
_dumps: Final = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
