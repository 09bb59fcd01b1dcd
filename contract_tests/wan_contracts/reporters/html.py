"""Formats a report as one HTML page without scripts and other files."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from wan_validators.optional_dependencies import explain_missing_extra
from wan_validators.reporters.excerpt import escape_controls

from ..results.report import ContractReport, Status
from ..results.transcript import format_block
from . import descriptions

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_report"]


def render_report(report: ContractReport) -> str:
    """Returns *report* as a page with all texts escaped."""
    failures = [
        (result, descriptions.describe_failure(result.failure) if result.failure else None)
        for result in descriptions.find_problems(report)
    ]
    return (
        _create_environment()
        .get_template("report.html")
        .render(
            report=report,
            verdict=descriptions.format_verdict(report),
            summary=descriptions.format_summary(report),
            status_counts=[(each, count) for each, count in report.status_counts.items() if count],
            groups=descriptions.group_results(report),
            failures=failures,
            shown={result.law.id for result, _ in failures},
            judged=any(result.judged for result in report.results),
            Status=Status,
        )
    )


@cache
def _create_environment() -> Environment:
    with explain_missing_extra():
        from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("wan_contracts.reporters", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_make_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        remark=descriptions.format_remark, unexpected=descriptions.describe_unexpected
    )
    environment.filters.update(coverage=descriptions.format_coverage, written=format_block)
    environment.filters["docs"] = descriptions.build_law_url
    return environment


def _make_safe(value: Any) -> Any:
    """Returns a text of the report without control characters, other values unchanged."""
    return escape_controls(value) if type(value) is str else value
