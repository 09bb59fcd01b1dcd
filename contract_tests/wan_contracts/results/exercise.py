"""Counts what the calls of a run exercised, and describes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from wan_validators.messages.formatting import format_count, format_number

from ..protocol.outcome import Outcome, OutcomeKind
from ..runner.interaction import Interaction

__all__ = ["Exercise"]

ACTIONS: Final = {"create": "creates", "poll": "polls", "file": "downloads"}
"""The requests that are counted, by the action in the journal."""

GOALS: Final = ("completed", "submitted")
"""Outcomes of which a run needs one: the others do not show that a client works."""

MIN_SHARE: Final = 0.5
"""Share of calls without an outcome, or without a request, from which a run tested little."""


@dataclass(slots=True)
class Exercise:
    """Counts requests by action, created tasks, and results by kind.

    A result is the kind of an outcome, or of the error that replaced it. *completable* is the
    number of calls that a correct client would have completed.
    """

    calls: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    tasks: int = 0
    results: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    completable: int = 0

    def add(self, interaction: Interaction) -> None:
        """Adds a call that the client supports."""
        self.calls += 1
        actions = (exchange.entry.action for exchange in interaction.exchanges)
        self.requests.update(each for each in actions if each in ACTIONS)
        self.tasks += len(interaction.tasks)
        result = interaction.client_result
        if result is not None:  # nobody has to report outcomes to `check --listen`
            self.results[result.kind.value] += 1
            self.errors += not isinstance(result, Outcome)
        is_plain = interaction.case.scenario == "ok" and interaction.case.lint_report.valid
        self.completable += is_plain

    @property
    def reached_goal(self) -> bool:
        """Returns False if no call completed although some call could."""
        return any(self.results[kind] for kind in GOALS) or not self.completable

    def as_json(self) -> dict[str, object]:
        """Returns the counts as a JSON object."""
        requests = {name: self.requests[action] for action, name in ACTIONS.items()}
        return {"tasks": self.tasks, **requests, "results": dict(sorted(self.results.items()))}

    def __str__(self) -> str:
        """Returns the counts in one line."""
        counts = {"tasks": self.tasks}
        counts |= {name: self.requests[action] for action, name in ACTIONS.items()}
        requests = ", ".join(f"{format_number(n)} {name}" for name, n in counts.items())
        results = ", ".join(f"{format_number(n)} {kind}" for kind, n in self.results.most_common())
        return f"{requests}; calls: {results or 'none'}"

    def iter_warnings(self) -> Iterator[str]:
        """Yields what the run did not test, in sentences."""
        if not self.calls:
            return
        if not self.reached_goal:
            yield (
                "No call completed, so the run does not pass: "
                f"{format_count(self.completable, 'call')} had a valid payload and no fault."
            )
        if not self.tasks:
            yield "No task was created: laws about tasks, results and money were not judged."
        elif not self.requests["poll"] and not self.results["submitted"]:
            yield "No task was polled: laws about polls and results tested nothing."
        elif self.results["completed"] and not self.requests["file"]:
            yield "No file was downloaded: laws about downloads tested nothing."
        if self.errors > MIN_SHARE * self.calls:
            yield (
                f"{format_number(self.errors)} of {format_count(self.calls, 'call')} had no "
                "outcome, so most laws tested little."
            )
        if self.results[OutcomeKind.NOT_SENT.value] > MIN_SHARE * self.calls:
            yield (
                f"{format_number(self.results['not_sent'])} of {format_count(self.calls, 'call')} "
                "were not sent, so most laws tested little."
            )
