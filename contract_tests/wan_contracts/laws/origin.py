"""The law about where an outcome comes from: the requests of its own call."""

from __future__ import annotations

from typing import Final

from wan_mockserver.assertions.verdict import Verdict

from ..protocol.outcome import OutcomeKind
from ..runner.interaction import Interaction
from .downloads import find_saved_files
from .law import KEPT, Group, Law, Level, build_violation

__all__ = ["LAWS", "check_outcome_of_this_call"]


def check_outcome_of_this_call(interaction: Interaction) -> Verdict | None:
    outcome = interaction.outcome
    if (
        outcome is None
        or not interaction.case.lint_report.valid
        or outcome.kind is OutcomeKind.NOT_SENT
    ):
        return None
    if not interaction.exchanges:
        return build_violation(
            f"the client sent nothing to the base URL, but reported {outcome.kind}"
        )
    if outcome.kind is OutcomeKind.COMPLETED and not interaction.creates:
        return build_violation(
            "the call is reported as completed, but no task was created", interaction.exchanges[:1]
        )
    if find_saved_files(interaction) and not interaction.downloads:
        return build_violation(
            "files are reported as saved, but none was downloaded", interaction.exchanges[-1:]
        )
    return KEPT


LAWS: Final = (
    Law(
        id="outcome-of-this-call",
        group=Group.LIFECYCLE,
        level=Level.MUST,
        statement=(
            "An outcome comes from the requests of its call, not from a cache or from the client."
        ),
        source="S0 to S4: each create makes new results; only the server knows how a task ends",
        hint=(
            "answer no call from a cache, a default or an open circuit breaker; report not_sent if "
            "nothing was sent"
        ),
        judge=check_outcome_of_this_call,
    ),
)
