"""Times of contenders that take turns, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import process_time
from timeit import timeit

Measure = Callable[[], float]
"""Takes one measurement, in seconds."""


def per_call(call: Callable[[], object], calls: int) -> Measure:
    """Measures the mean CPU time of *calls* calls in a row, with the garbage collector off."""
    return lambda: timeit(call, timer=process_time, number=calls) / calls


def interleaved(measures: Mapping[str, Measure], rounds: int) -> dict[str, list[float]]:
    """What each of *measures* gave in each of *rounds* rounds, by its name."""
    times: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            times[name].append(measure())
    return times
