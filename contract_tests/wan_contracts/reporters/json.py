"""Formats a report as one JSON document for programs.

    {"version": 1, "client", "profile", "seed", "passed", "cases", "unsupported", "seconds",
     "models": [...], "notes": [...],
     "laws": [{"id", "group", "level", "says", "source", "hint", "docs", "verdict", "judged",
               "broken", "known", "reason", "failure"}],
     "exercised": {"tasks", "creates", "polls", "downloads", "results": {KIND: COUNT}},
     "coverage": {KIND: {"met": [...], "missed": [...]}},
     "summary": {VERDICT: COUNT}}

``verdict`` is a :class:`Status`. ``known`` is the reason of a known failure, and ``reason`` says
why the law was not judged; both can be null. ``failure`` is null, or the smallest call that breaks
the law:

    {"why", "case": {"model", "payload", "scenario"}, "number", "outcome" or "trouble",
     "preceding": [CASE, ...], "together": [CASE, ...], "transcript": [...], "entries": [...],
     "replay"}

``outcome`` is the outcome of the client, in the published form, or null if only its requests were
judged (`wanproof check --listen`). If the client ended without a valid outcome,
``trouble`` is in its place: {"kind", "says", "stderr"}. ``transcript`` is lines for people.
``preceding`` are the calls without which the call does not break the law, usually none.
``together`` has the cases of all calls that ran at the same time; it is empty for a call that ran
alone.
``entries`` are the numbers of the exchanges that show the failure. ``replay`` is the path of a
file, or null. ``number`` is the number of the first call that broke the law.

Long texts in a payload or an outcome are replaced by their start, their kind, their length and
their SHA-256. The replay file has them exactly.

The document is ASCII and does not contain the API key.
"""

from __future__ import annotations

import json
from typing import Any, Final

from ..results.large_texts import describe_texts
from ..results.report import ContractReport, LawFailure, LawResult
from ..results.transcript import format_lines
from .descriptions import build_law_url
from .plain_json import client_result_to_json, to_plain_json

__all__ = ["VERSION", "build_document", "render_report"]

VERSION: Final = 1
"""Increases if a member is removed or changes its meaning, not if a member is added."""


def render_report(report: ContractReport) -> str:
    """Returns *report* as JSON text."""
    return json.dumps(to_plain_json(build_document(report)), allow_nan=False, indent=1) + "\n"


def build_document(report: ContractReport) -> dict[str, Any]:
    """Returns *report* as a JSON object."""
    return {
        "version": VERSION,
        "client": report.client,
        "profile": report.profile,
        "seed": report.seed,
        "passed": report.passed,
        "cases": report.cases,
        "unsupported": report.unsupported,
        "seconds": round(report.seconds, 3),
        "models": list(report.models),
        "notes": list(report.notes),
        "laws": [_law_to_json(result) for result in report.results],
        "exercised": report.exercise.as_json(),
        "coverage": {
            part.kind: {"met": list(part.met), "missed": list(part.missed)}
            for part in report.coverage
        },
        "summary": {status.value: count for status, count in report.status_counts.items()},
    }


def _law_to_json(result: LawResult) -> dict[str, Any]:
    law = result.law
    return {
        "id": law.id,
        "group": law.group.value,
        "level": law.level.value,
        "says": law.statement,
        "source": law.source,
        "hint": law.hint,
        "docs": build_law_url(law),
        "verdict": result.status.value,
        "judged": result.judged,
        "broken": result.broken,
        "known": result.known,
        "reason": result.reason,
        "failure": _failure_to_json(result.failure) if result.failure else None,
    }


def _failure_to_json(failure: LawFailure) -> dict[str, Any]:
    interaction = failure.interaction
    members = {
        "why": failure.verdict.message,
        "case": describe_texts(interaction.case.as_json()),
        "number": failure.number,
        "preceding": describe_texts([case.as_json() for case in failure.preceding]),
        **describe_texts(client_result_to_json(interaction.client_result)),
        "together": describe_texts([case.as_json() for case in interaction.together]),
        "transcript": format_lines(interaction, failure.verdict.entries),
        "entries": list(failure.verdict.entries),
        "replay": failure.replay,
    }
    cleaned: dict[str, Any] = to_plain_json(members, interaction.setting.api_key)
    return cleaned
