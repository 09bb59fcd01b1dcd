"""Clients of the queue protocol are judged by the same laws, under the same scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from faulty_clients.reference import Reference
from wan_contracts import ReferenceClient
from wan_contracts.cases.case import Case
from wan_contracts.cases.time_profiles import VIRTUAL
from wan_contracts.clients.python_client import PythonClient
from wan_contracts.laws import LAWS
from wan_contracts.runner.aggregation import evaluate_laws
from wan_contracts.runner.harness import Harness
from wan_contracts.runner.interaction import Interaction
from wan_validators.task import State

QUEUE = "vtrix-queue/wan25_i2i_preview_intl"
FLAT = {"prompt": "night", "images": ["https://example.com/in.png"], "n": 2}
NESTED = {
    "model": "wan25_i2i_preview_intl",
    "input": {"prompt": "night", "images": ["https://example.com/in.png"]},
    "parameters": {"n": 2},
}

KEPT = (
    *("ok", "moderated", "fail-inference-timeout", "fail-001021098", "fail-without-error"),
    *("partial", "no-results", "empty-results", "null-members", "empty-members", "extra-members"),
    *("poll-502", "poll-garbage", "forgotten", "not-found-yet", "accept-lost", "rate-limited"),
    *("http-401", "http-402", "upper-case", "missing-status", "expired-urls"),
)


class WithKeyScheme(ReferenceClient):
    """Sends the other scheme of the Authorization header."""

    def build_poll_headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self.setting.api_key}"}


class TrustsTheWord(ReferenceClient):
    """Takes COMPLETED for a success, also with an error beside it."""

    def parse_state(self, reply: Any) -> State:
        state = super().parse_state(reply)
        return State.DONE if state is State.FAILED else state


class SkipsTheResults(ReferenceClient):
    """Looks for the results in the status."""

    def finish(self, task_id: str, reply: Any) -> Any:
        return (yield from self.fetch_results(task_id, reply))


@pytest.fixture(params=[Reference])
def harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    with Harness(PythonClient(request.param.__name__, request.param), VIRTUAL) as harness:
        yield harness


def use(call: type[ReferenceClient]) -> pytest.MarkDecorator:
    """Runs a test with a client whose calls are those of *call*."""
    client = type(call.__name__, (Reference,), {"call_class": call})
    return pytest.mark.parametrize("harness", [client], indirect=True)


def run(harness: Harness, scenario: str, payload: Any = FLAT, name: str = QUEUE) -> Interaction:
    return harness.run(Case(name, payload, scenario), 1)


def find_broken(interaction: Interaction) -> set[str]:
    verdicts = evaluate_laws(LAWS, interaction)
    return {law for law, verdict in verdicts.items() if not verdict.passed}


def test_the_reference_client_keeps_every_law(harness: Harness) -> None:
    for scenario in KEPT:
        interaction = run(harness, scenario)
        assert find_broken(interaction) == set(), scenario
        if scenario == "ok":
            actions = [each.entry.action for each in interaction.exchanges]
            assert actions.count("result") == 1
            assert interaction.outcome
            assert len(interaction.outcome.outputs) == 2


@use(WithKeyScheme)
def test_both_schemes_keep_the_laws_at_the_queue_only(harness: Harness) -> None:
    assert find_broken(run(harness, "ok")) == set()
    nested = run(harness, "ok", NESTED, "wan25_i2i_preview_intl")
    assert find_broken(nested) == {"bearer-header"}


@use(TrustsTheWord)
def test_a_completed_task_with_an_error_is_not_a_success(harness: Harness) -> None:
    assert "code-told" in find_broken(run(harness, "moderated"))


@use(SkipsTheResults)
def test_results_that_are_not_fetched_are_missed(harness: Harness) -> None:
    assert find_broken(run(harness, "ok")) == {"outputs-complete"}


def test_a_scenario_of_members_that_the_queue_lacks_is_refused(harness: Harness) -> None:
    for scenario in ("progress-full", "progress-stalls", "split-output"):
        interaction = run(harness, scenario)
        assert interaction.exchanges[0].entry.status == 400
        assert "Vtrix, queue protocol does not show" in interaction.exchanges[0].entry.why
