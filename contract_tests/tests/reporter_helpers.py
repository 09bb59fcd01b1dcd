"""Shared helpers of the reporter tests."""

from __future__ import annotations

from dataclasses import replace

from report_examples import HOSTILE, every_status, report
from wan_contracts.results.report import ContractReport

IDS = [result.law.id for result in every_status()]


def hostile_report() -> ContractReport:
    """Returns a report in which every text from outside is hostile."""
    results = [
        replace(result, known=result.known and HOSTILE, reason=result.reason and HOSTILE)
        for result in every_status()
    ]
    return report(*results, client=HOSTILE, profile=HOSTILE, notes=(HOSTILE,), models=(HOSTILE,))
