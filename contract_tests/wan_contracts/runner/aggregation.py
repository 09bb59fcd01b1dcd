"""What the calls of a run add up to: a verdict on each law, and what was met."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wan_mockserver.admin.verdicts import Verdict
from wan_validators.spec import ModelSpec

from ..cases.systematic import breakable
from ..laws import Law
from ..protocol.outcome import OutcomeKind
from ..results.report import Coverage, LawFailure, LawResult
from .interaction import Interaction

SEVERAL: Final = "+"
"""Between the names of scenarios that happen at once."""


@dataclass
class Aggregator:
    """Counts calls, and keeps for each law the smallest that broke it."""

    laws: Sequence[Law]
    cases: int = 0
    unsupported: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    smallest_failures: dict[str, LawFailure] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    scenarios: set[str] = field(default_factory=set)

    def add(
        self, run: Interaction, verdicts: Mapping[str, Verdict], *, drawn: bool = False
    ) -> None:
        """One more call, and what its judges say.

        One that was *drawn* takes the place of none that broke the same law: those of the walk
        are as small as can be, and others become so by a search of their own.
        """
        self.cases += 1
        if is_unsupported(run):
            self.unsupported += 1
            return
        self.judged.update(verdicts.keys())
        self.broken.update(law for law, verdict in verdicts.items() if not verdict.passed)
        self.keep(run, {law: each for law, each in verdicts.items() if self._is_new(law, drawn)})
        self.rules.update(
            f"{run.case.model_id}: {each.rule}" for each in run.case.lint_report.errors
        )
        self.codes.update(_codes(run))
        self.scenarios.update(names(run.case.scenario))

    def keep(self, run: Interaction, verdicts: Mapping[str, Verdict]) -> None:
        """Remembers *run* as the smallest that broke a law, where it is."""
        for law, verdict in verdicts.items():
            known = self.smallest_failures.get(law)
            if not verdict.passed and (known is None or size(run) < size(known.interaction)):
                self.smallest_failures[law] = LawFailure(
                    interaction=run, verdict=verdict, number=self.cases
                )

    def _is_new(self, law: str, drawn: bool) -> bool:  # noqa: FBT001
        return not (drawn and law in self.smallest_failures)

    def results(self) -> list[LawResult]:
        return [
            LawResult(
                law=law,
                judged=self.judged[law.id],
                broken=max(self.broken[law.id], law.id in self.smallest_failures),
                failure=self.smallest_failures.get(law.id),
                reason=None if self.judged[law.id] else self._describe_idle(),
            )
            for law in self.laws
        ]

    def coverage(self, specs: Sequence[ModelSpec], scenarios: Iterable[str]) -> list[Coverage]:
        """What of the rules, codes and scenarios of *specs* was met."""
        rules = [
            f"{spec.id}: {rule.id}" for spec in specs for rule in spec.every_rule if breakable(rule)
        ]
        return [
            _coverage("rules", rules, self.rules),
            _coverage("codes", _list_documented_codes(specs), self.codes),
            _coverage("scenarios", scenarios, self.scenarios),
        ]

    def _describe_idle(self) -> str:
        if self.cases and self.cases == self.unsupported:
            return "the client says that it cannot do any of what was asked"
        return "no call gave occasion to break it"


def judge_interaction(laws: Iterable[Law], run: Interaction) -> dict[str, Verdict]:
    """What each of *laws* that has something to say says of *run*, by its id."""
    if is_unsupported(run):
        return {}
    verdicts = {law.id: law.judge(run) for law in laws}
    return {law: verdict for law, verdict in verdicts.items() if verdict is not None}


def is_unsupported(run: Interaction) -> bool:
    """Whether the client says that it cannot make this call at all."""
    return run.outcome is not None and run.outcome.kind is OutcomeKind.UNSUPPORTED


def size(run: Interaction) -> tuple[int, int, int]:
    """How much there is to look at in a call: of two that show the same, the smaller is better."""
    scenario = run.case.scenario
    faults = 0 if scenario == "ok" else len(names(scenario))
    return faults, len(run.case.lint_report.errors), len(json.dumps(run.case.payload))


def names(scenario: str) -> list[str]:
    """The scenarios that a fault plan is made of, without how often they happen."""
    return [part.partition(":")[0] for part in scenario.split(SEVERAL)]


def _codes(run: Interaction) -> Iterator[str]:
    """The codes that the call met, or that lint foretold."""
    yield from (each.code for each in run.case.lint_report.errors if each.code)
    yield from (record.failure.code for record in run.tasks if record.failure)


def _list_documented_codes(specs: Sequence[ModelSpec]) -> list[str]:
    rules = [rule.code for spec in specs for rule in spec.every_rule if rule.code]
    ends = [code for spec in specs for code in spec.vendor.failures]
    return sorted({*rules, *ends})


def _coverage(kind: str, every: Iterable[str], met: set[str]) -> Coverage:
    all_ = list(dict.fromkeys(every))
    return Coverage(
        kind=kind,
        met=tuple(each for each in all_ if each in met),
        missed=tuple(each for each in all_ if each not in met),
    )
