"""Checks that the independent fixtures detect every mistake. Run by ``make mutants``.

The hand-typed limits, and then the golden payloads, must detect each single mistake in a
table. The hand-written edges must detect each mistake in the code of the constraints. Tests
derived from the tables do not take part. The exit code is 1 if a mistake is not detected.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from code_mutations import code_mutants
from table_mutations import mutants

from wan_validators import catalog
from wan_validators.constraints import basic, items, media, relations, size, text
from wan_validators.spec import ModelSpec, Severity

sys.path.insert(0, str(Path(__file__).parents[1] / "validators"))
sys.path.insert(0, str(Path(__file__).parents[1] / "contract_tests/tests"))

import reference_linter
from tests import (
    test_constraints,
    test_limits,
    test_media_constraints,
    test_relations,
    test_texts,
)
from tests.independent_fixtures import Golden, golden

EDGES: Final = {
    **dict.fromkeys((basic, items, size), test_constraints),
    media: test_media_constraints,
    relations: test_relations,
    text: test_texts,
}
"""The hand-written edges of the constraints of each module."""

EQUIVALENT: Final = ("size.parse_sides: LtE 0 -> Lt", "size.parse_sides: 32 -> 33")
"""Mistakes that no value can show: they change which results are remembered."""


def main() -> int:
    seen, unseen = Counter[str](), []
    for fixture, mistake in (*tables(), *code()):
        seen[fixture] += 1
        if not fixture:
            unseen.append(mistake)
    for mistake in unseen:
        print(f"unseen: {mistake}")
    counts = ", ".join(f"{count} by the {fixture}" for fixture, count in seen.items() if fixture)
    print(f"{sum(seen.values())} mistakes: {counts}; {len(unseen)} unseen")
    return 1 if unseen else 0


def tables() -> Iterator[tuple[str, str]]:
    """Yields the fixture that detects each mistake in a table; ``""`` for none."""
    for spec in catalog():
        for mutant in mutants(spec):
            if fails(limits, mutant.spec):
                yield "limits", mutant.mistake
            elif fails(payloads, mutant.spec):
                yield "payloads", mutant.mistake
            else:
                yield "", mutant.mistake


def code() -> Iterator[tuple[str, str]]:
    """Yields whether the edges detect each mistake in the code of a constraint."""
    for module, tests in EDGES.items():
        for mutant in code_mutants(module):
            with mutant.apply():
                detected = fails(edges, tests)
            if mutant.mistake not in EQUIVALENT:
                yield "edges" if detected else "", mutant.mistake


def fails(test: Callable[..., None], *arguments: Any) -> bool:
    """Returns True if *test* raises any exception."""
    try:
        test(*arguments)
    except Exception:  # noqa: BLE001  (a broken constraint may raise anything)
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


def edges(tests: ModuleType) -> None:
    """Runs the tests of *tests* that have hand-written parameters."""
    for name, test in vars(tests).items():
        for mark in getattr(test, "pytestmark", ()) if name.startswith("test_") else ():
            names = mark.args[0].split(", ") if isinstance(mark.args[0], str) else mark.args[0]
            for values in mark.args[1]:
                test(**dict(zip(names, values if len(names) > 1 else [values], strict=True)))


if __name__ == "__main__":
    sys.exit(main())
