"""Formats a report as GitHub Markdown for a CI job summary or a comment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from wan_validators.messages.formatting import format_number
from wan_validators.reporters.markdown_text import (
    escape_html,
    escape_text,
    format_code,
    format_code_block,
)

from ..results.report import ContractReport, LawResult, Status
from ..results.transcript import format_block
from . import descriptions

__all__ = ["MAX_DOCUMENT_CHARS", "STATUS_MARKS", "render_report"]

MAX_DOCUMENT_CHARS: Final = 60_000
"""The most characters of a document. GitHub allows 65,536 in a comment."""

STATUS_MARKS: Final = {
    Status.PASS: "✅",
    Status.FAIL: "❌",
    Status.WARN: "⚠️",
    Status.KNOWN: "☑️",
    Status.UNEXPECTED: "❌",
    Status.SKIPPED: "➖",
}


def render_report(report: ContractReport) -> str:
    """Returns *report* as Markdown. If it is long, the last failures have one line each."""
    mark = "✅" if report.passed and any(each.judged for each in report.results) else "❌"
    client = f"Client {format_code(report.client)}, profile {format_code(report.profile)}."
    head = "\n".join(
        [
            f"## {mark} wanproof: {escape_text(descriptions.format_verdict(report))}",
            "",
            f"{client} {escape_text(descriptions.format_summary(report))}.",
            "",
            *_format_table(report),
            "",
        ]
    )
    tail = "\n".join(_format_rest(report))
    bad = descriptions.find_problems(report)
    parts = [_format_short_failure(result) for result in bad]
    room = MAX_DOCUMENT_CHARS - len(head) - len(tail) - sum(len(part) + 1 for part in parts) - 1
    for nth, result in enumerate(bad):
        whole = "\n".join(_format_failure(result))
        room -= max(0, len(whole) - len(parts[nth]))
        if room < 0:
            break
        parts[nth] = whole
    return "\n".join([head, *parts, tail])


def _format_table(report: ContractReport) -> Iterator[str]:
    yield "| | law | level | verdict | calls | |"
    yield "| --- | --- | --- | --- | ---: | --- |"
    for group, results in descriptions.group_results(report).items():
        yield f"| | **{group.value}** | | | | |"
        for result in results:
            cells = (
                STATUS_MARKS[result.status],
                f"`{result.law.id}`",
                result.law.level.value,
                result.status.value,
                format_number(result.judged),
                escape_text(descriptions.format_remark(result)),
            )
            yield f"| {' | '.join(cells)} |"


def _format_failure(result: LawResult) -> Iterator[str]:
    law = result.law
    statement = escape_html(law.statement)
    title = f"{STATUS_MARKS[result.status]} <code>{law.id}</code>: {statement}"
    yield f"<details><summary>{title}</summary>"
    yield ""
    if result.failure is None:
        yield escape_text(descriptions.describe_unexpected(result))
    else:
        description = descriptions.describe_failure(result.failure)
        yield f"**Why:** {escape_text(description.reason)}"
        yield ""
        yield f"Call {format_number(description.number)}, for {format_code(description.model)},"
        yield f"scenario {format_code(description.scenario)}"
        yield ""
        yield from format_code_block(description.payload, "json")
        yield ""
        yield f"{description.result_title}:"
        yield ""
        yield from format_code_block(description.result_lines)
        yield ""
        yield "What the server received (`>` shows the failure):"
        yield ""
        yield from format_code_block(chain.from_iterable(map(format_block, description.blocks)))
        yield ""
        if description.replay_command:
            yield f"Replay: {format_code(description.replay_command)}"
            yield ""
    yield f"**Hint:** {escape_text(law.hint)}"
    yield ""
    yield f"**Source:** {escape_text(law.source)}"
    yield ""
    yield "</details>"
    yield ""


def _format_short_failure(result: LawResult) -> str:
    """Returns one line for a failure that does not fit. It cuts long messages."""
    why = (
        descriptions.format_reason(result.failure)
        if result.failure
        else descriptions.describe_unexpected(result)
    )
    return f"* {STATUS_MARKS[result.status]} `{result.law.id}`: {escape_text(why[:300])}\n"


def _format_rest(report: ContractReport) -> Iterator[str]:
    parts = {
        "Coverage": [escape_text(descriptions.format_coverage(part)) for part in report.coverage],
        "Notes": [escape_text(note) for note in report.notes],
    }
    for title, items in parts.items():
        if items:
            yield f"**{title}**"
            yield ""
            yield from (f"* {item}" for item in items)
            yield ""
