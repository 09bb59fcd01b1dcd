"""What is done for the vendors' routes: creates, polls and downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from wan_validators.vendor import Refused, State, Vendor

from ..artefacts import files
from ..artefacts.cache import Artefacts, content_type
from ..clock import Clock
from ..http.errors import RequestRejected
from ..http.messages import Response
from ..scenarios.lifecycle import Lifecycle
from ..scenarios.scenario import KEPT
from ..state.prices import Prices
from ..state.stores import Store, number
from ..state.tasks import ENDED, TASKS, TaskRecord, look, state_at, to_wire_task
from . import auth, task_factory
from .context import RequestContext
from .rate_limits import ACCOUNTS, Limits
from .request_parsing import Models, submission
from .scenario_selection import SelectedScenario, fitting


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

    def create(self, visit: RequestContext, vendor: Vendor, met: SelectedScenario) -> Response:
        """A task of the payload that *visit* brings, and the answer that names it."""
        served = self.models[vendor.name]
        submitted = submission(vendor, served, visit.names.get("model"), visit.request)
        visit.findings, visit.spec = submitted.findings, submitted.spec
        met, tenant = fitting(met, vendor, visit), visit.caller.tenant
        record = replace(
            task_factory.record(
                vendor,
                submitted,
                met.scenario,
                random=self.random(f"task/{tenant}/{number(self.store, 'task', tenant)}"),
                now=visit.now,
                tenant=tenant,
                lifecycle=self.lifecycle,
                prices=self.prices,
            ),
            chaotic=met.chaotic,
            entry=visit.number,
            answered=visit.step is None or visit.step.intact,
        )
        how, base_url = met.scenario.poll, visit.request.base_url
        if submitted.errors and vendor.name in self.reject_at_create:
            assert record.failure
            failed = to_wire_task(replace(record, state=State.FAILED), base_url, vendor)
            raise RequestRejected(Refused.PAYLOAD, record.failure.message, task=failed)
        booked = partial(
            self.limits.charge_create,
            now=visit.now,
            cost=None if record.failure else record.cost,
            task=record.id,
            ended=self._find_ended(tenant, visit.now),
        )
        self.store.change(ACCOUNTS, tenant, booked, tenant)
        self.store.change(TASKS, record.id, lambda _: record, tenant)
        visit.task, visit.state = record.id, record.state
        wire = vendor.accepted(to_wire_task(record, base_url, vendor, how))
        return Response.json(vendor.created_status, wire)

    def _find_ended(self, tenant: str, now: float) -> set[str]:
        """The tasks of the tenant that have ended; none where nobody wants to know."""
        if self.limits.running_tasks is None:
            return set()
        tasks = self.store.values(TASKS, tenant)
        return {task.id for task in tasks if state_at(task, now).state in ENDED}

    def find_polled(self, visit: RequestContext, vendor: Vendor) -> TaskRecord | None:
        """The task that *visit* asks for, if it may see it; its visits and the clock move on."""
        known = self.store.get(TASKS, visit.names["task_id"])
        if known is None:
            return None
        wanted = (visit.caller.tenant, vendor.name, visit.names.get("model", known.model))
        if (known.tenant, known.vendor, known.model) != wanted:
            return None
        visit.task, visit.spec = known.id, self.models[vendor.name][known.model]
        self.clock.polled(visit.spec.outputs.interval)
        visit.now = self.clock.now()
        return self.store.change(TASKS, known.id, partial(_count_visit, otherwise=known))

    def status(self, visit: RequestContext, vendor: Vendor, met: SelectedScenario) -> Response:
        """What has become of the task, which this poll has seen."""
        tenant, now = visit.caller.tenant, visit.now
        if self.limits.polls_per_second is not None:
            self.store.change(ACCOUNTS, tenant, partial(self.limits.charge_poll, now=now), tenant)
        known = self.store.get(TASKS, visit.task)
        if known is None or now - known.created_at > KEPT:
            wanted = visit.names["task_id"]
            raise RequestRejected(Refused.NO_TASK, "no such task of this API key", task_id=wanted)
        seen = self.store.change(
            TASKS, known.id, partial(_advance_on_poll, otherwise=known, now=now)
        )
        visit.state = seen.state
        wire = vendor.status(to_wire_task(seen, visit.request.base_url, vendor, met.scenario.poll))
        return Response.json(200, wire)

    def owner(self, visit: RequestContext) -> TaskRecord | None:
        """The task whose file *visit* asks for; whoever knows the URL may."""
        record = self.store.get(TASKS, visit.names["task_id"])
        if record:
            visit.task = record.id
            visit.spec = self.models[record.vendor][record.model]
            visit.caller = auth.Caller(record.tenant)
        return record

    def content(
        self, visit: RequestContext, record: TaskRecord | None, met: SelectedScenario
    ) -> Response:
        """The file, or as much of it as was asked for."""
        record = state_at(record, visit.now) if record else None
        done = record is not None and record.state is State.DONE
        artefact = (
            files.find_artefact(record.parts, visit.names["name"]) if record and done else None
        )
        if record is None or artefact is None:
            raise RequestRejected(Refused.NO_ROUTE, f"there is no file {visit.request.path}")
        if visit.now - record.updated_at > met.scenario.download.lifetime:
            raise RequestRejected(
                Refused.EXPIRED, "this URL has expired: result URLs live 24 hours"
            )
        content = self.artefacts.bytes_of(artefact)
        return files.download(visit.request, content, content_type(artefact))


def _count_visit(record: TaskRecord | None, otherwise: TaskRecord) -> TaskRecord:
    known = record or otherwise
    return replace(known, visits=known.visits + 1)


def _advance_on_poll(record: TaskRecord | None, otherwise: TaskRecord, now: float) -> TaskRecord:
    return look(record or otherwise, now)
