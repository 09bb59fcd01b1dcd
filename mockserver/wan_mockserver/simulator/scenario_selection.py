"""Selects the scenario of a request and the step of it that happens to the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from wan_validators.outputs import Images
from wan_validators.spec import ModelSpec
from wan_validators.vendor import RejectionReason, Vendor

from ..http.errors import RequestRejected
from ..scenarios.chaos import Chaos
from ..scenarios.registry import Scenarios
from ..scenarios.scenario import Scenario, TaskOutcome, find_step
from ..state.stores import Store, Table, next_index
from ..state.tasks import TaskRecord
from .context import RequestContext

__all__ = [
    "ARMED",
    "HEADER",
    "STEP",
    "Armed",
    "ScenarioSelector",
    "SelectedScenario",
    "find_inapplicability",
    "fit_to_model",
    "put_armed",
    "take_armed",
]

HEADER: Final = "X-Wanproof-Scenario"
"""The request header that selects a scenario for the request and the task it creates."""

STEP: Final = "X-Wanproof-Step"
"""The response header that describes the step that happened to the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A *scenario* for the next *creates* of *tenant* ("" for any); *used* of them are over."""

    scenario: str
    creates: int
    tenant: str = ""
    used: int = 0


ARMED: Final = Table("armed", Armed, max_count=1000)


def put_armed(store: Store, armed: Armed) -> None:
    """Arms a scenario for the creates of its tenant, in place of the one armed before."""
    store.change(ARMED, armed.tenant, lambda _: armed, armed.tenant)


def take_armed(store: Store, tenant: str) -> Armed | None:
    """Uses up one create of what is armed for *tenant*, or for any; returns it or None."""
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


@dataclass(frozen=True, slots=True)
class SelectedScenario:
    """The *scenario* of a request; chance drew it if *chaotic*, and *plan* names the draw."""

    scenario: Scenario
    chaotic: bool = False
    plan: str = ""


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
        """The scenario, or the chaos, of requests that select none."""
        return str(self._chaos or self._otherwise)

    def select_for_create(self, context: RequestContext, vendor: Vendor) -> SelectedScenario:
        """Selects the scenario of a create and sets the step and label of *context*.

        Raises RequestRejected if there is no such scenario or if *vendor* cannot have it.
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
            _reject(_find_vendor_conflict(selected.scenario, vendor))
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
        """Selects the scenario of a poll of *record*, which already counts this poll.

        Sets the step and label of *context*.
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

    def select_for_download(
        self, context: RequestContext, record: TaskRecord | None
    ) -> SelectedScenario:
        """Selects the scenario of a download from *record*; sets the step and label."""
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
        """Draws a create part and an outcome, each of which may be as usual."""
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
        """Returns *selected* with the *part* that chance draws for the request *what*."""
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


def find_inapplicability(scenario: Scenario, vendor: Vendor, spec: ModelSpec) -> str | None:
    """Returns why *scenario* cannot happen to a task of that model, or None if it can."""
    return _find_vendor_conflict(scenario, vendor) or _find_model_conflict(scenario, spec)


def fit_to_model(selected: SelectedScenario, spec: ModelSpec) -> SelectedScenario:
    """Returns *selected* as it can happen to *spec*: a drawn outcome that cannot is dropped.

    Raises RequestRejected if the client or a user selected the scenario and it cannot happen.
    """
    conflict = _find_model_conflict(selected.scenario, spec)
    if conflict and selected.chaotic:
        return replace(selected, scenario=replace(selected.scenario, outcome=TaskOutcome()))
    _reject(conflict)
    return selected


def _find_vendor_conflict(scenario: Scenario, vendor: Vendor) -> str | None:
    outcome = scenario.outcome
    if scenario.vendor not in (None, vendor.name):
        return f"the scenario {scenario.name} can only happen at {scenario.vendor}"
    if outcome.fail and outcome.message is None and outcome.fail not in vendor.failures:
        codes = ", ".join(vendor.failures)
        return f"no task fails with {outcome.fail} here; codes: {codes}, or give a message"
    return None


def _find_model_conflict(scenario: Scenario, spec: ModelSpec) -> str | None:
    outcome = scenario.outcome
    outputs = spec.outputs if isinstance(spec.outputs, Images) else None
    if outcome.images is not None and not outputs:
        return f"the scenario {scenario.name} needs a model that makes images"
    if outcome.interleaved and not (outputs and outputs.interleave):
        return f"the scenario {scenario.name} needs a model that can put texts between images"
    return None


def _reject(conflict: str | None) -> None:
    if conflict:
        raise RequestRejected(RejectionReason.NO_SCENARIO, conflict)


def _make_filter(vendor: Vendor) -> Callable[[Scenario], bool]:
    return lambda scenario: _find_vendor_conflict(scenario, vendor) is None
