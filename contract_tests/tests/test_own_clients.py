"""The reference clients keep every law, and the linter and the mock agree on each call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from hypothesis_profiles import examples
from representative_models import REPRESENTATIVES
from wan_contracts.cases.random_cases import Batch, draw_batches
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.loading import load
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS
from wan_contracts.protocol.outcome import OutcomeKind
from wan_contracts.runner.aggregation import evaluate_laws
from wan_contracts.runner.harness import Harness
from wan_validators.task import State

CLIENTS = Path(__file__).parent / "faulty_clients"

BATCHES = draw_batches(REPRESENTATIVES, VIRTUAL)


@pytest.fixture(scope="module", params=["Reference", "AsyncReference"])
def harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    client = PythonClient(request.param, load(f"{CLIENTS / 'reference.py'}:{request.param}"))
    with Harness(client, VIRTUAL) as harness:
        yield harness


@examples(4)
@given(batch=BATCHES)
def test_no_law_is_broken(harness: Harness, batch: Batch) -> None:
    for number, case in enumerate(batch.cases(), 1):
        interaction = harness.run(case, number)
        broken = {
            law: verdict.message
            for law, verdict in evaluate_laws(LAWS, interaction).items()
            if not verdict.passed
        }
        assert not broken, (case, interaction.client_result)


@examples(4)
@given(batch=BATCHES)
def test_invalid_payloads_are_not_sent_and_outcomes_match_the_server(
    harness: Harness, batch: Batch
) -> None:
    for number, case in enumerate(batch.cases(), 1):
        interaction = harness.run(case, number)
        assert interaction.outcome is not None
        if not case.lint_report.valid:
            assert interaction.outcome.kind is OutcomeKind.NOT_SENT
            assert not interaction.exchanges
            continue
        done = [
            task for task in interaction.tasks if task.state is State.DONE and task.results is None
        ]
        if interaction.outcome.kind is OutcomeKind.COMPLETED:
            (task,) = done
            assert (interaction.outcome.task_id, len(interaction.outcome.outputs)) == (
                task.id,
                len(task.parts),
            )
            assert interaction.outcome.spent_usd in (None, interaction.ledger.total_usd)
        if interaction.outcome.kind is OutcomeKind.REFUSED:
            assert not done
