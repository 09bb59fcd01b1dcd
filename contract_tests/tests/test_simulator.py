"""Tests that the simulator and the linter agree on each payload."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypothesis_profiles import examples
from representative_models import FORM_PARAMS
from wan_contracts.generation.strategies import single_fault, valid
from wan_mockserver.clock import ManualClock
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.scenarios.lifecycle import Polls
from wan_mockserver.simulator.simulator import FINDINGS, Simulator
from wan_validators import Report, lint
from wan_validators.catalog import vendors
from wan_validators.spec import ModelSpec
from wan_validators.task import State, Task
from wan_validators.task_bodies import find_task_id

every_model = pytest.mark.parametrize("spec", FORM_PARAMS)
HEADERS = {"Authorization": "Bearer k", "Content-Type": "application/json"}


def simulator(**options: Any) -> Simulator:
    return Simulator(clock=ManualClock(1.7e9), lifecycle=Polls(0), **options)


def payloads(spec: ModelSpec) -> st.SearchStrategy[Any]:
    """Draws objects: valid payloads, and ones that break one rule."""
    faults = st.sampled_from(spec.all_rules).flatmap(lambda rule: single_fault(spec, rule))
    return st.one_of(valid(spec), faults).filter(lambda payload: type(payload) is dict)


def created(server: Simulator, spec: ModelSpec, payload: Any) -> Response:
    path = spec.create_path
    body = json.dumps(payload).encode()
    headers = {**HEADERS, **spec.vendor.create_headers}
    return server.handle(Request(method="POST", path=path, headers=headers, body=body))


def linted(spec: ModelSpec, payload: Any) -> Report:
    """Lints *payload*, with the model only if the client's path contains it."""
    if "{model}" in spec.vendor.create:
        return lint(payload, spec.create_path)
    if not spec.endpoint:
        return lint(payload)
    # The body names the model, and its name alone can be that of another vendor.
    is_named = type(payload.get("model")) is str and payload["model"] in spec.names
    return lint(payload, spec.qualified_name) if is_named else lint({**payload, "model": "none"})


@every_model
@examples(6, ci=2)
@given(data=st.data())
def test_create_accepts_exactly_the_payloads_that_lint_accepts(
    spec: ModelSpec, data: st.DataObject
) -> None:
    payload = data.draw(payloads(spec))
    report = linted(spec, payload)

    answer = created(simulator(reject_at_create=[v.name for v in vendors()]), spec, payload)

    assert answer.status == (spec.vendor.created_status if report.valid else 400)
    assert answer.headers[FINDINGS] == str(len(report.errors))


@every_model
@examples(6, ci=2)
@given(data=st.data())
def test_a_task_fails_with_the_first_code_of_lint_and_otherwise_is_done(
    spec: ModelSpec, data: st.DataObject
) -> None:
    payload = data.draw(
        payloads(spec).filter(lambda payload: payload.get("model", spec.name) == spec.name)
    )
    report = linted(spec, payload)
    server = simulator(reject_at_create=[])

    answer = created(server, spec, payload)

    if report.model is None:
        assert answer.status == 400
        return
    assert answer.status == spec.vendor.created_status
    wire = polled(server, spec, answer)
    expected = State.DONE if report.valid else State.FAILED
    assert described(spec, expected, report).items() <= flat(wire).items()


def polled(server: Simulator, spec: ModelSpec, answer: Response) -> Any:
    task_id = find_task_id(json.loads(answer.body))
    path = spec.poll_path.format(task_id=task_id)
    return json.loads(server.handle(Request(method="GET", path=path, headers=HEADERS)).body)


def described(spec: ModelSpec, state: State, report: Report) -> dict[str, Any]:
    """Returns the members for *state* and its reason in the vendor's form."""
    failure = spec.vendor.build_rejection_failure(report.errors) if state is State.FAILED else None
    task = Task(id="", model="", state=state, created_at=0, updated_at=0, failure=failure)
    wire = flat(spec.vendor.build_status_body(task))
    names = ("status", "task_status", "code", "message", "detail")
    return {name: wire[name] for name in names if name in wire}


def flat(value: Any) -> dict[str, Any]:
    """Returns all members of *value* at any depth; the innermost of equal names wins."""
    if isinstance(value, list):
        return {name: member for item in value for name, member in flat(item).items()}
    if not isinstance(value, dict):
        return {}
    own = {name: member for name, member in value.items() if not isinstance(member, dict | list)}
    return own | {name: m for member in value.values() for name, m in flat(member).items()}
