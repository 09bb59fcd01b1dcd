"""Random search for calls that break a law, and the smallest of them, by Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final

from wan_mockserver.assertions.verdict import Verdict
from wan_validators.optional_dependencies import explain_missing_extra

from ..cases.case import Case
from ..cases.random_cases import Batch

with explain_missing_extra():
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import Flaky, NoSuchExample, Unsatisfiable
    from hypothesis.strategies import SearchStrategy

BATCHES_PER_SEED: Final = 40
"""Sittings that are drawn from one seed."""

MAX_SHRINK_CALLS: Final = 400
"""Calls that may be made to find a smaller one, for each law."""

Verdicts = Mapping[str, Verdict]
MakeCall = Callable[[Case, bool], Verdicts | None]
"""Makes a call, in earnest or in search of a smaller one; None when the time is over."""


class RandomSearch:
    """Draws sittings from *strategy*, and looks for the smallest call that breaks each law.

    *make* makes a call and judges it. What is drawn depends on *seed* and on the client alone,
    so a seed repeats the whole search.
    """

    def __init__(self, strategy: SearchStrategy[Batch], make: MakeCall, seed: int) -> None:
        self._strategy = strategy
        self._make = make
        self._seed = seed
        self._broken_laws: dict[str, frozenset[str]] = {}
        self._is_over = False

    def run(self, wanted: Callable[[], bool], known: set[str]) -> None:
        """Goes on while more calls are *wanted*. Laws *known* to be broken are not looked for."""
        chunk = 0
        while wanted() and not self._is_over:
            found = self._search_chunk(chunk, known, wanted)
            for law in sorted(found - known):
                self._find_smallest(chunk, law)
            known |= found
            chunk += 1

    def _search_chunk(
        self, chunk: int, known: set[str], wanted: Callable[[], bool]
    ) -> frozenset[str]:
        """The laws not *known* that the first call to break any of them breaks."""
        found: frozenset[str] = frozenset()

        def breaks(batch: Batch) -> bool:
            nonlocal found
            for case in batch.cases():
                if found or not wanted():
                    return False
                found = self._find_broken_laws(case, earnest=True) - known
            return False

        self._find(chunk, breaks, [Phase.generate])
        return found

    def _find_smallest(self, chunk: int, law: str) -> None:
        """Draws the same again, and then ever smaller calls that break *law*."""
        left = MAX_SHRINK_CALLS

        def breaks(batch: Batch) -> bool:
            nonlocal left
            for case in batch.cases():
                new = case.canonical_json not in self._broken_laws
                if new and left <= 0:
                    continue
                left -= new
                if law in self._find_broken_laws(case, earnest=False):
                    return True
            return False

        self._find(chunk, breaks, [Phase.generate, Phase.shrink])

    def _find(self, chunk: int, breaks: Callable[[Batch], bool], phases: Sequence[Phase]) -> None:
        try:
            find(
                self._strategy,
                breaks,
                settings=settings(
                    max_examples=BATCHES_PER_SEED,
                    phases=phases,
                    database=None,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
                random=Random(f"{self._seed}/{chunk}"),
            )
        except (NoSuchExample, Unsatisfiable, Flaky):
            """Nothing, or nothing that happens twice; whatever was found is kept already."""

    def _find_broken_laws(self, case: Case, *, earnest: bool) -> frozenset[str]:
        """The laws that *case* breaks; a call that was made before is not made again."""
        if case.canonical_json not in self._broken_laws:
            verdicts = self._make(case, earnest)
            if verdicts is None:
                self._is_over = True
                return frozenset()
            broken = (law for law, verdict in verdicts.items() if not verdict.passed)
            self._broken_laws[case.canonical_json] = frozenset(broken)
        return self._broken_laws[case.canonical_json]
