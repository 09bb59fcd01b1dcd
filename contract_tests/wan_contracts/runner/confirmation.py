"""Repeats failing calls in a fresh client before they are reported.

A failure counts only if it repeats: alone, or after calls that were made before it. Then it is
reported with the shortest sequence of calls that shows it. A failure that never repeats was
caused by something else, such as a busy machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wan_mockserver.assertions.verdict import Verdict

from ..cases.case import Case
from ..laws import Law
from ..results.report import LawFailure
from .aggregation import evaluate_laws, measure_interaction
from .endurance import MAX_EQUAL_CALLS, is_hung
from .interaction import Interaction
from .minimize import shrink_case, shrink_sequence

__all__ = ["CallHistory", "Confirmation", "Limits"]

MAX_CANDIDATES: Final = 4
"""Number of failing calls of a law that are repeated until one of them fails again."""

MAX_PRECEDING_CALLS: Final = 2048
"""Number of earlier calls that are remembered as possible causes of a failure."""

GROUP_ATTEMPTS: Final = 5
"""Repetitions of calls at the same time, of which one must fail: what they share is a race."""

RunCall = Callable[[Case], Interaction]

RunGroup = Callable[[Sequence[Case]], Sequence[Interaction]]
"""Makes several calls at the same time."""


class CallHistory:
    """Remembers the latest calls, and for each broken law some of the calls that broke it."""

    def __init__(self) -> None:
        self._calls: deque[Case] = deque(maxlen=MAX_PRECEDING_CALLS)
        self._first: dict[str, tuple[Case, ...]] = {}
        self._smallest: dict[str, list[tuple[tuple[int, ...], Case]]] = {}

    def add(self, interaction: Interaction, broken: Collection[str]) -> None:
        """Adds a call that broke the laws with the ids *broken*."""
        if broken:
            size = measure_interaction(interaction)
            for law in broken:
                self._first.setdefault(law, (*self._calls, interaction.case))
                smallest = self._smallest.setdefault(law, [])
                smallest.append((size, interaction.case))
                smallest.sort(key=lambda each: each[0])
                del smallest[MAX_CANDIDATES:]
        self._calls.append(interaction.case)

    def forget_calls(self) -> None:
        """Forgets the latest calls: the client is a fresh one, which they do not affect."""
        self._calls.clear()

    def list_candidates(self, law: str, best: Case) -> list[Case]:
        """Returns *best* and other small cases that broke *law*, without repetitions."""
        cases = [best, *(case for _, case in self._smallest.get(law, []))]
        return [*{case.canonical_json: case for case in cases}.values()]

    def get_first_sequence(self, law: str) -> tuple[Case, ...]:
        """Returns the first call that broke *law*, and before it all calls before it."""
        return self._first[law]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits how often failures are repeated.

    A failure must repeat *repeats* times. At most *law_calls* calls search for a sequence that
    breaks one law, and *all_calls* for those of all laws.
    """

    repeats: int
    law_calls: int
    all_calls: int


@dataclass(frozen=True, slots=True)
class _Result:
    """The last call of a sequence."""

    interaction: Interaction
    verdicts: dict[str, Verdict]

    def breaks(self, law: str) -> bool:
        verdict = self.verdicts.get(law)
        return verdict is not None and not verdict.passed


class Confirmation:
    """Repeats failing calls with *run*, after *renew* has made the client a fresh one.

    *run_group* repeats calls that failed while others ran at the same time.
    """

    def __init__(
        self,
        run: RunCall,
        run_group: RunGroup,
        renew: Callable[[], None],
        laws: Sequence[Law],
        limits: Limits,
    ) -> None:
        self._run = run
        self._run_group = run_group
        self._renew = renew
        self._laws = laws
        self._limits = limits
        self._left = limits.all_calls
        self._results: dict[tuple[str, ...], list[_Result]] = {}
        self._known_causes: list[tuple[Case, ...]] = []
        self._hung_calls = 0

    def confirm(self, failure: LawFailure, law: str, history: CallHistory) -> LawFailure | None:
        """Returns a failure of *law* that repeats; None if *failure* and others do not.

        The repeated call takes the place of the one that was observed in the run.
        """
        for case in history.list_candidates(law, failure.interaction.case):
            result = self._repeat((case,), law)
            if result is not None:
                return _replace_call(failure, law, result)
        if failure.interaction.together:
            return self._confirm_group(failure, law)
        return self._find_sequence(failure, law, history.get_first_sequence(law))

    def _confirm_group(self, failure: LawFailure, law: str) -> LawFailure | None:
        """Returns a failure of the calls that ran at the same time as the call of *failure*."""
        for _ in range(GROUP_ATTEMPTS):
            self._renew()
            for interaction in self._run_group(failure.interaction.together):
                result = _Result(interaction, evaluate_laws(self._laws, interaction))
                if result.breaks(law):
                    return _replace_call(failure, law, result)
        return None

    def _find_sequence(
        self, failure: LawFailure, law: str, sequence: tuple[Case, ...]
    ) -> LawFailure | None:
        """Returns *failure* with the fewest calls of *sequence* that show it, or None.

        The payload of the last call is made smaller, too.
        """
        *preceding, case = sequence
        calls = min(self._limits.law_calls, self._left)

        def fails(cases: Sequence[Case], last: Case = case) -> bool:
            nonlocal calls
            calls -= len(cases) + 1
            if calls < 0 or self._hung_calls >= MAX_EQUAL_CALLS:
                return False
            self._left -= len(cases) + 1
            return self._run_fresh((*cases, last), 0).breaks(law)

        causes = _iter_causes(self._known_causes, preceding)
        cause = next((each for each in causes if fails(each)), None)
        if cause is None:
            return None
        shortest = tuple(shrink_sequence(cause, fails))
        case = shrink_case(case, lambda smaller: fails(shortest, smaller))
        result = self._repeat((*shortest, case), law, already=1)
        if result is None:
            return None
        self._known_causes.append(shortest)
        return replace(_replace_call(failure, law, result), preceding=shortest)

    def _repeat(self, cases: tuple[Case, ...], law: str, already: int = 0) -> _Result | None:
        """Returns the last call of *cases* if it breaks *law* as often as it must, else None."""
        result = None
        for nth in range(already + self._limits.repeats):
            result = self._run_fresh(cases, nth)
            if not result.breaks(law):
                return None
            if is_hung(result.interaction):  # it takes long, and no busy machine causes it
                break
        return result

    def _run_fresh(self, cases: tuple[Case, ...], nth: int) -> _Result:
        """Makes the calls *cases* in a fresh client for the *nth* time; returns the last one.

        Laws that are broken by the same calls share the results.
        """
        results = self._results.setdefault(tuple(case.canonical_json for case in cases), [])
        if nth >= len(results):
            self._renew()
            for case in cases:
                interaction = self._run(case)
                self._hung_calls += is_hung(interaction)
            results.append(_Result(interaction, evaluate_laws(self._laws, interaction)))
        return results[nth]


def _iter_causes(
    known: Sequence[tuple[Case, ...]], preceding: Sequence[Case]
) -> Iterator[Sequence[Case]]:
    """Yields calls that may cause a failure: *known* causes, then more and more of *preceding*."""
    yield from known
    size = 1
    while preceding:
        yield preceding[-size:]
        if size >= len(preceding):
            return
        size *= 2


def _replace_call(failure: LawFailure, law: str, result: _Result) -> LawFailure:
    return replace(failure, interaction=result.interaction, verdict=result.verdicts[law])
