"""Searches with Hypothesis for calls that break a law, and minimizes them."""

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

__all__ = ["RandomSearch"]

BATCHES_PER_SEED: Final = 40
"""Number of batches that are drawn from one seed."""

MAX_SHRINK_CALLS: Final = 400
"""Maximum calls to find a smaller failure, for each law."""

Verdicts = Mapping[str, Verdict]
MakeCall = Callable[[Case, bool], Verdicts | None]
"""Makes a call, which counts (True) or only searches for a smaller one. None if time is up."""


class RandomSearch:
    """Draws batches from *strategy*, and searches for the smallest failing call of each law.

    *make* makes a call and checks it. The drawn cases depend only on *seed* and the client, so
    the same seed repeats the whole search.
    """

    def __init__(self, strategy: SearchStrategy[Batch], make: MakeCall, seed: int) -> None:
        self._strategy = strategy
        self._make = make
        self._seed = seed
        self._broken_laws: dict[str, frozenset[str]] = {}
        self._is_over = False

    def run(self, wants_more: Callable[[], bool], known: set[str]) -> None:
        """Searches while *wants_more* is true, for failures of laws that are not in *known*."""
        chunk = 0
        while wants_more() and not self._is_over:
            found = self._search_chunk(chunk, known, wants_more)
            for law in sorted(found - known):
                self._find_smallest(chunk, law)
            known |= found
            chunk += 1

    def _search_chunk(
        self, chunk: int, known: set[str], wants_more: Callable[[], bool]
    ) -> frozenset[str]:
        """Returns the laws not in *known* that the first failing call breaks."""
        found: frozenset[str] = frozenset()

        def is_enough(batch: Batch) -> bool:
            """Makes the calls of *batch*; returns True if no other batch must be drawn."""
            nonlocal found
            for case in batch.cases():
                if found or not wants_more():
                    return True
                found = self._find_broken_laws(case, counted=True) - known
            return bool(found)

        self._find(chunk, is_enough, [Phase.generate])
        return found

    def _find_smallest(self, chunk: int, law: str) -> None:
        """Draws the same cases again, then smaller and smaller ones that break *law*."""
        left = MAX_SHRINK_CALLS

        def breaks(batch: Batch) -> bool:
            nonlocal left
            for case in batch.cases():
                new = case.canonical_json not in self._broken_laws
                if new and left <= 0:
                    continue
                left -= new
                if law in self._find_broken_laws(case, counted=False):
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
            """No failure, or one that is not reproducible; failures are stored already."""

    def _find_broken_laws(self, case: Case, *, counted: bool) -> frozenset[str]:
        """Returns the laws that *case* breaks; does not repeat a call that was made before."""
        if case.canonical_json not in self._broken_laws:
            verdicts = self._make(case, counted)
            if verdicts is None:
                self._is_over = True
                return frozenset()
            broken = (law for law, verdict in verdicts.items() if not verdict.passed)
            self._broken_laws[case.canonical_json] = frozenset(broken)
        return self._broken_laws[case.canonical_json]
