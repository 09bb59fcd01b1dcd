"""Runs many calls of a client that works on several cases at the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from ..cases.case import Case
from .harness import Harness
from .interaction import Interaction

__all__ = ["iter_in_flight"]


def iter_in_flight(
    harness: Harness, cases: Sequence[Case], first: int, is_wanted: Callable[[Case], bool]
) -> Iterator[Interaction]:
    """Yields the calls with *cases* in their order, while the next ones are running.

    Their numbers begin with *first*. Omits the cases that are not wanted any more when their
    turn comes.
    """
    size = harness.client.max_together

    def run(case: Case, number: int) -> Interaction | None:
        return harness.run_in_flight(case, number) if is_wanted(case) else None

    running: deque[Future[Interaction | None]] = deque()
    with ThreadPoolExecutor(size) as pool:
        for number, case in enumerate((*cases, *[None] * size), first):
            if case is not None:
                running.append(pool.submit(run, case, number))
            if running and (case is None or len(running) > size):
                interaction = running.popleft().result()
                if interaction is not None:
                    yield interaction
        yield from filter(None, (each.result() for each in running))
