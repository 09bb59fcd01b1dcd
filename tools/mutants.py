"""Do the hand-written witnesses see every mistake? Run by ``make mutants``.

Each single mistake in a table is shown to the limits that were typed by hand and, where those
do not see it, to the golden payloads; each slip in the code of a check, to its edges. No test
that is derived from the tables takes part. Exit code 1 if a mistake goes unseen.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mistakes import mutants
from slips import slips

from wan_validators import catalog
from wan_validators.constraints import basic, media, size
from wan_validators.spec import ModelSpec, Severity

sys.path.insert(0, str(Path(__file__).parents[1] / "validators"))
sys.path.insert(0, str(Path(__file__).parents[1] / "contract_tests/tests"))

import reference_linter
from tests import test_checks, test_limits, test_media_checks
from tests.witnesses import Golden, golden


def main() -> int:
    seen, unseen = Counter[str](), []
    for witness, mistake in (*tables(), *code()):
        seen[witness] += 1
        if not witness:
            unseen.append(mistake)
    for mistake in unseen:
        print(f"unseen: {mistake}")
    counts = ", ".join(f"{count} by the {witness}" for witness, count in seen.items() if witness)
    print(f"{sum(seen.values())} mistakes: {counts}; {len(unseen)} unseen")
    return 1 if unseen else 0


def tables() -> Iterator[tuple[str, str]]:
    """Which witness sees each mistake in a table; ``""`` is none."""
    for spec in catalog():
        for mutant in mutants(spec):
            if fails(limits, mutant.spec):
                yield "limits", mutant.mistake
            elif fails(payloads, mutant.spec):
                yield "payloads", mutant.mistake
            else:
                yield "", mutant.mistake


def code() -> Iterator[tuple[str, str]]:
    """Which slips in the code of a check its edges see."""
    witnesses = (
        (basic, test_checks),
        (size, test_checks),
        (media, test_media_checks),
    )
    for module, witness in witnesses:
        for slip in slips(module):
            with slip.made():
                yield "edges" if fails(edges, witness, slip.check) else "", slip.mistake


def fails(witness: Callable[..., None], *given: Any) -> bool:
    """Whether *witness* fails, in whatever way."""
    try:
        witness(*given)
    except Exception:  # noqa: BLE001  (a broken check may raise anything)
        return True
    return False


def limits(spec: ModelSpec) -> None:
    test_limits.test_the_table_has_the_rows_of_the_page_and_no_others(spec)
    test_limits.test_what_a_model_makes_is_what_its_page_says(spec)


def payloads(spec: ModelSpec) -> None:
    for case in cases(spec.id):
        unwrap = spec.vendor.unwrap if type(case.payload) is dict else None
        inner = unwrap(case.payload) if unwrap else None
        found = reference_linter.findings(spec, inner.payload if inner else case.payload)
        if case.rule is None:
            assert all(each.severity is Severity.INFO for each in found)
        elif not (inner and inner.ignored_pointers):
            facts = [(each.rule, str(each.severity), each.code) for each in found]
            assert facts == [case.expected]


@cache
def cases(model: str) -> list[Golden]:
    return [case for case in golden("valid") + golden("invalid") if case.model == model]


def edges(witness: Any, check: type) -> None:
    for case in witness.CASES:
        if isinstance(case.check, check) or any(
            isinstance(getattr(case.check, name, None), check) for name in ("outer", "inner")
        ):
            witness.test_edges(case)


if __name__ == "__main__":
    sys.exit(main())
