"""What the tests of reporters share."""

from __future__ import annotations

from dataclasses import replace

from report_examples import (
    HOSTILE,
    every_standing,
    report,
)
from wan_contracts.results.report import ContractReport

IDS = [result.law.id for result in every_standing()]


def tampered() -> ContractReport:
    """A report in which every text that can be chosen from outside is hostile."""
    results = [
        replace(result, known=result.known and HOSTILE, reason=result.reason and HOSTILE)
        for result in every_standing()
    ]
    return report(*results, client=HOSTILE, profile=HOSTILE, notes=(HOSTILE,), models=(HOSTILE,))
