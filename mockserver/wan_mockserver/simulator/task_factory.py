"""Creates tasks: builds, charges and stores the task of a valid request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from hashlib import sha256
from random import Random
from typing import Any, Final
from uuid import UUID

from wan_validators.catalog import model
from wan_validators.cost import estimate_cost
from wan_validators.outputs import TIERS, Images
from wan_validators.prices import Prices
from wan_validators.rejection import RejectionReason
from wan_validators.source import json_pointer
from wan_validators.spec import ModelSpec, Severity
from wan_validators.task import CostEstimate, Failure, State
from wan_validators.vendor import Vendor

from ..artefacts.plan import Picture, Plan, cost, keep_images, plan, replace_texts
from ..http.errors import RequestRejected
from ..scenarios.lifecycle import Lifecycle
from ..scenarios.scenario import TaskOutcome
from ..state.evolving import evolve
from ..state.secrets import find_secrets, redact_long, redact_members
from ..state.stores import Store, next_index
from ..state.tasks import TASKS, TERMINAL_STATES, TaskRecord, state_at
from .applicability import SelectedScenario, fit_to_model
from .context import RequestContext
from .rate_limits import ACCOUNTS, Limits
from .request_parsing import Submission
from .wire_tasks import to_wire_task

__all__ = ["TaskFactory", "hash_payload"]

MAX_PROMPT_CHARACTERS: Final = 2000
"""Characters of a prompt that a task stores, as a vendor with ``orig_prompt`` cuts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFactory:
    """Creates tasks in *store*; *random* makes a generator for a purpose.

    *lifecycle* is for scenarios without one. The vendors in *reject_at_create* reject a
    payload with errors; at others its task fails.
    """

    store: Store
    lifecycle: Lifecycle
    limits: Limits
    prices: Prices
    reject_at_create: frozenset[str]
    random: Callable[[str], Random]

    def create_task(
        self,
        context: RequestContext,
        vendor: Vendor,
        submission: Submission,
        selected: SelectedScenario,
    ) -> TaskRecord:
        """Builds the task of *submission*, charges its tenant, and stores and returns it.

        Raises RequestRejected if the scenario cannot happen to the model, if the vendor
        rejects the payload, and if the task would exceed a limit. Nothing is stored then.
        """
        selected = fit_to_model(selected, submission.spec)
        record = self._build_record(context, vendor, submission, selected)
        if submission.errors and vendor.name in self.reject_at_create:
            assert record.failure
            failed = evolve(record, state=State.FAILED)
            task = to_wire_task(failed, context.request.base_url, vendor)
            raise RequestRejected(RejectionReason.PAYLOAD, record.failure.message, task=task)
        charge = partial(
            self.limits.charge_create,
            now=context.now,
            cost=None if record.failure else record.cost,
            task=record.id,
            ended=self._find_ended(record.tenant, context.now),
        )
        self.store.change(ACCOUNTS, record.tenant, charge, record.tenant)
        context.task, context.state = record.id, record.state
        self.store.put(TASKS, record.id, record, record.tenant)
        return record

    def estimate_cost(self, submission: Submission, now: float) -> CostEstimate:
        """Estimates the cost of *submission*, the most if the model decides on the count.

        It is not known for a payload with errors.
        """
        spec, payload, cost = submission.spec, submission.payload, None
        sent = {name: payload[name] for name in payload if name not in spec.vendor.tolerated}
        if not submission.errors:
            cost = estimate_cost(spec.id, sent, prices=self.prices).high
        return CostEstimate(
            model=spec.name,
            cost=cost,
            digest=hash_payload(sent),
            count=_count_results(spec, payload),
            at=now,
        )

    def _build_record(
        self,
        context: RequestContext,
        vendor: Vendor,
        submission: Submission,
        selected: SelectedScenario,
    ) -> TaskRecord:
        """Builds the record; ids and seeds depend on the tenant's number of tasks alone."""
        spec, payload, tenant = submission.spec, submission.payload, context.caller.tenant
        outcome = selected.scenario.outcome
        random = self.random(f"task/{tenant}/{next_index(self.store, 'task', tenant)}")
        facts: dict[str, Any] = dict(
            id=vendor.new_id(random),
            tenant=tenant,
            vendor=vendor.name,
            model=spec.id,
            remote_id=str(UUID(int=random.getrandbits(128), version=4)),
            lifecycle=outcome.lifecycle or self.lifecycle,
            created_at=context.now,
            updated_at=context.now,
            scenario=selected.scenario.name,
            chaotic=selected.chaotic,
            digest=hash_payload(payload),
            entry=context.number,
            answered=context.step is None or context.step.is_intact,
            **_find_shown_facts(spec, payload),
        )
        hide = partial(redact_long, find_secrets(context.request.headers))
        facts["prompt"] = hide(facts["prompt"])
        if submission.errors:
            failure = vendor.build_rejection_failure(submission.errors)
            message = redact_members(hide(failure.message))
            failure = Failure(failure.code, message, failure.integer)
            return TaskRecord(**facts, failure=failure)
        payload = _drop_invalid_members(spec, submission)
        planned = plan(spec, payload, random.getrandbits(31), interleaved=outcome.interleaved)
        if outcome.images is not None:
            planned = keep_images(planned, outcome.images)
        if outcome.texts:
            planned = replace_texts(planned, outcome.texts)
        counted = isinstance(spec.outputs, Images) and spec.outputs.has_image_count
        images = sum(isinstance(part, Picture) for part in planned.parts)
        charged = Plan((), planned.unit) if outcome.results else planned
        price = cost(self.prices[spec.price_id], charged)
        discount = None if outcome.discount is None else Decimal(str(outcome.discount))
        return TaskRecord(
            **facts,
            failure=_build_failure(vendor, outcome),
            parts=planned.parts,
            results=outcome.results,
            cost=price if price is None or discount is None else price * discount,
            discount=discount,
            signed_urls=selected.scenario.download.signed_urls,
            unsorted_names=selected.scenario.download.unsorted_names,
            image_count=(0 if outcome.results else images) if counted else None,
        )

    def _find_ended(self, tenant: str, now: float) -> set[str]:
        """Returns which of the tenant's running tasks have ended, or are no longer stored."""
        account = self.store.get(ACCOUNTS, tenant)
        tasks = {each: self.store.get(TASKS, each) for each in account.running} if account else {}
        return {
            name
            for name, task in tasks.items()
            if task is None or state_at(task, now).state in TERMINAL_STATES
        }


def _drop_invalid_members(spec: ModelSpec, submission: Submission) -> Mapping[str, Any]:
    """Returns the payload; for a model whose limits are mere warnings, without bad members."""
    payload = submission.payload
    if not spec.derived_from or spec.vendor.flat_models[spec.name]:
        return payload
    binding = {
        rule.id for rule in model(spec.derived_from).rules if rule.severity is Severity.ERROR
    }
    places = [each.pointer.split("/") for each in submission.findings if each.rule in binding]
    return {name: value for name, value in payload.items() if not any(name in at for at in places)}


def _find_shown_facts(spec: ModelSpec, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the prompt and the number of images or the tier, if they are valid."""
    prompt_path, extend = _find_prompt_places(spec)
    found = json_pointer.find(payload, prompt_path)
    prompt = "".join(text for _, text in found if type(text) is str)[:MAX_PROMPT_CHARACTERS]
    facts: dict[str, Any] = {
        "prompt": prompt,
        "extended": any(spec.value(payload, pointer) is True for pointer in extend),
    }
    if isinstance(spec.outputs, Images):
        if not spec.has_fixed_count(payload):
            return {**facts, "requested": 1}
        count = spec.value(payload, spec.outputs.count)
        return {**facts, "requested": count if type(count) is int else 1}
    tier = spec.value(payload, spec.outputs.resolution)
    return {**facts, "tier": tier if type(tier) is str and tier in TIERS else ""}


@lru_cache(maxsize=256)
def _find_prompt_places(spec: ModelSpec) -> tuple[json_pointer.Path, tuple[str, ...]]:
    """Returns the path of the prompt, and the pointers of the member that asks to rewrite it."""
    extend = (rule.pointer for rule in spec.rules if rule.id == "prompt-extend-type")
    return spec.rule("prompt-type").path, tuple(extend)


def _count_results(spec: ModelSpec, payload: Mapping[str, Any]) -> int:
    """Returns the number of results that a valid *payload* asks for, at most."""
    outputs = spec.outputs
    if not isinstance(outputs, Images):
        return 1
    is_interleaved = outputs.interleave and spec.value(payload, outputs.interleave) is True
    count = spec.value(payload, (is_interleaved and outputs.max_images) or outputs.count)
    return count if type(count) is int else 1


def hash_payload(payload: Mapping[str, Any]) -> str:
    """Returns a digest that is the same for payloads that are equal as JSON."""
    return sha256(_SORTED_JSON.encode(payload).encode()).hexdigest()


_SORTED_JSON: Final = json.JSONEncoder(sort_keys=True)
"""``json.dumps`` with options makes an encoder for each call."""


def _build_failure(vendor: Vendor, outcome: TaskOutcome) -> Failure | None:
    if outcome.moderated:
        return vendor.moderation
    if outcome.fail is None:
        return None
    message = outcome.message
    return Failure(outcome.fail, vendor.failures[outcome.fail] if message is None else message)
