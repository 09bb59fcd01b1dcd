"""Do the broken clients see every mistake in the laws? Run by ``make law-mutants``.

The calls of all clients are recorded once. Then they are judged again, each time with one
mistake in a judge, in a helper or in a constant of the laws: the mistake is seen if
``expected_violations.py`` no longer holds, or if a law judges more calls or fewer.
Exit code 1 if one goes unseen that is not known to make no difference, or if one is seen that
is said to make none.
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
from wan_contracts.runner.interaction import Interaction


class Witnesses:
    """All recorded calls, and which of them break which law as it is."""

    def __init__(self, recorded: Mapping[str, Sequence[Interaction]]) -> None:
        self._cells = {law.id: _cells(law, recorded) for law in LAWS}
        self._occasions = [run for name in COUNTED for run in recorded[name]]
        self._judged = {law.id: self._count_judged(law) for law in LAWS}

    def notice(self, mutant: Mutant) -> bool:
        """Whether the laws judge otherwise with *mutant* in them."""
        touched = [law for law in LAWS if mutant.name in _reach(law.judge)]
        with mutant.made():
            try:
                return any(self._differs(law) for law in touched)
            except Exception:  # noqa: BLE001  (a judge with a mistake in it may raise anything)
                return True

    def _differs(self, law: Law) -> bool:
        return self._count_judged(law) != self._judged[law.id] or any(
            any(_breaks(law, run) for run in runs) is not breaks
            for runs, breaks in self._cells[law.id]
        )

    def _count_judged(self, law: Law) -> int:
        """Counts the calls that *law* has something to say of."""
        return sum(law.judge(run) is not None for run in self._occasions)


def _cells(
    law: Law, recorded: Mapping[str, Sequence[Interaction]]
) -> list[tuple[Sequence[Interaction], bool]]:
    """The calls of each client, and whether any is to break *law*; what is soon seen is first."""
    cells = []
    for name, runs in recorded.items():
        guilty = [run for run in runs if _breaks(law, run)]
        cells.append(([*guilty, *runs], law.id in BROKEN.get(name, ())))
    return sorted(cells, key=lambda cell: not cell[1])


def _breaks(law: Law, run: Interaction) -> bool:
    verdict = law.judge(run)
    return verdict is not None and not verdict.passed


@cache
def _reach(function: Any) -> frozenset[str]:
    """The names that *function* uses, and those that these use."""
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
    witnesses = Witnesses(recorded_runs.recorded())
    found = {mutant.mistake: witnesses.notice(mutant) for mutant in mutants()}
    unseen = [mistake for mistake, noticed in found.items() if not noticed]
    wrong = [f"unseen: {mistake}" for mistake in unseen if mistake not in EQUIVALENT]
    wrong += [f"not harmless: {mistake}" for mistake in EQUIVALENT if mistake not in unseen]
    summary = f"{len(found)} mistakes: {len(found) - len(unseen)} seen, {len(unseen)} unseen"
    known = f"{len(EQUIVALENT)} are known to make no difference"
    sys.stdout.write("\n".join([*wrong, f"{summary}; {known}"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
