"""Our own clients keep every law, whatever is drawn; and validators and mock agree on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from hypothesis_profiles import examples
from wan_contracts.arena import Arena
from wan_contracts.clients.loading import load
from wan_contracts.clients.python import PythonClient
from wan_contracts.draws import Sitting, sittings
from wan_contracts.laws import LAWS
from wan_contracts.outcome import Kind
from wan_contracts.tally import judged
from wan_contracts.tempo import VIRTUAL
from wan_validators.catalog import catalog
from wan_validators.vendor import State

CLIENTS = Path(__file__).parent / "faulty_clients"

drawn = sittings(catalog(), VIRTUAL)


@pytest.fixture(scope="module", params=["Reference", "AsyncReference"])
def arena(request: pytest.FixtureRequest) -> Iterator[Arena]:
    client = PythonClient(request.param, load(f"{CLIENTS / 'reference.py'}:{request.param}"))
    with Arena(client, VIRTUAL) as arena:
        yield arena


@examples(4)
@given(sitting=drawn)
def test_no_law_is_broken(arena: Arena, sitting: Sitting) -> None:
    for number, case in enumerate(sitting.cases(), 1):
        run = arena.run(case, number)
        broken = {law: each.says for law, each in judged(LAWS, run).items() if not each.passed}
        assert not broken, (case, run.ended)


@examples(4)
@given(sitting=drawn)
def test_what_lint_calls_invalid_costs_nothing_and_the_rest_is_what_the_server_says(
    arena: Arena, sitting: Sitting
) -> None:
    for number, case in enumerate(sitting.cases(), 1):
        run = arena.run(case, number)
        assert run.outcome is not None
        if not case.report.valid:
            assert run.outcome.kind is Kind.NOT_SENT
            assert not run.seen
            continue
        done = [task for task in run.tasks if task.state is State.DONE and task.results is None]
        if run.outcome.kind is Kind.COMPLETED:
            (task,) = done
            assert (run.outcome.task_id, len(run.outcome.outputs)) == (task.id, len(task.parts))
            assert run.outcome.spent_usd in (None, run.ledger.total)
        if run.outcome.kind is Kind.REFUSED:
            assert not done
