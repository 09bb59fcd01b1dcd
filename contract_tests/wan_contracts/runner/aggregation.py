"""Aggregates the calls of a run: a result for each law, and the coverage."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.spec import ModelSpec

from ..cases.systematic import is_breakable
from ..laws import Group, Law
from ..protocol.outcome import OutcomeKind
from ..results.exercise import Exercise
from ..results.report import Coverage, LawFailure, LawResult
from .interaction import Interaction
from .late_responses import judge_late_responses

__all__ = [
    "Aggregator",
    "evaluate_laws",
    "is_submitted",
    "is_unsupported",
    "measure_interaction",
    "parse_scenario_names",
]

CREATE_LAWS: Final = ("task-id-kept",)
"""Laws of the groups about the end that apply to a client that only creates tasks, too."""

SCENARIO_SEPARATOR: Final = "+"
"""Separates the names of scenarios that happen at once."""

TASK_GROUPS: Final = (Group.LIFECYCLE, Group.MONEY, Group.DOWNLOAD)
"""The groups of laws that say something about tasks."""


@dataclass
class Aggregator:
    """Counts calls, and keeps the smallest failing call of each law."""

    laws: Sequence[Law]
    cases: int = 0
    unsupported: int = 0
    submitted: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    smallest_failures: dict[str, LawFailure] = field(default_factory=dict)
    not_reproduced: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    scenarios: set[str] = field(default_factory=set)
    exercise: Exercise = field(default_factory=Exercise)

    def add(
        self, interaction: Interaction, verdicts: Mapping[str, Verdict], *, drawn: bool = False
    ) -> None:
        """Adds a call and its verdicts.

        A *drawn* call never replaces a known failure of the same law. Systematic cases are
        minimal already, and failures of drawn cases are minimized by a search of their own.
        """
        self.cases += 1
        if is_unsupported(interaction):
            self.unsupported += 1
            return
        self.submitted += is_submitted(interaction)
        self.exercise.add(interaction)
        self.judged.update(verdicts.keys())
        for law in verdicts:
            share = interaction.seconds / len(verdicts)
            self.seconds[law] = self.seconds.get(law, 0.0) + share
        self.broken.update(law for law, verdict in verdicts.items() if not verdict.passed)
        self.keep(
            interaction, {law: each for law, each in verdicts.items() if self._is_new(law, drawn)}
        )
        self.rules.update(
            f"{interaction.case.model_id}: {each.rule}"
            for each in interaction.case.lint_report.errors
        )
        self.codes.update(_iter_codes(interaction))
        self.scenarios.update(parse_scenario_names(interaction.case.scenario))

    def keep(self, interaction: Interaction, verdicts: Mapping[str, Verdict]) -> None:
        """Stores *interaction* for each law that it breaks if it is the smallest failure."""
        for law, verdict in verdicts.items():
            known = self.smallest_failures.get(law)
            if not verdict.passed and (
                known is None
                or measure_interaction(interaction) < measure_interaction(known.interaction)
            ):
                self.smallest_failures[law] = LawFailure(
                    interaction=interaction,
                    verdict=verdict,
                    number=known.number if known else self.cases,
                )

    def confirm(self, law: str, failure: LawFailure | None) -> None:
        """Stores the *failure* of *law* that was repeated; None if it could not be repeated."""
        if failure is None:
            self.not_reproduced.add(law)
        else:
            self.smallest_failures[law] = failure

    def _is_new(self, law: str, drawn: bool) -> bool:  # noqa: FBT001
        return not (drawn and law in self.smallest_failures)

    def results(self) -> list[LawResult]:
        """Returns the result of each law, in the order of the laws."""
        return [self._build_result(law) for law in self.laws]

    def _build_result(self, law: Law) -> LawResult:
        broken = max(self.broken[law.id], law.id in self.smallest_failures)
        # Without any task, such a law holds for no reason.
        is_idle = law.group in TASK_GROUPS and not (self.exercise.tasks or broken)
        judged = 0 if is_idle else self.judged[law.id]
        return LawResult(
            law=law,
            judged=judged,
            broken=broken,
            failure=self.smallest_failures.get(law.id),
            reproduced=law.id not in self.not_reproduced,
            reason=None if judged else self._describe_idle(law, is_idle=is_idle and self.cases > 1),
            seconds=self.seconds.get(law.id, 0.0),
        )

    def coverage(self, specs: Sequence[ModelSpec], scenarios: Iterable[str]) -> list[Coverage]:
        """Returns the coverage of rules, codes and scenarios of *specs*."""
        rules = [
            f"{spec.id}: {rule.id}"
            for spec in specs
            for rule in spec.all_rules
            if is_breakable(rule)
        ]
        return [
            _build_coverage("rules", rules, self.rules),
            _build_coverage("codes", _list_documented_codes(specs), self.codes),
            _build_coverage("scenarios", scenarios, self.scenarios),
        ]

    def _describe_idle(self, law: Law, *, is_idle: bool) -> str:
        if self.submitted and _needs_end(law):
            return 'the client only creates tasks: it reported "submitted"'
        if self.cases and self.cases == self.unsupported:
            return 'the client reported "unsupported" for every call'
        return "no task was created" if is_idle else "no call could break it"


def evaluate_laws(laws: Iterable[Law], interaction: Interaction) -> dict[str, Verdict]:
    """Returns the verdict of each law that applies to *interaction*, by law id."""
    if is_unsupported(interaction):
        return {}
    is_over = not is_submitted(interaction)
    chosen = [law for law in laws if is_over or not _needs_end(law)]

    def judge(reading: Interaction) -> dict[str, Verdict]:
        verdicts = {law.id: law.judge(reading) for law in chosen}
        return {law: verdict for law, verdict in verdicts.items() if verdict is not None}

    return judge_late_responses(interaction, judge)


def is_unsupported(interaction: Interaction) -> bool:
    """Returns True if the client reported that it does not support this call."""
    return interaction.outcome is not None and interaction.outcome.kind is OutcomeKind.UNSUPPORTED


def _needs_end(law: Law) -> bool:
    """Returns True if *law* is about what follows the create."""
    return law.group in (Group.LIFECYCLE, Group.DOWNLOAD) and law.id not in CREATE_LAWS


def is_submitted(interaction: Interaction) -> bool:
    """Returns True if the client reported that it only created the task."""
    return interaction.outcome is not None and interaction.outcome.kind is OutcomeKind.SUBMITTED


def measure_interaction(interaction: Interaction) -> tuple[int, int, int, int]:
    """Returns the size of a call; the smaller of two failures is easier to understand."""
    scenario = interaction.case.scenario
    faults = 0 if scenario == "ok" else len(parse_scenario_names(scenario))
    return (
        len(interaction.together),
        faults,
        len(interaction.case.lint_report.errors),
        len(json.dumps(interaction.case.payload)),
    )


def parse_scenario_names(scenario: str) -> list[str]:
    """Returns the scenario names in a fault plan, without their repeat counts."""
    return [part.partition(":")[0] for part in scenario.split(SCENARIO_SEPARATOR)]


def _iter_codes(interaction: Interaction) -> Iterator[str]:
    """Yields the error codes of the call: from its tasks, and from the linter."""
    yield from (each.code for each in interaction.case.lint_report.errors if each.code)
    yield from (record.failure.code for record in interaction.tasks if record.failure)


def _list_documented_codes(specs: Sequence[ModelSpec]) -> list[str]:
    rules = [rule.code for spec in specs for rule in spec.all_rules if rule.code]
    ends = [code for spec in specs for code in spec.vendor.failures]
    return sorted({*rules, *ends})


def _build_coverage(kind: str, every: Iterable[str], met: set[str]) -> Coverage:
    items = list(dict.fromkeys(every))
    return Coverage(
        kind=kind,
        met=tuple(each for each in items if each in met),
        missed=tuple(each for each in items if each not in met),
    )
