"""Our own clients keep every law, whatever is drawn; and validators and mock agree on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from hypothesis_profiles import examples
from wan_contracts.cases.random_cases import Batch, draw_batches
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.loading import load
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS
from wan_contracts.protocol.outcome import OutcomeKind
from wan_contracts.runner.aggregation import judge_interaction
from wan_contracts.runner.harness import Harness
from wan_validators.catalog import catalog
from wan_validators.vendor import State

CLIENTS = Path(__file__).parent / "faulty_clients"

drawn = draw_batches(catalog(), VIRTUAL)


@pytest.fixture(scope="module", params=["Reference", "AsyncReference"])
def arena(request: pytest.FixtureRequest) -> Iterator[Harness]:
    client = PythonClient(request.param, load(f"{CLIENTS / 'reference.py'}:{request.param}"))
    with Harness(client, VIRTUAL) as arena:
        yield arena


@examples(4)
@given(sitting=drawn)
def test_no_law_is_broken(arena: Harness, sitting: Batch) -> None:
    for number, case in enumerate(sitting.cases(), 1):
        run = arena.run(case, number)
        broken = {
            law: each.message
            for law, each in judge_interaction(LAWS, run).items()
            if not each.passed
        }
        assert not broken, (case, run.client_result)


@examples(4)
@given(sitting=drawn)
def test_what_lint_calls_invalid_costs_nothing_and_the_rest_is_what_the_server_says(
    arena: Harness, sitting: Batch
) -> None:
    for number, case in enumerate(sitting.cases(), 1):
        run = arena.run(case, number)
        assert run.outcome is not None
        if not case.lint_report.valid:
            assert run.outcome.kind is OutcomeKind.NOT_SENT
            assert not run.exchanges
            continue
        done = [task for task in run.tasks if task.state is State.DONE and task.results is None]
        if run.outcome.kind is OutcomeKind.COMPLETED:
            (task,) = done
            assert (run.outcome.task_id, len(run.outcome.outputs)) == (task.id, len(task.parts))
            assert run.outcome.spent_usd in (None, run.ledger.total_usd)
        if run.outcome.kind is OutcomeKind.REFUSED:
            assert not done
