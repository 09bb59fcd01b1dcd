"""The faulty clients detect a law that is missing, never broken or always broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

import recorded_runs
from expected_violations import BROKEN
from faulty_clients.reference import Reference
from law_mutations_equivalent import EQUIVALENT
from law_mutations_seeded import Mutant
from law_mutations_seeded import mutants as every_mutant
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, Judge, Law
from wan_contracts.laws.law import KEPT, build_violation
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import Interaction

WRONG_JUDGES: tuple[Judge, ...] = (
    lambda _: KEPT,
    lambda _: None,
    lambda _: build_violation("always"),
)

Calls = Mapping[str, Sequence[Interaction]]


@pytest.fixture(scope="module")
def calls() -> Calls:
    """Records the calls of the correct client, and one call that breaks each law."""
    guilty = {law: name for name, laws in reversed([*BROKEN.items()]) for law in laws}
    with Harness(PythonClient("Reference", Reference), VIRTUAL) as harness:
        found = {"Reference": list(recorded_runs.runs(harness, "Reference", Reference))}
        for law, name in guilty.items():
            cases = recorded_runs.sort_by_faults(recorded_runs.cases_for(name))
            interactions = recorded_runs.runs(harness, name, recorded_runs.CLIENTS[name], cases)
            found[law] = [next(run for run in interactions if law in recorded_runs.broken([run]))]
    return found


def table(calls: Calls, laws: Sequence[Law]) -> dict[str, frozenset[str]]:
    return {name: recorded_runs.broken(runs, laws) for name, runs in calls.items()}


def test_the_laws_are_broken_by_the_expected_clients(calls: Calls) -> None:
    found = table(calls, LAWS)
    assert found.pop("Reference") == frozenset()
    assert found.keys() == {law.id for law in LAWS}
    assert all(law in broken for law, broken in found.items())


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_a_missing_or_wrong_law_is_detected(law: Law, calls: Calls) -> None:
    # The verdicts of all other laws stay the same.
    right = table(calls, [law])
    assert table(calls, []) != right
    for judge in WRONG_JUDGES:
        assert table(calls, [replace(law, judge=judge)]) != right


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    return list(every_mutant())


def test_a_mutant_changes_the_laws_only_while_it_is_applied(
    mutants: list[Mutant],
) -> None:
    chosen = [each for each in mutants if each.name in ("check_key_in_url", "CLOCK_GRACE_S")]
    assert {each.name for each in chosen} == {"check_key_in_url", "CLOCK_GRACE_S"}
    for mutant in chosen:
        right = content(mutant)
        with mutant.applied():
            assert content(mutant) == mutant.value != right
        assert content(mutant) == right


def content(mutant: Mutant) -> object:
    found = vars(mutant.module)[mutant.name]
    return getattr(found, "__code__", found)


def test_each_equivalent_mistake_is_a_mutant(
    mutants: list[Mutant],
) -> None:
    assert EQUIVALENT.keys() <= {mutant.mistake for mutant in mutants}
