"""Holds what a run sends and checks, and selects its scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from wan_validators.spec import ModelSpec

from ..cases.case import Case
from ..cases.systematic import is_possible
from ..cases.time_profiles import REAL, VIRTUAL, TimeProfile
from ..clients import Client
from ..laws import LAWS, Law
from .aggregation import parse_scenario_names

__all__ = ["DEFAULT_EXAMPLES", "RunPlan", "find_possible_scenarios", "is_wanted"]

DEFAULT_EXAMPLES: Final = 200
"""Number of random calls if neither a number nor a time is given."""


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """Holds which cases a run sends, which laws it checks, and its limits.

    *examples* is the number of random calls after the systematic ones. No call but the first
    starts after *seconds*; None means no limit. Empty *specs* mean all models, empty
    *scenarios* all scenarios but those *skipped*, with those of *scenario_file*. A *brief* run
    uses each scenario once and sends few values at limits. *pace* replaces times of the time
    profile, by their names.
    """

    specs: Sequence[ModelSpec] = ()
    laws: Sequence[Law] = LAWS
    scenarios: Sequence[str] = ()
    profile: str = "full"
    seed: int = 0
    examples: int = DEFAULT_EXAMPLES
    seconds: float | None = None
    brief: bool = False
    real_time: bool = False
    full_size: bool = False
    skipped: frozenset[str] = frozenset()
    scenario_file: str | None = None
    pace: Mapping[str, float] = field(default_factory=dict)

    def choose_time_profile(self, client: Client) -> TimeProfile:
        """Returns real time if it is requested or *client* runs in another process.

        It has the times of the plan.
        """
        usual = REAL if self.real_time or not client.in_process else VIRTUAL
        made = replace(usual, skipped=self.skipped, scenario_file=self.scenario_file)
        return made.change_times(self.pace)


def is_wanted(case: Case, plan: RunPlan, time_profile: TimeProfile) -> bool:
    """Returns whether *plan* selects the scenario of *case*, and there is time for it."""
    if not time_profile.uses(case.scenario):
        return False
    names = (case.scenario, *parse_scenario_names(case.scenario))
    return not plan.scenarios or any(name in plan.scenarios for name in names)


def find_possible_scenarios(
    plan: RunPlan, specs: Sequence[ModelSpec], time_profile: TimeProfile
) -> list[str]:
    """Returns the selected scenarios that apply to at least one of the models."""
    wanted = [
        name for text in plan.scenarios for name in parse_scenario_names(text)
    ] or time_profile.scenarios
    return [
        name
        for name in filter(time_profile.uses, wanted)
        if any(is_possible(name, time_profile, spec) for spec in specs)
    ]
