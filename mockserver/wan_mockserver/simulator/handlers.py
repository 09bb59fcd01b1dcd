"""Handles the vendors' routes: creates, polls and downloads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import parse_qsl
from uuid import UUID

from wan_validators.catalog import model
from wan_validators.rejection import RejectionReason
from wan_validators.task import State
from wan_validators.vendor import Vendor

from ..artefacts import files
from ..artefacts.cache import Artefacts
from ..artefacts.plan import Artefact, content_type
from ..clock import Clock
from ..http.errors import RequestRejected, build_xml_error
from ..http.messages import Response
from ..scenarios.scenario import DEFAULT_FILE_LIFETIME_S
from ..state.evolving import evolve
from ..state.stores import Store
from ..state.task_search import TaskQuery, find_tasks
from ..state.tasks import TASKS, TERMINAL_STATES, TaskRecord, advance_on_poll, state_at
from .applicability import SelectedScenario
from .context import Caller, RequestContext
from .rate_limits import ACCOUNTS, Limits
from .request_parsing import Models, is_path_of, parse_submission
from .signed_urls import find_refusal
from .task_factory import TaskFactory
from .uploads import Uploads
from .waiting import Waiter, reject_stream_conflict
from .wire_bodies import build_created_response, build_result_body, build_status_body
from .wire_tasks import to_wire_task

__all__ = ["Handlers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Reads and writes tasks; *models* are by vendor.

    Every method fills in its request's context, and raises RequestRejected if it rejects the
    request.
    """

    models: Mapping[str, Models]
    factory: TaskFactory
    store: Store
    clock: Clock
    limits: Limits
    artefacts: Artefacts
    result_statuses: frozenset[str] = frozenset()

    def uploads_of(self, vendor: Vendor) -> Uploads:
        """Returns the uploads for the models of *vendor*."""
        return Uploads(store=self.store, models=self.models[vendor.name])

    @property
    def _waiter(self) -> Waiter:
        return Waiter(store=self.store, clock=self.clock)

    def create(
        self, context: RequestContext, vendor: Vendor, selected: SelectedScenario
    ) -> Response:
        """Creates the task of the request's payload and returns the response that names it."""
        submission = parse_submission(
            vendor,
            self.models[vendor.name],
            context.path_parameters.get("model"),
            context.request,
        )
        submission = self.uploads_of(vendor).resolve(context, vendor, submission)
        context.findings, context.omitted = submission.findings, submission.omitted
        context.spec = submission.spec
        reject_stream_conflict(context, vendor, submission)
        record = self.factory.create_task(context, vendor, submission, selected)
        if context.waits:
            how, rejected = selected.scenario.poll, bool(submission.errors)
            return self._waiter.respond(context, vendor, record, how, rejected=rejected)
        task = to_wire_task(record, context.request.base_url, vendor, selected.scenario.poll)
        return Response.json(*build_created_response(task, vendor, selected.scenario.poll))

    def find_task(
        self, context: RequestContext, vendor: Vendor, template: str | None = None
    ) -> TaskRecord | None:
        """Finds the task in the path of a request; None if the caller may not see it.

        The path must be *template*, or else that of a poll, with the model of the task.
        """
        known = self.store.get(TASKS, context.path_parameters["task_id"])
        if known is None:
            return None
        spec = model(known.model)
        place = (template or spec.poll_path).replace("{model}", spec.name)
        place = place.replace("{task_id}", known.id)
        if (known.tenant, known.vendor) != (context.caller.tenant, vendor.name) or not is_path_of(
            vendor, context.request.path, place
        ):
            return None
        context.task, context.spec = known.id, spec
        return known

    def register_poll(self, context: RequestContext, vendor: Vendor) -> TaskRecord | None:
        """Counts a poll and moves the clock; returns the polled task.

        Returns None, and changes nothing, if the caller may not see the task.
        """
        stream = vendor.synchronous.stream if vendor.synchronous and context.waits else None
        known = self.find_task(context, vendor, stream)
        if known is None:
            return None
        assert context.spec
        self.clock.handle_poll(context.spec.outputs.interval)
        context.now = self.clock.now()
        return self.store.change(TASKS, known.id, partial(_count_poll, otherwise=known))

    def poll(self, context: RequestContext, vendor: Vendor, selected: SelectedScenario) -> Response:
        """Advances the polled task and returns its state."""
        known = self._find_current(context)
        if context.waits:
            return self._waiter.respond(context, vendor, known, selected.scenario.poll)
        record = self._advance(context, known)
        task = to_wire_task(record, context.request.base_url, vendor, selected.scenario.poll)
        return Response.json(200, build_status_body(task, vendor, selected.scenario.poll))

    def get_result(
        self, context: RequestContext, vendor: Vendor, selected: SelectedScenario
    ) -> Response:
        """Returns the results, or 202 and the state; it advances the task like a poll."""
        known, how = self._find_current(context), selected.scenario.poll
        if known.state not in TERMINAL_STATES:
            self.clock.handle_poll(model(known.model).outputs.interval)
            context.now = self.clock.now()
        record = self._advance(context, known)
        task = to_wire_task(record, context.request.base_url, vendor, how)
        if record.state not in TERMINAL_STATES:
            return Response.json(202, build_status_body(task, vendor, how))
        words = {"status": vendor.words[State.DONE]} if vendor.name in self.result_statuses else {}
        return Response.json(200, {**words, **build_result_body(task, vendor, how)})

    def _find_current(self, context: RequestContext) -> TaskRecord:
        """Returns the task of the request. Raises RequestRejected if it is not there any more."""
        self._charge_poll(context)
        known = self.store.get(TASKS, context.task)
        if known is None or context.now - known.created_at > DEFAULT_FILE_LIFETIME_S:
            raise RequestRejected(
                RejectionReason.NO_TASK,
                "no such task of this API key",
                task_id=context.path_parameters["task_id"],
            )
        return known

    def _advance(self, context: RequestContext, known: TaskRecord) -> TaskRecord:
        record = self.store.change(
            TASKS, known.id, partial(_advance_on_poll, otherwise=known, now=context.now)
        )
        context.state = record.state
        return record

    def cancel(self, context: RequestContext, vendor: Vendor) -> Response:
        """Cancels a task that waits, or that runs if the vendor can; its cost is given back."""
        assert vendor.build_canceled_body
        self._charge_poll(context)
        known = self.find_task(context, vendor, vendor.cancel)
        if known:
            states = {State.PENDING, *([State.RUNNING] if vendor.cancels_running else [])}
            record = self.store.change(
                TASKS, known.id, partial(_cancel, otherwise=known, now=context.now, states=states)
            )
            context.state = record.state
            if record.state is State.CANCELED and known.state is not State.CANCELED:
                if known.cost is not None and known.failure is None:
                    give_back = partial(self.limits.give_back, cost=known.cost)
                    self.store.change(ACCOUNTS, record.tenant, give_back, record.tenant)
                task = to_wire_task(record, context.request.base_url, vendor)
                return Response.json(vendor.canceled_status, vendor.build_canceled_body(task))
        raise RequestRejected(
            RejectionReason.NOT_PENDING if known else RejectionReason.NO_TASK_TO_CANCEL,
            "only a pending task of this API key can be canceled",
            task_id=context.path_parameters["task_id"],
        )

    def list_tasks(self, context: RequestContext, vendor: Vendor) -> Response:
        """Lists the caller's tasks of *vendor* as they are now."""
        assert vendor.build_list_body
        self._charge_poll(context)
        now, asked = context.now, vendor.parse_list_query(dict(parse_qsl(context.request.query)))
        spec = self.models[vendor.name].get(asked.model or "")
        states = {state for state, word in vendor.words.items() if word == asked.state_word}
        found = find_tasks(
            self.store,
            TaskQuery(
                tenant=context.caller.tenant,
                vendor=vendor.name,
                model=spec.id if spec else asked.model,
                task_id=asked.task_id,
                states=None if asked.state_word is None else states,
                since=now - DEFAULT_FILE_LIFETIME_S,
                newest=asked.page_size,
                skip=(asked.page_number - 1) * asked.page_size,
            ),
            now,
        )
        base_url = context.request.base_url
        tasks = [to_wire_task(record, base_url, vendor) for record in reversed(found.values)]
        request_id = str(UUID(int=context.random.getrandbits(128), version=4))
        return Response.json(200, vendor.build_list_body(tasks, found.total, asked, request_id))

    def estimate_cost(self, context: RequestContext, vendor: Vendor) -> Response:
        """Returns what the task of the request's payload would cost; no task is created."""
        assert vendor.build_precharge_body
        # The payload is that of a create.
        request = replace(context.request, path=vendor.create)
        submission = parse_submission(vendor, self.models[vendor.name], None, request)
        context.findings, context.omitted = submission.findings, submission.omitted
        context.spec = submission.spec
        estimate = self.factory.estimate_cost(submission, context.now)
        return Response.json(200, vendor.build_precharge_body(estimate))

    def _charge_poll(self, context: RequestContext) -> None:
        """Counts a request about tasks. Raises RequestRejected if there are too many."""
        if self.limits.polls_per_second is not None:
            tenant = context.caller.tenant
            charge = partial(self.limits.charge_poll, now=context.now)
            self.store.change(ACCOUNTS, tenant, charge, tenant)

    def find_file_task(self, context: RequestContext) -> TaskRecord | None:
        """Finds the task of the requested file; anyone who knows the URL may read it."""
        record = self.store.get(TASKS, context.path_parameters["task_id"])
        if record:
            context.task = record.id
            context.spec = model(record.model)
            context.caller = Caller(record.tenant)
        return record

    def download(
        self, context: RequestContext, record: TaskRecord | None, selected: SelectedScenario
    ) -> Response:
        """Returns the file, or the range of it that the request asks for."""
        record = state_at(record, context.now) if record else None
        refusal = find_refusal(context.request, record) if record and record.signed_urls else None
        if refusal:
            context.reason = refusal.message
            return build_xml_error(*refusal)
        artefact = _find_artefact(record, context.path_parameters["name"])
        if record is None or artefact is None:
            raise RequestRejected(
                RejectionReason.NO_ROUTE, f"there is no file {context.request.path}"
            )
        if context.now - record.updated_at > selected.scenario.download.lifetime:
            raise RequestRejected(
                RejectionReason.EXPIRED, "this URL has expired: result URLs live 24 hours"
            )
        content = self.artefacts.bytes_of(artefact)
        has_ranges = not selected.scenario.download.no_ranges
        return files.download(
            context.request, content, content_type(artefact), has_ranges=has_ranges
        )


def _find_artefact(record: TaskRecord | None, name: str) -> Artefact | None:
    if record is None or record.state is not State.DONE:
        return None
    return files.find_artefact(record.parts, name, record.id, unsorted=record.unsorted_names)


def _count_poll(record: TaskRecord | None, otherwise: TaskRecord) -> TaskRecord:
    known = record or otherwise
    return evolve(known, visits=known.visits + 1)


def _cancel(
    record: TaskRecord | None, otherwise: TaskRecord, now: float, states: Collection[State]
) -> TaskRecord:
    known = record or otherwise
    if state_at(known, now).state not in states:
        return known
    return evolve(known, state=State.CANCELED, updated_at=now, parts=(), cost=None)


def _advance_on_poll(record: TaskRecord | None, otherwise: TaskRecord, now: float) -> TaskRecord:
    return advance_on_poll(record or otherwise, now)
