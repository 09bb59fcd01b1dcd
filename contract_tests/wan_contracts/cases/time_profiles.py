"""Defines how time passes for a client under test, and adapts the scenarios to it."""

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

__all__ = ["REAL", "TIME_PROFILES", "VIRTUAL", "TimeProfile"]

LATENCY_MEDIAN_S: Final = 0.02
"""Median delay of a delayed response in seconds; far below any time-out."""

BODY_SPEEDUP: Final = 50
"""Factor by which a slow body arrives faster than in the shipped scenario."""

BYTES_PER_ALLOWED_SECOND: Final = 1_000_000
"""Bytes of a payload for which a time-out is one second longer.

A busy machine needs seconds to encode, send and parse a payload of 20 MB.
"""

LOCKED_STATUSES: Final = (409, 423, 451)
"""Statuses after which a client may retry until its deadline."""

VIRTUAL_RETRY_AFTER_S: Final = 40.0
"""Seconds to wait after a 429 in virtual time; longer than the poll interval."""

MAX_REAL_REPEATS: Final = 5
"""Maximum repeats of a response with one of ``LOCKED_STATUSES`` in real time."""

SCENARIO_PARTS: Final = ("create", "poll", "download")


@dataclass(frozen=True, kw_only=True)
class TimeProfile:
    """Holds the deadline of a task, the request time-out and the poll interval, in seconds.

    Without a *poll_interval*, time is virtual: no waiting takes real time, and clients use the
    interval that the model's vendor recommends. A client that takes longer than *call_timeout*
    real seconds for one call counts as hung.
    """

    name: str
    deadline: float
    timeout: float
    call_timeout: float
    poll_interval: float | None = None

    @property
    def is_virtual(self) -> bool:
        """Returns True if waiting takes no real time."""
        return self.poll_interval is None

    def interval_for(self, spec: ModelSpec) -> float:
        """Returns the seconds that a client waits between two polls of a task of *spec*."""
        return spec.outputs.interval if self.poll_interval is None else self.poll_interval

    def compute_allowance(self, payload_bytes: int) -> float:
        """Returns the seconds that a payload of this size adds to time-out and deadline."""
        return float(payload_bytes // BYTES_PER_ALLOWED_SECOND)

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Returns the shipped scenarios, adapted to this profile, and the suite's own scenarios."""
        own = {scenario.name: scenario for scenario in self._iter_own_scenarios()}
        return {
            name: self._adapt_scenario(each) for name, each in load_shipped_scenarios().items()
        } | own

    def is_lengthy(self, name: str) -> bool:
        """Returns True if *name* keeps a client busy until its deadline or time-out."""
        scenario = self.scenarios[name]
        steps = [step for part in SCENARIO_PARTS for step in getattr(scenario, part).steps]
        waits = any(step.retry_after for step in steps) and not self.is_virtual
        silent = any(step.cut is Cut.SILENCE for step in steps)
        endless = any(step.times is None and not step.handled for step in scenario.poll.steps)
        unreadable = scenario.poll.upper_case or scenario.poll.other_words
        slow = isinstance(scenario.outcome.lifecycle, Never | Seconds)
        return bool(waits or silent or endless or unreadable or slow)

    def _iter_own_scenarios(self) -> Iterator[Scenario]:
        """Yields scenarios in which only the last poll before the deadline sees the end."""
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
        """Returns *scenario*, with shorter waits if they take real time."""
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
            # An HTTP date has whole seconds, so it can be up to one second too late.
            step = replace(step, retry_after=0.2 if step.retry_as_date else 1.0, times=1)
        if step.status in LOCKED_STATUSES and step.times is None and not self.is_virtual:
            step = replace(step, times=MAX_REAL_REPEATS)
        return step


VIRTUAL: Final = TimeProfile(name="virtual", deadline=900.0, timeout=1.0, call_timeout=20.0)
"""For clients in the suite's own process, which use the suite's clock."""

REAL: Final = TimeProfile(
    name="real", deadline=1.5, timeout=1.0, call_timeout=15.0, poll_interval=0.002
)
"""For all other clients. Waits are short, but long enough for a busy machine."""

TIME_PROFILES: Final = {each.name: each for each in (VIRTUAL, REAL)}
