"""Formats a report as SARIF 2.1.0 for code scanning services; laws are rules."""

from __future__ import annotations

from typing import Any, Final

from wan_validators.reporters import sarif_log
from wan_validators.reporters.excerpt import escape_controls
from wan_validators.reporters.sarif_log import format_sentence

from ..laws.law import Law, Level
from ..results.large_texts import describe_texts
from ..results.report import ContractReport, LawFailure, LawResult, Status
from ..results.transcript import format_lines
from . import descriptions
from .plain_json import client_result_to_json, to_plain_json

__all__ = ["LEVELS", "REPORTED_STATUSES", "build_document", "render_report"]

LEVELS: Final = {Level.MUST: "error", Level.SHOULD: "warning"}

REPORTED_STATUSES: Final = (Status.FAIL, Status.WARN, Status.UNEXPECTED, Status.KNOWN)


def render_report(report: ContractReport) -> str:
    """Returns *report* as JSON text in ASCII."""
    return sarif_log.format_log(build_document(report))


def build_document(report: ContractReport) -> dict[str, Any]:
    """Returns *report* as a SARIF log."""
    results = [
        _build_result(report, result, index)
        for index, result in enumerate(report.results)
        if result.status in REPORTED_STATUSES
    ]
    return sarif_log.build_log(
        "check",
        report.client,
        rules=[_build_rule(result.law) for result in report.results],
        results=results,
        properties={
            "client": escape_controls(report.client),
            "profile": escape_controls(report.profile),
            "seed": report.seed,
            "cases": report.cases,
            "seconds": round(report.seconds, 3),
        },
    )


def _build_rule(law: Law) -> dict[str, Any]:
    statement, hint, source = (
        format_sentence(escape_controls(text)) for text in (law.statement, law.hint, law.source)
    )
    return sarif_log.build_rule(
        law.id,
        name="".join(part.capitalize() for part in (law.group.value, *law.id.split("-"))),
        level=LEVELS[law.level],
        summary=statement,
        description=f"{statement} Source: {source}",
        help=f"{hint} Source: {source}",
        help_markdown=f"**How to fix it:** {hint}\n\n**Source:** {source}",
        help_uri=descriptions.build_law_url(law),
        tags=(law.group.value, law.level.value),
    )


def _build_result(report: ContractReport, result: LawResult, index: int) -> dict[str, Any]:
    law, failure = result.law, result.failure
    unexpected = result.status is Status.UNEXPECTED
    sarif_result: dict[str, Any] = {
        "ruleId": law.id,
        "ruleIndex": index,
        "level": "error" if unexpected else LEVELS[law.level],
        "message": {"text": _format_message(result)},
        **_build_locations(report, result),
        "partialFingerprints": {"lawAndClient/v1": _build_fingerprint(report, law)},
    }
    if result.status is Status.KNOWN:
        reason = escape_controls(result.known or "")
        sarif_result["suppressions"] = [{"kind": "external", "justification": reason}]
    if failure:
        sarif_result["properties"] = _build_properties(failure)
    return sarif_result


def _build_locations(report: ContractReport, result: LawResult) -> dict[str, Any]:
    """Returns the client as the location, and the replay file as a related one.

    Services show only results in files. So the replay file takes the place of a client that is
    not a file.
    """
    law, failure, source = result.law, result.failure, report.source
    name = {"name": law.id, "fullyQualifiedName": f"wanproof.{law.group.value}.{law.id}"}
    location: dict[str, Any] = {"logicalLocations": [name]}
    replay = sarif_log.build_location(failure.replay, 1) if failure and failure.replay else {}
    if source is None:
        return {"locations": [location | replay]}
    location |= sarif_log.build_location(source.path, source.line)
    if not (failure and replay):
        return {"locations": [location]}
    command = descriptions.format_replay_command(failure)
    message = {"text": f"This file repeats the call: {command}"}
    return {"locations": [location], "relatedLocations": [{"id": 1, **replay, "message": message}]}


def _format_message(result: LawResult) -> str:
    if result.status is Status.UNEXPECTED:
        return format_sentence(f"{result.law.id}: {descriptions.describe_unexpected(result)}")
    why = (
        descriptions.format_reason(result.failure)
        if result.failure
        else descriptions.format_remark(result)
    )
    return format_sentence(f"{result.law.id}: {why}")


def _build_properties(failure: LawFailure) -> dict[str, Any]:
    interaction, key = failure.interaction, failure.interaction.setting.api_key
    properties: dict[str, Any] = to_plain_json(
        {
            "model": interaction.case.model_id,
            "payload": describe_texts(interaction.case.payload),
            "scenario": interaction.case.scenario,
            "number": failure.number,
            **describe_texts(client_result_to_json(interaction.client_result)),
            "transcript": format_lines(interaction, failure.verdict.entries),
        },
        key,
    )
    return properties


def _build_fingerprint(report: ContractReport, law: Law) -> str:
    """Returns a fingerprint that depends only on the law and the client."""
    return sarif_log.build_fingerprint(report.client, law.id)
