"""Each faulty client breaks exactly the expected laws, and correct clients break none.

The gate makes calls of each faulty client until it has broken all of its laws, and a sample of
the others. Correct clients make all calls. So do all clients in ``make thorough``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

import recorded_runs
from expected_violations import BROKEN
from faulty_clients.broken import BROKEN as CLIENTS
from faulty_clients.reference import Reference
from recorded_runs import COUNTED, SLOW
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.loading import load
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS, Level, law
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.run_plan import RunPlan
from wan_contracts.runner.runner import check

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
NONE: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness(PythonClient("Reference", Reference), VIRTUAL) as harness:
        yield harness


@pytest.mark.parametrize("name", recorded_runs.CLIENTS)
def test_a_client_breaks_the_laws_of_the_table(harness: Harness, name: str) -> None:
    expected = BROKEN.get(name, NONE)
    found = recorded_runs.find_broken_laws(harness, name, expected, thorough=THOROUGH)
    assert found == expected


if THOROUGH:  # it takes minutes

    @pytest.mark.parametrize("name", [name for name in recorded_runs.CLIENTS if name not in SLOW])
    def test_a_full_run_finds_no_other_broken_laws(name: str) -> None:
        report = check(PythonClient(name, recorded_runs.CLIENTS[name]), RunPlan())
        found = frozenset(result.law.id for result in report.results if result.broken)
        assert found <= BROKEN.get(name, NONE)


def test_each_law_is_broken_by_some_client() -> None:
    assert NONE.union(*BROKEN.values()) == {law.id for law in LAWS}


def test_the_table_has_exactly_the_faulty_clients() -> None:
    assert BROKEN.keys() == CLIENTS.keys()


@pytest.mark.parametrize("name", ["DemandsTheType", "TrustsTheType", "TrustsTheForm"])
def test_a_client_that_trusts_types_or_documents_breaks_no_must_law(name: str) -> None:
    assert {law(each).level for each in BROKEN[name]} == {Level.SHOULD}


def test_each_law_applies_to_some_call(harness: Harness) -> None:
    left = {law.id for law in LAWS}
    for name in COUNTED:
        for interaction in recorded_runs.runs(harness, name, recorded_runs.CLIENTS[name]):
            left -= recorded_runs.verdicts(interaction).keys()
            if not left:
                return
    assert left == set()


def test_a_faulty_client_can_be_loaded_by_its_place() -> None:
    folder = recorded_runs.__file__.rpartition("/")[0]
    assert load(f"{folder}/faulty_clients/broken.py:RetriesPost").__doc__
