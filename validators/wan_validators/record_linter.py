"""Lints records with the model, the rules and the folders that a run has for each file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from .catalog import find_all, suggest_model
from .catalog import model as get_model
from .clean_lines import CleanPayloads, find_clean_payloads
from .constraints.basic import Anything
from .finding import Finding, Report
from .finding_limit import DEFAULT_MAX_FINDINGS
from .frozen import Frozen, replace
from .linter import lint
from .reporters import LintResult
from .request_files import open_record
from .selection import Selection
from .source.files import LineBlock, Record, Skipped, Unreadable
from .source.json_pointer import MISSING
from .spec import ModelSpec, Rule, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from .cost_totals import CostTotals

__all__ = ["RecordLinter"]

FindModel = Callable[[str], str | None]

_STREAM: Final = "stream-interleave"
"""A rule that only a call which waits for its task must keep."""


class RecordLinter(Frozen, kw_only=True):
    """Lints the records of all files of a run.

    *find_model* returns the model of all payloads of a file, or None. *now* is the current
    time, *media_root* the folder of the files that payloads name, and *max_findings* the limit of
    findings in one payload. The costs of payloads are
    estimated at the prices of *totals*, if there are any. If *wants_clean* is false, the payloads
    without findings in a block of lines are only counted.
    """

    find_model: FindModel
    selection: Selection
    now: float
    media_root: Path | None = None
    max_findings: int = DEFAULT_MAX_FINDINGS
    totals: CostTotals | None = None
    wants_clean: bool = True

    def lint(
        self, item: Record | Unreadable, *, is_found: bool
    ) -> Iterator[LintResult | Unreadable | Skipped]:
        """Yields what is known of *item*; *is_found* is true if only its folder was named."""
        if isinstance(item, Unreadable):
            yield item
            return
        for record in open_record(item):
            yield self._lint(record, is_found) if isinstance(record, Record) else record

    def lint_block(
        self, block: LineBlock, *, is_found: bool
    ) -> Iterator[LintResult | Unreadable | Skipped | CleanPayloads]:
        """Yields what is known of the lines of *block*."""
        if self.wants_clean or self.totals is not None or self.media_root is not None:
            for record in block.get_records():
                yield from self.lint(record, is_found=is_found)
            return
        model = self.find_model(block.source)
        for found in find_clean_payloads(block, model, self.max_findings):
            if isinstance(found, CleanPayloads):
                yield found
                continue
            record, report = found
            if report is None:
                yield from self.lint(record, is_found=is_found)
            else:
                yield self._build_result(record, report, is_found=is_found)

    def _lint(self, record: Record, is_found: bool) -> LintResult | Skipped:  # noqa: FBT001
        model = self.find_model(record.source) or record.model
        if model is not None and not find_all(model):
            place = "header" if record.has_model_header else "URL"
            report = Report(None, [_build_unknown_model(model, place)])
        else:
            report = lint(
                record.data,
                model,
                now=self.now,
                media_root=self.media_root,
                max_findings=self.max_findings,
            )
            if record.has_model_header:
                report = _excuse_model(report)
            if record.model is not None:
                spec = get_model(report.model or record.model)
                report = _judge_stream(report, spec, record.model)
        return self._build_result(record, report, is_found=is_found)

    def _build_result(
        self, record: Record, report: Report, *, is_found: bool
    ) -> LintResult | Skipped:
        if is_found and not report.valid:
            from .payload_recognition import is_payload

            if not is_payload(record.source, record.data):
                return Skipped(record.source, "file")
        result = LintResult.from_report(record, self.selection.apply(record.source, report))
        if self.totals is None:
            return result
        return result._replace(cost=report.estimate_cost(self.totals.prices))


def _excuse_model(report: Report) -> Report:
    """Returns *report* without a finding that the payload lacks the model: a header has it."""
    kept = [
        each for each in report.findings if each.rule != "model-value" or each.value is not MISSING
    ]
    return Report(report.model, kept, report.payload, report.omitted)


def _judge_stream(report: Report, spec: ModelSpec, path: str) -> Report:
    """Returns *report* for a request to *path*: a call that waits has a warning, others nothing.

    Without a path, the finding of the model's table leaves open which call it is.
    """
    kept = []
    for each in report.findings:
        if each.rule != _STREAM or path not in spec.submit_templates:
            kept.append(each)
        elif path == spec.synchronous_path:
            message = each.message.partition(";")[0]
            row = replace(each.row, severity=Severity.WARNING, message=message)
            kept.append(each._replace(row=row))
    return Report(report.model, kept, report.payload, report.omitted)


def _build_unknown_model(name: str, place: str) -> Finding:
    suggestion = suggest_model(name)  # with the vendor of the URL, if the name has one
    name = name.rpartition("/")[2]
    message = f"the {place} has an unknown model, {name!r}; {suggestion}"
    return Finding(Rule("model-known", "", Anything(), message=message), "", name)
