"""The broken clients notice when a law is switched off, blinded or set to cry wolf."""

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

BLIND: tuple[Judge, ...] = (lambda _: KEPT, lambda _: None, lambda _: build_violation("always"))

Calls = Mapping[str, Sequence[Interaction]]


@pytest.fixture(scope="module")
def calls() -> Calls:
    """Those of the correct client, and for each law one that breaks it."""
    guilty = {law: name for name, laws in reversed([*BROKEN.items()]) for law in laws}
    with Harness(PythonClient("Reference", Reference), VIRTUAL) as arena:
        found = {"Reference": list(recorded_runs.runs(arena, "Reference", Reference))}
        for law, name in guilty.items():
            several = recorded_runs.runs(arena, name, recorded_runs.CLIENTS[name])
            found[law] = [next(run for run in several if law in recorded_runs.broken([run]))]
    return found


def table(calls: Calls, laws: Sequence[Law]) -> dict[str, frozenset[str]]:
    return {name: recorded_runs.broken(runs, laws) for name, runs in calls.items()}


def test_as_they_are_the_laws_blame_whom_they_should(calls: Calls) -> None:
    found = table(calls, LAWS)
    assert found.pop("Reference") == frozenset()
    assert found.keys() == {law.id for law in LAWS}
    assert all(law in broken for law, broken in found.items())


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_a_law_that_is_missing_or_blind_or_cries_wolf_is_noticed(law: Law, calls: Calls) -> None:
    # All other laws say the same as before.
    right = table(calls, [law])
    assert table(calls, []) != right
    for judge in BLIND:
        assert table(calls, [replace(law, judge=judge)]) != right


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    return list(every_mutant())


def test_a_mutant_is_in_the_laws_for_as_long_as_it_is_made(
    mutants: list[Mutant],
) -> None:
    chosen = [each for each in mutants if each.name in ("check_key_in_url", "CLOCK_GRACE_S")]
    assert {each.name for each in chosen} == {"check_key_in_url", "CLOCK_GRACE_S"}
    for mutant in chosen:
        right = content(mutant)
        with mutant.made():
            assert content(mutant) == mutant.value != right
        assert content(mutant) == right


def content(mutant: Mutant) -> object:
    found = vars(mutant.module)[mutant.name]
    return getattr(found, "__code__", found)


def test_what_is_said_to_be_harmless_is_a_mutant(
    mutants: list[Mutant],
) -> None:
    assert EQUIVALENT.keys() <= {mutant.mistake for mutant in mutants}
