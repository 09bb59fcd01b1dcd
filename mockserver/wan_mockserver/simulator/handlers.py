"""Handles the vendors' routes: creates, polls and downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from wan_validators.vendor import RejectionReason, State, Vendor

from ..artefacts import files
from ..artefacts.cache import Artefacts
from ..artefacts.plan import Artefact, content_type
from ..clock import Clock
from ..http.errors import RequestRejected, build_xml_error
from ..http.messages import Response
from ..scenarios.scenario import DEFAULT_FILE_LIFETIME_S
from ..state.stores import Store
from ..state.tasks import TASKS, TaskRecord, advance_on_poll, state_at
from .applicability import SelectedScenario
from .context import Caller, RequestContext
from .rate_limits import ACCOUNTS, Limits
from .request_parsing import Models, parse_submission
from .signed_urls import find_refusal
from .task_factory import TaskFactory
from .wire_bodies import build_created_response, build_status_body
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
        context.findings, context.spec = submission.findings, submission.spec
        record = self.factory.create_task(context, vendor, submission, selected)
        task = to_wire_task(record, context.request.base_url, vendor, selected.scenario.poll)
        return Response.json(*build_created_response(task, vendor, selected.scenario.poll))

    def register_poll(self, context: RequestContext, vendor: Vendor) -> TaskRecord | None:
        """Counts a poll and moves the clock; returns the polled task.

        Returns None, and changes nothing, if the caller may not see the task.
        """
        known = self.store.get(TASKS, context.path_parameters["task_id"])
        if known is None:
            return None
        expected = (
            context.caller.tenant,
            vendor.name,
            context.path_parameters.get("model", known.model),
        )
        if (known.tenant, known.vendor, known.model) != expected:
            return None
        context.task, context.spec = known.id, self.models[vendor.name][known.model]
        self.clock.handle_poll(context.spec.outputs.interval)
        context.now = self.clock.now()
        return self.store.change(TASKS, known.id, partial(_count_poll, otherwise=known))

    def poll(self, context: RequestContext, vendor: Vendor, selected: SelectedScenario) -> Response:
        """Advances the polled task and returns its state."""
        tenant, now = context.caller.tenant, context.now
        if self.limits.polls_per_second is not None:
            self.store.change(ACCOUNTS, tenant, partial(self.limits.charge_poll, now=now), tenant)
        known = self.store.get(TASKS, context.task)
        if known is None or now - known.created_at > DEFAULT_FILE_LIFETIME_S:
            raise RequestRejected(
                RejectionReason.NO_TASK,
                "no such task of this API key",
                task_id=context.path_parameters["task_id"],
            )
        record = self.store.change(
            TASKS, known.id, partial(_advance_on_poll, otherwise=known, now=now)
        )
        context.state = record.state
        task = to_wire_task(record, context.request.base_url, vendor, selected.scenario.poll)
        return Response.json(200, build_status_body(task, vendor, selected.scenario.poll))

    def find_file_task(self, context: RequestContext) -> TaskRecord | None:
        """Finds the task of the requested file; anyone who knows the URL may read it."""
        record = self.store.get(TASKS, context.path_parameters["task_id"])
        if record:
            context.task = record.id
            context.spec = self.models[record.vendor][record.model]
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
    return replace(known, visits=known.visits + 1)


def _advance_on_poll(record: TaskRecord | None, otherwise: TaskRecord, now: float) -> TaskRecord:
    return advance_on_poll(record or otherwise, now)
