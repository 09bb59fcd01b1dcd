"""Checks that the faulty clients detect every mistake in the laws (``make law-mutants``).

It records the calls of all clients once. Then it checks them again with one mistake at a time in
a check, a helper or a constant of the laws. A mistake is detected if ``expected_violations.py``
is not true any more, or if a law applies to another number of calls.

The exit code is 1 if an undetected mistake is not in EQUIVALENT, or if a detected one is.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from types import CodeType, FunctionType
from typing import Any

import recorded_runs
from expected_violations import BROKEN
from law_mutations_equivalent import EQUIVALENT
from law_mutations_seeded import MODULES, Mutant, mutants
from recorded_runs import COUNTED
from wan_contracts.laws import LAWS, Law
from wan_contracts.runner.aggregation import evaluate_laws
from wan_contracts.runner.interaction import Interaction


class RecordedCalls:
    """All recorded calls, and the laws that they break without a mistake."""

    def __init__(self, recorded: Mapping[str, Sequence[Interaction]]) -> None:
        self._cells = {law.id: _cells(law, recorded) for law in LAWS}
        self._counted = [call for name in COUNTED for call in recorded[name]]
        self._judged = {law.id: self._count_judged(law) for law in LAWS}

    def detects(self, mutant: Mutant) -> bool:
        """Returns whether a verdict changes with *mutant* in the laws."""
        touched = [law for law in LAWS if mutant.name in _reach(law.judge)]
        with mutant.applied():
            try:
                return any(self._differs(law) for law in touched)
            except Exception:  # noqa: BLE001  (a check with a mistake can raise anything)
                return True

    def _differs(self, law: Law) -> bool:
        return self._count_judged(law) != self._judged[law.id] or any(
            any(_breaks(law, call) for call in calls) is not breaks
            for calls, breaks in self._cells[law.id]
        )

    def _count_judged(self, law: Law) -> int:
        """Returns the number of calls that *law* applies to."""
        return sum(law.judge(call) is not None for call in self._counted)


def _cells(
    law: Law, recorded: Mapping[str, Sequence[Interaction]]
) -> list[tuple[Sequence[Interaction], bool]]:
    """Returns the calls of each client, and whether one must break *law*.

    Calls that break the law come first, because they detect mistakes early.
    """
    cells = []
    for name, calls in recorded.items():
        guilty = [call for call in calls if _breaks(law, call)]
        cells.append(([*guilty, *calls], law.id in BROKEN.get(name, ())))
    return sorted(cells, key=lambda cell: not cell[1])


def _breaks(law: Law, call: Interaction) -> bool:
    verdict = evaluate_laws([law], call).get(law.id)
    return verdict is not None and not verdict.passed


@cache
def _reach(function: Any) -> frozenset[str]:
    """Returns the names that *function* uses, directly or indirectly."""
    names, todo = {function.__name__}, [function.__code__]
    while todo:
        code = todo.pop()
        todo += [each for each in code.co_consts if isinstance(each, CodeType)]
        for name in set(code.co_names) - names:
            names.add(name)
            for module in MODULES:
                used = vars(module).get(name)
                if isinstance(used, FunctionType):
                    todo.append(used.__code__)
    return frozenset(names)


def main() -> int:
    calls = RecordedCalls(recorded_runs.record_calls())
    found = {mutant.mistake: calls.detects(mutant) for mutant in mutants()}
    undetected = [mistake for mistake, detected in found.items() if not detected]
    wrong = [f"undetected: {mistake}" for mistake in undetected if mistake not in EQUIVALENT]
    wrong += [
        f"detected, but listed as equivalent: {mistake}"
        for mistake in EQUIVALENT
        if mistake not in undetected
    ]
    counts = f"{len(found) - len(undetected)} detected, {len(undetected)} undetected"
    summary = f"{len(found)} mistakes: {counts}"
    known = f"{len(EQUIVALENT)} are known as equivalent"
    sys.stdout.write("\n".join([*wrong, f"{summary}; {known}"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
