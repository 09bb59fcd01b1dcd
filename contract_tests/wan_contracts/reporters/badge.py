"""The badge of a run, in the schema of the endpoint badges of shields.io."""

from __future__ import annotations

import json
from typing import Any, Final

from wan_validators.messages.formatting import format_count

from ..laws import Group
from ..results.report import ContractReport, Status

__all__ = ["MONEY_SAFE_PROFILE", "build_badge", "render_report"]

MONEY_SAFE_PROFILE: Final = "money-safe"
"""The profile whose name is its own message."""


def build_badge(report: ContractReport) -> dict[str, Any]:
    """The badge as a JSON object.

    Green only if laws were judged, none of them is broken, and none passes that is known to
    fail; laws that are known to be broken make it yellow.
    """
    message, colour = _choose_message(report)
    return {"schemaVersion": 1, "label": "wanproof", "message": message, "color": colour}


def render_report(report: ContractReport) -> str:
    """The badge as JSON."""
    return json.dumps(build_badge(report)) + "\n"


def _covers_payment(report: ContractReport) -> bool:
    """Whether all scenarios were met by calls for which something could be paid twice."""
    return not report.narrowed and any(
        result.law.group is Group.MONEY and result.judged for result in report.results
    )


def _choose_message(report: ContractReport) -> tuple[str, str]:
    standings = report.status_counts
    judged = sum(result.judged > 0 for result in report.results)
    if not judged:
        return "nothing judged", "lightgrey"
    if standings[Status.FAIL]:
        broken = sum(result.broken > 0 for result in report.results)
        return f"{broken} of {format_count(judged, 'law')} broken", "red"
    if standings[Status.UNEXPECTED]:
        return "a known failure passes", "orange"
    known = standings[Status.KNOWN]
    if known:
        return f"{known} of {format_count(judged, 'law')} known broken", "yellow"
    if report.profile == MONEY_SAFE_PROFILE and _covers_payment(report):
        return MONEY_SAFE_PROFILE, "brightgreen"
    colour = "green" if standings[Status.WARN] else "brightgreen"
    return f"{format_count(standings[Status.PASS], 'law')} kept", colour
