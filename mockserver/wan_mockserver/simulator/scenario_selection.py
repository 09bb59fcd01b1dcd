"""Selects the scenario of a request, and the step that applies to the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from wan_validators.rejection import RejectionReason
from wan_validators.vendor import Vendor

from ..http.errors import RequestRejected
from ..scenarios.chaos import Chaos
from ..scenarios.registry import Scenarios
from ..scenarios.scenario import Scenario
from ..scenarios.step import find_step
from ..state.stores import Store, Table, next_index
from ..state.tasks import TaskRecord
from .applicability import SelectedScenario, find_vendor_conflict, reject_conflict
from .context import RequestContext

__all__ = [
    "ARMED",
    "HEADER",
    "STEP",
    "UNLIMITED_CREATES",
    "Armed",
    "ScenarioSelector",
    "put_armed",
    "take_armed",
]

HEADER: Final = "X-Wanproof-Scenario"
"""The request header that selects a scenario for the request and the task it creates."""

STEP: Final = "X-Wanproof-Step"
"""The response header that describes the step that was applied to the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A *scenario* for the next *creates* of *tenant* ("" for any); *used* counts past ones."""

    scenario: str
    creates: int
    tenant: str = ""
    used: int = 0


UNLIMITED_CREATES: Final = 10**9
"""Stands for 'no limit'; larger than any real count."""

ARMED: Final = Table("armed", Armed, max_count=1000)


def put_armed(store: Store, armed: Armed) -> None:
    """Arms a scenario for the creates of its tenant, in place of the one armed before."""
    store.put(ARMED, armed.tenant, armed, armed.tenant)


def take_armed(store: Store, tenant: str) -> Armed | None:
    """Counts a create of *tenant*; returns the scenario armed for it, or None."""
    for owner in dict.fromkeys((tenant, "")):
        armed = store.get(ARMED, owner)
        if armed and armed.used < armed.creates:
            after = store.change(ARMED, owner, partial(_use, otherwise=armed), owner)
            if after.used <= after.creates:
                return after
    return None


def _use(kept: Armed | None, otherwise: Armed) -> Armed:
    armed = kept or otherwise
    return replace(armed, used=armed.used + 1)


class ScenarioSelector:
    """Selects among the *known* scenarios.

    The order is: the request's header, its API key, what is armed for the next creates, and
    then what *chaos* draws, or *otherwise* without chaos.
    """

    def __init__(
        self, store: Store, known: Scenarios, otherwise: str = "ok", chaos: Chaos | None = None
    ) -> None:
        known.find(otherwise)
        self._store = store
        self._known = known
        self._otherwise = otherwise
        self._chaos = chaos

    @property
    def default(self) -> str:
        """Returns the name of the scenario or chaos for requests that select none."""
        return str(self._chaos or self._otherwise)

    def select_for_create(self, context: RequestContext, vendor: Vendor) -> SelectedScenario:
        """Selects the scenario of a create; also sets the step and label of *context*.

        Raises RequestRejected if the scenario is unknown or if *vendor* cannot have it.
        Whether the model can have it is checked when the task is created.
        """
        tenant = context.caller.tenant
        name, armed = self._get_requested_name(context), None
        if name is None and (armed := take_armed(self._store, tenant)):
            name = armed.scenario
        if name is None and self._chaos:
            selected = self._draw(context, vendor)
        else:
            selected = self._find(name)
            reject_conflict(find_vendor_conflict(selected.scenario, vendor))
        steps, count = selected.scenario.create.steps, 0
        if armed:
            count = armed.used - 1
        elif steps and not selected.chaotic:
            count = next_index(self._store, f"create/{selected.scenario.name}", tenant)
        context.step = find_step(steps, count, passing=0 if armed else 1)
        self._set_label(context, selected, "create", count)
        return selected

    def select_for_poll(
        self, context: RequestContext, record: TaskRecord | None
    ) -> SelectedScenario:
        """Selects the scenario of a poll; also sets the step and label of *context*.

        *record*, the polled task, already counts this poll.
        """
        header = self._get_header(context)
        selected = self._find(
            header or (record.scenario if record else self._get_requested_name(context))
        )
        count = record.visits - 1 if record else 0
        if record and record.chaotic and not header:
            selected, count = self._draw_part(selected, "poll", f"{record.id}/{count}"), 0
        elif selected.scenario.poll.steps and (record is None or header):
            what = f"poll/{context.path_parameters['task_id']}/{selected.scenario.name}"
            count = next_index(self._store, what, context.caller.tenant)
        context.step = find_step(selected.scenario.poll.steps, count)
        self._set_label(context, selected, "poll", count)
        return selected

    def select_for_result(
        self, context: RequestContext, record: TaskRecord | None
    ) -> SelectedScenario:
        """Selects the scenario whose bodies the result has; no step applies to the request."""
        return self._find(self._get_header(context) or (record.scenario if record else None))

    def select_for_download(
        self, context: RequestContext, record: TaskRecord | None
    ) -> SelectedScenario:
        """Selects the scenario of a download; also sets the step and label of *context*."""
        header = self._get_header(context)
        selected = self._find(header or (record.scenario if record else None))
        count = 0
        if record and (selected.scenario.download.steps or record.chaotic):
            what = f"file/{context.request.path}/{selected.scenario.name}"
            count = next_index(self._store, what, record.tenant)
        if record and record.chaotic and not header:
            what = f"{context.request.path}/{count}"
            selected, count = self._draw_part(selected, "download", what), 0
        context.step = find_step(selected.scenario.download.steps, count)
        self._set_label(context, selected, "download", count)
        return selected

    def _get_header(self, context: RequestContext) -> str | None:
        return context.request.headers.get(HEADER.lower())

    def _get_requested_name(self, context: RequestContext) -> str | None:
        return self._get_header(context) or context.caller.scenario

    def _find(self, name: str | None) -> SelectedScenario:
        plan = f"{self._chaos} " if self._chaos and name is None else ""
        try:
            return SelectedScenario(self._known.find(name or self._otherwise), plan=plan)
        except ValueError as error:
            raise RequestRejected(RejectionReason.NO_SCENARIO, str(error)) from error

    def _draw(self, context: RequestContext, vendor: Vendor) -> SelectedScenario:
        """Draws a create part and an outcome, each may be the default."""
        assert self._chaos
        tenant = context.caller.tenant
        count = next_index(self._store, "chaos", tenant)
        drawn = [
            self._chaos.draw(part, f"{tenant}/{count}", self._known, _make_filter(vendor))
            for part in ("create", "outcome")
        ]
        selected = self._find("+".join(filter(None, drawn)) or "ok")
        return replace(selected, chaotic=True, plan=f"{self._chaos}#{count} ")

    def _draw_part(self, selected: SelectedScenario, part: str, what: str) -> SelectedScenario:
        """Returns *selected* with a randomly drawn *part* for the request *what*."""
        assert self._chaos
        name = self._chaos.draw(part, what, self._known, lambda _: True)
        drawn = self._find(name or "ok").scenario
        scenario = replace(selected.scenario, name=drawn.name, **{part: getattr(drawn, part)})
        return SelectedScenario(scenario, chaotic=True, plan=f"{self._chaos} ")

    def _set_label(
        self, context: RequestContext, selected: SelectedScenario, part: str, count: int
    ) -> None:
        if not (selected.scenario.parts or self._chaos):
            return
        description = context.step.description if context.step else "as usual"
        name = f"{selected.plan}{selected.scenario.name}"
        context.label = f"{name} {part} {count + 1}: {description}"


def _make_filter(vendor: Vendor) -> Callable[[Scenario], bool]:
    return lambda scenario: find_vendor_conflict(scenario, vendor) is None
