"""Runs many calls of a client that works on several cases at the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from ..cases.case import Case
from .harness import Harness
from .interaction import Interaction

__all__ = ["iter_in_flight"]

LOOKAHEAD: Final = 4
"""Calls that may be done or running, for each one in flight, while an earlier one still runs.

So a call that waits for seconds does not keep the others from starting.
"""


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
        try:
            for number, case in enumerate(cases, first):
                running.append(pool.submit(run, case, number))
                if len(running) > LOOKAHEAD * size:
                    yield from filter(None, (running.popleft().result(),))
            while running:
                yield from filter(None, (running.popleft().result(),))
        finally:  # after an interruption, calls that have not begun are not made
            for each in running:
                each.cancel()
