"""What is done for the vendors' routes: creates, polls and downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from wan_validators.vendor import RejectionReason, State, Vendor

from ..artefacts import files
from ..artefacts.cache import Artefacts, content_type
from ..clock import Clock
from ..http.errors import RequestRejected
from ..http.messages import Response
from ..scenarios.lifecycle import Lifecycle
from ..scenarios.scenario import DEFAULT_FILE_LIFETIME_S
from ..state.prices import Prices
from ..state.stores import Store, next_index
from ..state.tasks import (
    TASKS,
    TERMINAL_STATES,
    TaskRecord,
    advance_on_poll,
    state_at,
    to_wire_task,
)
from . import auth, task_factory
from .context import RequestContext
from .rate_limits import ACCOUNTS, Limits
from .request_parsing import Models, parse_submission
from .scenario_selection import SelectedScenario, fit_outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Reads and writes tasks; *models* are by vendor, *random* makes chance for a purpose.

    Every method fills in what becomes known about its visit, and raises RequestRejected for what
    it refuses.
    """

    models: Mapping[str, Models]
    reject_at_create: frozenset[str]
    store: Store
    clock: Clock
    lifecycle: Lifecycle
    limits: Limits
    prices: Prices
    artefacts: Artefacts
    random: Callable[[str], Random]

    def create(
        self, context: RequestContext, vendor: Vendor, selected: SelectedScenario
    ) -> Response:
        """A task of the payload that *context* brings, and the answer that names it."""
        served = self.models[vendor.name]
        submitted = parse_submission(
            vendor, served, context.path_parameters.get("model"), context.request
        )
        context.findings, context.spec = submitted.findings, submitted.spec
        selected, tenant = fit_outcome(selected, vendor, context), context.caller.tenant
        record = replace(
            task_factory.create_record(
                vendor,
                submitted,
                selected.scenario,
                random=self.random(f"task/{tenant}/{next_index(self.store, 'task', tenant)}"),
                now=context.now,
                tenant=tenant,
                lifecycle=self.lifecycle,
                prices=self.prices,
            ),
            chaotic=selected.chaotic,
            entry=context.number,
            answered=context.step is None or context.step.is_intact,
        )
        how, base_url = selected.scenario.poll, context.request.base_url
        if submitted.errors and vendor.name in self.reject_at_create:
            assert record.failure
            failed = to_wire_task(replace(record, state=State.FAILED), base_url, vendor)
            raise RequestRejected(RejectionReason.PAYLOAD, record.failure.message, task=failed)
        booked = partial(
            self.limits.charge_create,
            now=context.now,
            cost=None if record.failure else record.cost,
            task=record.id,
            ended=self._find_ended(tenant, context.now),
        )
        self.store.change(ACCOUNTS, tenant, booked, tenant)
        self.store.change(TASKS, record.id, lambda _: record, tenant)
        context.task, context.state = record.id, record.state
        wire = vendor.build_created_body(to_wire_task(record, base_url, vendor, how))
        return Response.json(vendor.created_status, wire)

    def _find_ended(self, tenant: str, now: float) -> set[str]:
        """The tasks of the tenant that have ended; none where nobody wants to know."""
        if self.limits.running_tasks is None:
            return set()
        tasks = self.store.values(TASKS, tenant)
        return {task.id for task in tasks if state_at(task, now).state in TERMINAL_STATES}

    def find_polled(self, context: RequestContext, vendor: Vendor) -> TaskRecord | None:
        """The task that *context* asks for, if it may see it; its visits and the clock move on."""
        known = self.store.get(TASKS, context.path_parameters["task_id"])
        if known is None:
            return None
        wanted = (
            context.caller.tenant,
            vendor.name,
            context.path_parameters.get("model", known.model),
        )
        if (known.tenant, known.vendor, known.model) != wanted:
            return None
        context.task, context.spec = known.id, self.models[vendor.name][known.model]
        self.clock.handle_poll(context.spec.outputs.interval)
        context.now = self.clock.now()
        return self.store.change(TASKS, known.id, partial(_count_visit, otherwise=known))

    def poll(self, context: RequestContext, vendor: Vendor, selected: SelectedScenario) -> Response:
        """What has become of the task, which this poll has seen."""
        tenant, now = context.caller.tenant, context.now
        if self.limits.polls_per_second is not None:
            self.store.change(ACCOUNTS, tenant, partial(self.limits.charge_poll, now=now), tenant)
        known = self.store.get(TASKS, context.task)
        if known is None or now - known.created_at > DEFAULT_FILE_LIFETIME_S:
            wanted = context.path_parameters["task_id"]
            raise RequestRejected(
                RejectionReason.NO_TASK, "no such task of this API key", task_id=wanted
            )
        seen = self.store.change(
            TASKS, known.id, partial(_advance_on_poll, otherwise=known, now=now)
        )
        context.state = seen.state
        wire = vendor.build_status_body(
            to_wire_task(seen, context.request.base_url, vendor, selected.scenario.poll)
        )
        return Response.json(200, wire)

    def find_file_task(self, context: RequestContext) -> TaskRecord | None:
        """The task whose file *context* asks for; whoever knows the URL may."""
        record = self.store.get(TASKS, context.path_parameters["task_id"])
        if record:
            context.task = record.id
            context.spec = self.models[record.vendor][record.model]
            context.caller = auth.Caller(record.tenant)
        return record

    def download(
        self, context: RequestContext, record: TaskRecord | None, selected: SelectedScenario
    ) -> Response:
        """The file, or as much of it as was asked for."""
        record = state_at(record, context.now) if record else None
        done = record is not None and record.state is State.DONE
        artefact = (
            files.find_artefact(record.parts, context.path_parameters["name"])
            if record and done
            else None
        )
        if record is None or artefact is None:
            raise RequestRejected(
                RejectionReason.NO_ROUTE, f"there is no file {context.request.path}"
            )
        if context.now - record.updated_at > selected.scenario.download.lifetime:
            raise RequestRejected(
                RejectionReason.EXPIRED, "this URL has expired: result URLs live 24 hours"
            )
        content = self.artefacts.bytes_of(artefact)
        return files.download(context.request, content, content_type(artefact))


def _count_visit(record: TaskRecord | None, otherwise: TaskRecord) -> TaskRecord:
    known = record or otherwise
    return replace(known, visits=known.visits + 1)


def _advance_on_poll(record: TaskRecord | None, otherwise: TaskRecord, now: float) -> TaskRecord:
    return advance_on_poll(record or otherwise, now)
