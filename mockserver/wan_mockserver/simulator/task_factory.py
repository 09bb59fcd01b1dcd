"""From a payload and a scenario to a task."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from wan_validators.outputs import Images
from wan_validators.spec import ModelSpec
from wan_validators.vendor import Failure, RejectionReason, Vendor

from ..artefacts.plan import Picture, Plan, cost, keep_images, plan
from ..http.errors import RequestRejected
from ..scenarios.lifecycle import Lifecycle
from ..scenarios.scenario import Scenario, TaskOutcome
from ..state.prices import Prices
from ..state.tasks import TaskRecord
from .request_parsing import Submission


def find_inapplicability(scenario: Scenario, vendor: Vendor, spec: ModelSpec | None) -> str | None:
    """Why *scenario* cannot happen to a task of that model; None if it can.

    With no *spec* only what is the same for all models of the vendor is looked at.
    """
    outcome = scenario.outcome
    if scenario.vendor not in (None, vendor.name):
        return f"the scenario {scenario.name} can only happen at {scenario.vendor}"
    if outcome.fail and outcome.message is None and outcome.fail not in vendor.failures:
        codes = ", ".join(vendor.failures)
        return f"no task fails with {outcome.fail} here; codes: {codes}, or give a message"
    if spec is None:
        return None
    outputs = spec.outputs if isinstance(spec.outputs, Images) else None
    if outcome.images is not None and not outputs:
        return f"the scenario {scenario.name} needs a model that makes images"
    if outcome.interleaved and not (outputs and outputs.interleave):
        return f"the scenario {scenario.name} needs a model that can put texts between images"
    return None


def check_applicable(scenario: Scenario, vendor: Vendor, spec: ModelSpec | None) -> None:
    """Raises RequestRejected if *scenario* cannot happen there."""
    reason = find_inapplicability(scenario, vendor, spec)
    if reason:
        raise RequestRejected(RejectionReason.NO_SCENARIO, reason)


def create_record(
    vendor: Vendor,
    submitted: Submission,
    scenario: Scenario,
    *,
    random: Random,
    now: float,
    tenant: str,
    lifecycle: Lifecycle,
    prices: Prices,
) -> TaskRecord:
    """The task that *submitted* becomes, which fails if its payload has errors.

    Ids and seeds are drawn from *random*; *lifecycle* is for scenarios that have no other.
    """
    spec, outcome = submitted.spec, scenario.outcome
    made = TaskRecord(
        id=vendor.new_id(random),
        tenant=tenant,
        vendor=vendor.name,
        model=spec.id,
        remote_id=str(UUID(int=random.getrandbits(128), version=4)),
        lifecycle=outcome.lifecycle or lifecycle,
        created_at=now,
        updated_at=now,
        scenario=scenario.name,
        digest=hash_payload(submitted.payload),
    )
    if submitted.errors:
        return replace(made, failure=vendor.build_rejection_failure(submitted.errors))
    failure = _failure(vendor, outcome)
    planned = _plan_artefacts(spec, submitted.payload, outcome, random.getrandbits(31))
    counted = isinstance(spec.outputs, Images) and spec.outputs.has_image_count
    images = sum(isinstance(part, Picture) for part in planned.parts)
    return replace(
        made,
        failure=failure,
        parts=planned.parts,
        results=outcome.results,
        cost=cost(prices[spec.id], Plan((), planned.unit) if outcome.results else planned),
        image_count=(0 if outcome.results else images) if counted else None,
    )


def hash_payload(payload: Mapping[str, Any]) -> str:
    """The same for payloads that are equal as JSON, in whatever order and spacing."""
    return sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _plan_artefacts(spec: ModelSpec, payload: Any, outcome: TaskOutcome, seed: int) -> Plan:
    made = plan(spec, payload, seed, interleaved=outcome.interleaved)
    return made if outcome.images is None else keep_images(made, outcome.images)


def _failure(vendor: Vendor, outcome: TaskOutcome) -> Failure | None:
    if outcome.moderated:
        return vendor.moderation
    if outcome.fail is None:
        return None
    message = outcome.message
    return Failure(outcome.fail, vendor.failures[outcome.fail] if message is None else message)
