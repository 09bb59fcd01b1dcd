"""How time passes for a client under test, and the scenarios that suit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from wan_mockserver.http.delivery import Cut
from wan_mockserver.scenarios.catalogue import load_shipped_scenarios
from wan_mockserver.scenarios.lifecycle import Never, Seconds
from wan_mockserver.scenarios.scenario import Lag, Scenario, Step, TaskOutcome
from wan_validators.spec import ModelSpec

LATENCY_MEDIAN_S: Final = 0.02
"""Seconds, in the median, by which a late answer is late: far below any time-out."""

BODY_SPEEDUP: Final = 50
"""So many times faster than the catalogue's comes the body of a slow answer."""

LOCKED_STATUSES: Final = (409, 423, 451)
"""Statuses after which a client that goes on would do so till its deadline."""

VIRTUAL_RETRY_AFTER_S: Final = 40.0
"""Seconds to wait after a 429, where none really passes: longer than between two polls."""

MAX_REAL_REPEATS: Final = 5
"""So often they come where time really passes."""

SCENARIO_PARTS: Final = ("create", "poll", "download")


@dataclass(frozen=True, kw_only=True)
class TimeProfile:
    """Seconds until a task's deadline, for one request, and between two polls.

    In *virtual* time no second really passes, and the interval is the one that the model's
    vendor recommends; elsewhere it is *interval*. *patience* is how many real seconds a call
    may take before its client has hung.
    """

    name: str
    deadline: float
    timeout: float
    call_timeout: float
    poll_interval: float | None = None

    @property
    def is_virtual(self) -> bool:
        return self.poll_interval is None

    def interval_for(self, spec: ModelSpec) -> float:
        """Seconds that a client is asked to wait between two polls of such a task."""
        return spec.outputs.interval if self.poll_interval is None else self.poll_interval

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The shipped scenarios as they go at this tempo, and those of the suite itself."""
        own = {scenario.name: scenario for scenario in self._iter_own_scenarios()}
        return {
            name: self._adapt_scenario(each) for name, each in load_shipped_scenarios().items()
        } | own

    def is_lengthy(self, name: str) -> bool:
        """Whether *name* keeps a client busy till its deadline, or waits for its time-out."""
        scenario = self.scenarios[name]
        steps = [step for part in SCENARIO_PARTS for step in getattr(scenario, part).steps]
        waits = any(step.retry_after for step in steps) and not self.is_virtual
        silent = any(step.cut is Cut.SILENCE for step in steps)
        endless = any(step.times is None and not step.handled for step in scenario.poll.steps)
        unreadable = scenario.poll.upper_case or scenario.poll.other_words
        slow = isinstance(scenario.outcome.lifecycle, Never | Seconds)
        return bool(waits or silent or endless or unreadable or slow)

    def _iter_own_scenarios(self) -> Iterator[Scenario]:
        """Tasks that end so late that only the last poll can see it, whenever that is."""
        step = 10.0 if self.is_virtual else self.deadline / 30
        for nth in (1, 2, 3) if self.is_virtual else (1,):
            ends = Seconds(self.deadline - (nth - 0.9) * step)
            yield Scenario(
                name=f"last-minute-{nth}",
                group="outcome",
                summary="The task ends just before the deadline.",
                outcome=TaskOutcome(lifecycle=ends),
            )

    def _adapt_scenario(self, scenario: Scenario) -> Scenario:
        """*scenario*, with shorter waits where they would really pass."""
        parts = {
            part: replace(value, steps=tuple(map(self._adapt_step, value.steps)))
            for part, value in ((part, getattr(scenario, part)) for part in SCENARIO_PARTS)
        }
        lifecycle = scenario.outcome.lifecycle
        if isinstance(lifecycle, Seconds) and not self.is_virtual:
            outcome = replace(scenario.outcome, lifecycle=Seconds(self.deadline / 2))
            parts["outcome"] = outcome
        return replace(scenario, **parts)

    def _adapt_step(self, step: Step) -> Step:
        if step.delay:
            step = replace(step, delay=Lag(median=LATENCY_MEDIAN_S, sigma=step.delay.sigma))
        if step.pace:
            step = replace(step, pace=step.pace * BODY_SPEEDUP)
        if step.retry_after and self.is_virtual:
            step = replace(step, retry_after=VIRTUAL_RETRY_AFTER_S)
        elif step.retry_after:
            # A date is told in whole seconds, so it may be up to one later than meant.
            step = replace(step, retry_after=0.2 if step.retry_as_date else 1.0, times=1)
        if step.status in LOCKED_STATUSES and step.times is None and not self.is_virtual:
            step = replace(step, times=MAX_REAL_REPEATS)
        return step


VIRTUAL: Final = TimeProfile(name="virtual", deadline=900.0, timeout=1.0, call_timeout=20.0)
"""For clients in the suite's own process, whose clock is the suite's."""

REAL: Final = TimeProfile(
    name="real", deadline=1.5, timeout=1.0, call_timeout=15.0, poll_interval=0.002
)
"""For all others. Waits are short, but not so short that a busy machine matters."""

TIME_PROFILES: Final = {tempo.name: tempo for tempo in (VIRTUAL, REAL)}
