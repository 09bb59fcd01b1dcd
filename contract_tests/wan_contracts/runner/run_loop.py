"""Makes the calls of one run, one phase after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.spec import ModelSpec

from ..cases.case import Case
from ..cases.concurrent import iter_concurrent_groups
from ..cases.random_cases import draw_batches
from ..cases.systematic import find_supported_case, iter_systematic_cases
from ..cases.time_profiles import TimeProfile
from .aggregation import Aggregator, evaluate_laws, is_unsupported
from .confirmation import CallHistory, Confirmation, Limits
from .endurance import Endurance
from .harness import Harness
from .in_flight import iter_in_flight
from .interaction import Interaction
from .minimize import shrink_case
from .pace import describe_omissions
from .random_search import RandomSearch
from .run_plan import RunPlan, is_wanted

__all__ = ["ProgressCallback", "RunLoop"]

MAX_SHRINK_CALLS_EXTERNAL: Final = 20
MAX_SHRINK_CALLS_IN_PROCESS: Final = 80
"""Maximum calls to find a smaller payload for a failure."""

IN_PROCESS_LIMITS: Final = Limits(repeats=1, law_calls=1500, all_calls=6000)
EXTERNAL_LIMITS: Final = Limits(repeats=2, law_calls=150, all_calls=600)
"""How often failures are repeated. In real time, each failure must repeat twice."""

ProgressCallback = Callable[[Aggregator, int], None]
"""Is called after each call, with the aggregated calls and the planned number of calls."""


class RunLoop:
    """Makes the calls of one run, one after another."""

    def __init__(
        self, harness: Harness, plan: RunPlan, aggregator: Aggregator, watch: ProgressCallback
    ) -> None:
        self._harness = harness
        self._plan = plan
        self._aggregator = aggregator
        self._watch = watch
        self._ends = None if plan.seconds is None else monotonic() + plan.seconds
        self._calls = 0
        self._total = 0
        self._declined: set[str] = set()
        self._history = CallHistory()
        self.omissions: list[str] = []
        self.endurance = Endurance(self._probe)

    @property
    def is_hopeless(self) -> bool:
        """Returns True if the last calls all failed in the same way."""
        return self.endurance.is_hopeless

    def run_systematic_cases(self, specs: Sequence[ModelSpec], time_profile: TimeProfile) -> None:
        """Makes the systematic calls: every rule and every scenario once."""
        brief = self._plan.brief
        everywhere = self._harness.client.in_process and not brief
        chosen = iter_systematic_cases(
            specs,
            time_profile,
            everywhere=everywhere,
            edges=not brief,
            combinations=[
                name for name in self._plan.scenarios if name not in time_profile.scenarios
            ],
        )
        cases = [case for case in chosen if is_wanted(case, self._plan, time_profile)]
        if self._plan.seconds is not None:  # calls that take long come last
            cases.sort(key=lambda case: time_profile.is_lengthy(case.scenario))
        concurrent = sum(map(len, self._iter_groups(specs, time_profile)))
        self._total = len(cases) + self._plan.examples + concurrent
        if not self._harness.client.in_process and self._harness.client.max_together > 1:
            self._calls = len(cases)
            for interaction in iter_in_flight(self._harness, cases, 1, self._is_supported):
                self._add(interaction, counted=True, in_flight=True)
            return
        for nth, case in enumerate(cases):
            if self.is_hopeless:
                return
            if self._calls and self._is_over():
                self.omissions = [describe_omissions(self._plan.seconds or 0, cases, nth)]
                return
            supported = find_supported_case(case, specs, self._declined, time_profile)
            if supported:
                self.make_call(supported, counted=True)

    def run_concurrent_cases(self, specs: Sequence[ModelSpec], time_profile: TimeProfile) -> None:
        """Makes groups of calls that run at the same time, if the client can do that."""
        for cases in self._iter_groups(specs, time_profile):
            if self._is_over():
                return
            for interaction in self._run_group(cases):
                self._add(interaction, counted=True)

    def _iter_groups(
        self, specs: Sequence[ModelSpec], time_profile: TimeProfile
    ) -> Iterator[list[Case]]:
        size = getattr(self._harness.client, "max_together", 1)
        left = [spec for spec in specs if spec.id not in self._declined]
        if size > 1 and left and not self._plan.scenarios:
            yield from iter_concurrent_groups(left, time_profile, size, brief=self._plan.brief)

    def run_random_search(self, specs: Sequence[ModelSpec], time_profile: TimeProfile) -> None:
        """Makes random calls with the models that the client supports."""
        left = tuple(spec for spec in specs if spec.id not in self._declined)
        max_cases = self._aggregator.cases + self._plan.examples
        if not left or self._plan.scenarios or not self._plan.examples:
            return
        search = RandomSearch(
            draw_batches(left, time_profile), self._make_random_call, self._plan.seed
        )
        search.run(
            lambda: self._aggregator.cases < max_cases and not self._is_over(),
            {*self._aggregator.broken},
        )

    def shrink_failures(self) -> None:
        """Minimizes the payload of each failure."""
        for law, failure in [*self._aggregator.smallest_failures.items()]:
            in_process = self._harness.client.in_process
            left = MAX_SHRINK_CALLS_IN_PROCESS if in_process else MAX_SHRINK_CALLS_EXTERNAL

            if failure.interaction.together:
                # The other calls show it, too, so no payload is the smallest.
                continue

            def fails(case: Case, law: str = law) -> bool:
                nonlocal left
                left -= 1
                if left < 0 or self._is_over():
                    return False
                verdict = self.make_call(case, counted=False).get(law)
                return verdict is not None and not verdict.passed

            shrink_case(failure.interaction.case, fails)

    def confirm_failures(self) -> None:
        """Repeats each failure in a fresh client, alone or after other calls."""
        real_time = not self._harness.time_profile.is_virtual
        confirmation = Confirmation(
            self._run_call,
            self._run_group,
            self._harness.renew_client,
            self._plan.laws,
            EXTERNAL_LIMITS if real_time else IN_PROCESS_LIMITS,
        )
        for law, failure in [*self._aggregator.smallest_failures.items()]:
            self._aggregator.confirm(law, confirmation.confirm(failure, law, self._history))

    def make_call(self, case: Case, *, counted: bool, drawn: bool = False) -> dict[str, Verdict]:
        """Makes the call and evaluates the laws; adds a *counted* call to the report."""
        return self._add(self._run_call(case), counted=counted, drawn=drawn)

    def _add(
        self,
        interaction: Interaction,
        *,
        counted: bool,
        drawn: bool = False,
        in_flight: bool = False,
    ) -> dict[str, Verdict]:
        """Evaluates the laws on *interaction*; adds a *counted* call to the report."""
        verdicts = evaluate_laws(self._plan.laws, interaction)
        self._history.add(interaction, [law for law, each in verdicts.items() if not each.passed])
        if counted:
            self._aggregator.add(interaction, verdicts, drawn=drawn)
        else:
            self._aggregator.keep(interaction, verdicts)
        if is_unsupported(interaction):
            self._declined.add(interaction.case.model_id)
        # A fresh client would end the calls that are still running.
        self.endurance.add(interaction, may_probe=not in_flight)
        if counted:
            self._watch(self._aggregator, self._total)
        return verdicts

    def _run_call(self, case: Case) -> Interaction:
        self._calls += 1
        return self._harness.run(case, self._calls)

    def _run_group(self, cases: Sequence[Case]) -> Sequence[Interaction]:
        """Makes a call for each of *cases* at the same time."""
        interactions = self._harness.run_together(cases, self._calls + 1)
        self._calls += len(cases)
        return interactions

    def _probe(self, case: Case) -> Interaction:
        """Makes a call in a fresh client, with which the run goes on."""
        self._harness.renew_client()
        self._history.forget_calls()
        interaction = self._run_call(case)
        self._history.add(interaction, ())
        return interaction

    def _make_random_call(self, case: Case, counted: bool) -> dict[str, Verdict] | None:  # noqa: FBT001
        return None if self._is_over() else self.make_call(case, counted=counted, drawn=True)

    def _is_supported(self, case: Case) -> bool:
        return case.model_id not in self._declined and not self._is_over()

    def _is_over(self) -> bool:
        return self.is_hopeless or (self._ends is not None and monotonic() >= self._ends)
