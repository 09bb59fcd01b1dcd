"""Formats a report as a badge for the endpoint schema of shields.io."""

from __future__ import annotations

import json
from typing import Any, Final

from wan_validators.messages.formatting import format_count

from ..laws import Group
from ..results.report import ContractReport, Status

__all__ = ["MONEY_SAFE_PROFILE", "build_badge", "render_report"]

MONEY_SAFE_PROFILE: Final = "money-safe"
"""The profile whose name is the message of a badge."""


def build_badge(report: ContractReport) -> dict[str, Any]:
    """Returns the badge as a JSON object.

    It is green only if laws were judged, no law failed, and no known failure passed. It is
    yellow if known failures are broken.
    """
    message, colour = _choose_message(report)
    return {"schemaVersion": 1, "label": "wanproof", "message": message, "color": colour}


def render_report(report: ContractReport) -> str:
    """Returns the badge as JSON text."""
    return json.dumps(build_badge(report)) + "\n"


def _covers_payment(report: ContractReport) -> bool:
    """Returns whether the run had all scenarios, and calls that could be paid twice."""
    return not report.narrowed and any(
        result.law.group is Group.MONEY and result.judged for result in report.results
    )


def _choose_message(report: ContractReport) -> tuple[str, str]:
    statuses = report.status_counts
    judged = sum(result.judged > 0 for result in report.results)
    if not judged:
        return "nothing judged", "lightgrey"
    if statuses[Status.FAIL]:
        broken = sum(result.broken > 0 for result in report.results)
        return f"{broken} of {format_count(judged, 'law')} broken", "red"
    if statuses[Status.UNEXPECTED]:
        return "a known failure passes", "orange"
    known = statuses[Status.KNOWN]
    if known:
        return f"{known} of {format_count(judged, 'law')} known broken", "yellow"
    if report.profile == MONEY_SAFE_PROFILE and _covers_payment(report):
        return MONEY_SAFE_PROFILE, "brightgreen"
    colour = "green" if statuses[Status.WARN] else "brightgreen"
    return f"{format_count(statuses[Status.PASS], 'law')} kept", colour
