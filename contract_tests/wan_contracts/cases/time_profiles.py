"""Defines how time passes for a client under test, and adapts the scenarios to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from wan_mockserver.http.delivery import Cut
from wan_mockserver.scenarios.catalogue import load_shipped_scenarios
from wan_mockserver.scenarios.lifecycle import Never, Polls, Seconds
from wan_mockserver.scenarios.scenario import Scenario, TaskOutcome
from wan_mockserver.scenarios.step import Lag, Step
from wan_mockserver.scenarios.toml_format import read_scenarios
from wan_validators.spec import ModelSpec

__all__ = ["REAL", "TIMES", "TIME_PROFILES", "VIRTUAL", "TimeProfile"]

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


MIN_SLOW_TIMEOUT_S: Final = 0.5
"""The shortest request time-out within which a slow or late response arrives."""

TIMES: Final = ("deadline", "timeout", "poll_interval", "call_timeout")
"""The times of a profile that a user can change, in seconds."""

MAX_VENDOR_INTERVAL_S: Final = 15.0
"""The longest poll interval that a vendor recommends."""


@dataclass(frozen=True, kw_only=True)
class TimeProfile:
    """Holds the deadline of a task, the request time-out and the poll interval, in seconds.

    If time is virtual, no waiting takes real time. Without a *poll_interval*, clients use the
    interval that the model's vendor recommends. A client that takes longer than *call_timeout*
    real seconds for one call counts as hung. *scenario_file* is a TOML file with more
    scenarios, and *skipped* are the names of scenarios that are not used.
    """

    name: str
    deadline: float
    timeout: float
    call_timeout: float
    poll_interval: float | None = None
    is_virtual: bool = True
    scenario_file: str | None = None
    skipped: frozenset[str] = frozenset()

    def change_times(self, times: Mapping[str, float]) -> TimeProfile:
        """Returns this profile with other *times*, by the names of their fields.

        In real time, the time limit of a call grows with the other times if it is not given.
        """
        made = replace(
            self,
            deadline=times.get("deadline", self.deadline),
            timeout=times.get("timeout", self.timeout),
            poll_interval=times.get("poll_interval", self.poll_interval),
        )
        longest = 2 * (made.deadline + 2 * made.max_interval + 2 * made.timeout)
        least = self.call_timeout if self.is_virtual else max(self.call_timeout, longest)
        return replace(made, call_timeout=times.get("call_timeout", least))

    @property
    def max_interval(self) -> float:
        """Returns the longest poll interval of any model, in seconds."""
        return MAX_VENDOR_INTERVAL_S if self.poll_interval is None else self.poll_interval

    def interval_for(self, spec: ModelSpec) -> float:
        """Returns the seconds that a client waits between two polls of a task of *spec*."""
        return spec.outputs.interval if self.poll_interval is None else self.poll_interval

    def compute_allowance(self, payload_bytes: int) -> float:
        """Returns the seconds that a payload of this size adds to time-out and deadline."""
        return float(payload_bytes // BYTES_PER_ALLOWED_SECOND)

    @cached_property
    def every_scenario(self) -> Mapping[str, Scenario]:
        """Returns the shipped scenarios and those of the file, adapted, and the suite's own.

        Raises InvalidField and OSError if the file cannot be read.
        """
        own = {scenario.name: scenario for scenario in self._iter_own_scenarios()}
        read = {} if self.scenario_file is None else read_scenarios(Path(self.scenario_file))
        given = {**load_shipped_scenarios(), **read}
        return {name: self._adapt_scenario(each) for name, each in given.items()} | own

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Returns the scenarios that are used: not skipped, and possible with these times."""
        return {
            name: each
            for name, each in self.every_scenario.items()
            if name not in self.skipped and self._has_time_for(each)
        }

    def uses(self, name: str) -> bool:
        """Returns True if all scenarios are used that *name* combines, as in ``a:2+b``."""
        parts = (part.partition(":")[0].strip() for part in name.split("+"))
        return all(part in self.scenarios for part in parts)

    @property
    def too_long_scenarios(self) -> list[str]:
        """Returns the names of the scenarios that need more time than a client has."""
        every = self.every_scenario.items()
        names = (name for name, each in every if not self._has_time_for(each))
        return [name for name in names if name not in self.skipped]

    def _has_time_for(self, scenario: Scenario) -> bool:
        """Returns True if a client can see the end of *scenario* before its deadline."""
        steps = [step for part in SCENARIO_PARTS for step in getattr(scenario, part).steps]
        if self.timeout < MIN_SLOW_TIMEOUT_S and any(step.delay or step.pace for step in steps):
            return False
        polls = sum(step.times or 1 for step in scenario.poll.steps)
        lifecycle = scenario.outcome.lifecycle
        polls += lifecycle.unfinished if isinstance(lifecycle, Polls) else 1
        waits = sum((step.retry_after or 0) * (step.times or 1) for step in steps)
        return polls * self.max_interval + waits < self.deadline

    def is_lengthy(self, name: str) -> bool:
        """Returns True if *name* keeps a client busy until its deadline or time-out.

        A name that combines scenarios does if one of them does.
        """
        if "+" in name or ":" in name:
            return any(self.is_lengthy(part.partition(":")[0].strip()) for part in name.split("+"))
        scenario = self.every_scenario[name]
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
        step = max(step, self.poll_interval or 0.0)
        for nth in (1, 2, 3) if self.is_virtual else (1,):
            ends = Seconds(max(self.deadline - (nth - 0.9) * step, 0.0))
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
        if isinstance(lifecycle, Seconds) and lifecycle.total >= self.deadline:
            outcome = replace(scenario.outcome, lifecycle=Seconds(self.deadline / 2))
            parts["outcome"] = outcome
        return replace(scenario, **parts)

    def _adapt_step(self, step: Step) -> Step:
        if step.delay:
            step = replace(step, delay=Lag(median=LATENCY_MEDIAN_S, sigma=step.delay.sigma))
        if step.pace:
            step = replace(step, pace=step.pace * BODY_SPEEDUP)
        telling = 2 * (self.poll_interval or 0.0)  # more than a client waits in any case
        if step.retry_after and self.is_virtual:
            step = replace(step, retry_after=max(VIRTUAL_RETRY_AFTER_S, telling))
        elif step.retry_after:
            # An HTTP date has whole seconds, so it can be up to one second too late.
            least = 0.2 if step.retry_as_date else 1.0
            step = replace(step, retry_after=max(least, telling), times=1)
        if step.status in LOCKED_STATUSES and step.times is None and not self.is_virtual:
            step = replace(step, times=MAX_REAL_REPEATS)
        return step


VIRTUAL: Final = TimeProfile(name="virtual", deadline=900.0, timeout=1.0, call_timeout=20.0)
"""For clients in the suite's own process, which use the suite's clock."""

REAL: Final = TimeProfile(
    name="real",
    deadline=1.5,
    timeout=1.0,
    call_timeout=15.0,
    poll_interval=0.002,
    is_virtual=False,
)
"""For all other clients. Waits are short, but long enough for a busy machine."""

TIME_PROFILES: Final = {each.name: each for each in (VIRTUAL, REAL)}
