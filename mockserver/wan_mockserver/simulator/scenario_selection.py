"""Which scenario a request meets, and which of its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from wan_validators.vendor import RejectionReason, Vendor

from ..http.errors import RequestRejected
from ..scenarios.chaos import Chaos
from ..scenarios.registry import Scenarios
from ..scenarios.scenario import Scenario, TaskOutcome, find_step
from ..state.stores import Store, next_index
from ..state.tasks import TaskRecord
from . import task_factory
from .armed_scenarios import HEADER, take_armed
from .context import RequestContext


@dataclass(frozen=True, slots=True)
class SelectedScenario:
    """What was chosen for a request; *plan* names the draw, if *chaotic* chance chose."""

    scenario: Scenario
    chaotic: bool = False
    plan: str = ""


class ScenarioSelector:
    """Chooses among the *known* scenarios, strongest first: the request's header, its API key,
    what was armed for the next creates, and then *otherwise*, or what *chaos* draws."""

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
        """What happens where nobody chooses."""
        return str(self._chaos or self._otherwise)

    def create(self, context: RequestContext, vendor: Vendor) -> SelectedScenario:
        """What a create of *context* meets; sets its step and label."""
        tenant = context.caller.tenant
        name, waiting = self._get_requested_name(context), None
        if name is None and (waiting := take_armed(self._store, tenant)):
            name = waiting.scenario
        met = self._select(name) if name or not self._chaos else self._draw(context, vendor)
        task_factory.check_applicable(met.scenario, vendor, None)
        steps, count = met.scenario.create.steps, 0
        if waiting:
            count = waiting.used - 1
        elif steps and not met.chaotic:
            count = next_index(self._store, f"create/{met.scenario.name}", tenant)
        context.step = find_step(steps, count, passing=0 if waiting else 1)
        self._set_label(context, met, "create", count)
        return met

    def poll(self, context: RequestContext, record: TaskRecord | None) -> SelectedScenario:
        """What a poll of *record*, this visit of it included, meets; sets step and label."""
        name = self._get_header(context) or (
            record.scenario if record else self._get_requested_name(context)
        )
        met = self._select(name)
        count = record.visits - 1 if record else 0
        if record and record.chaotic and not self._get_header(context):
            met, count = self._draw_part(met, "poll", f"{record.id}/{count}"), 0
        elif met.scenario.poll.steps and (record is None or self._get_header(context)):
            what = f"poll/{context.path_parameters['task_id']}/{met.scenario.name}"
            count = next_index(self._store, what, context.caller.tenant)
        context.step = find_step(met.scenario.poll.steps, count)
        self._set_label(context, met, "poll", count)
        return met

    def download(self, context: RequestContext, record: TaskRecord | None) -> SelectedScenario:
        """What a download of one of the files of *record* meets; sets step and label."""
        met = self._select(self._get_header(context) or (record.scenario if record else None))
        steps = met.scenario.download.steps
        count = 0
        if record and (steps or record.chaotic):
            what = f"file/{context.request.path}/{met.scenario.name}"
            count = next_index(self._store, what, record.tenant)
        if record and record.chaotic and not self._get_header(context):
            met, count = self._draw_part(met, "download", f"{context.request.path}/{count}"), 0
        context.step = find_step(met.scenario.download.steps, count)
        self._set_label(context, met, "download", count)
        return met

    def _get_header(self, context: RequestContext) -> str | None:
        return context.request.headers.get(HEADER.lower())

    def _get_requested_name(self, context: RequestContext) -> str | None:
        return self._get_header(context) or context.caller.scenario

    def _select(self, name: str | None) -> SelectedScenario:
        plan = f"{self._chaos} " if self._chaos and name is None else ""
        try:
            return SelectedScenario(self._known.find(name or self._otherwise), plan=plan)
        except ValueError as error:
            raise RequestRejected(RejectionReason.NO_SCENARIO, str(error)) from error

    def _draw(self, context: RequestContext, vendor: Vendor) -> SelectedScenario:
        """A create part and an outcome, each of which may be as usual."""
        assert self._chaos
        tenant = context.caller.tenant
        count = next_index(self._store, "chaos", tenant)
        drawn = [
            self._chaos.draw(part, f"{tenant}/{count}", self._known, _make_filter(vendor))
            for part in ("create", "outcome")
        ]
        met = self._select("+".join(filter(None, drawn)) or "ok")
        return replace(met, chaotic=True, plan=f"{self._chaos}#{count} ")

    def _draw_part(self, selected: SelectedScenario, part: str, what: str) -> SelectedScenario:
        """*selected* with another *part*, if chance has one for the request *what*."""
        assert self._chaos
        name = self._chaos.draw(part, what, self._known, lambda _: True)
        drawn = self._select(name or "ok").scenario
        scenario = replace(selected.scenario, name=drawn.name, **{part: getattr(drawn, part)})
        return SelectedScenario(scenario, chaotic=True, plan=f"{self._chaos} ")

    def _set_label(
        self, context: RequestContext, selected: SelectedScenario, part: str, count: int
    ) -> None:
        if not (selected.scenario.parts or self._chaos):
            return
        says = context.step.description if context.step else "as usual"
        context.label = f"{selected.plan}{selected.scenario.name} {part} {count + 1}: {says}"


def fit_outcome(
    selected: SelectedScenario, vendor: Vendor, context: RequestContext
) -> SelectedScenario:
    """*selected* as it can happen to the model of *context*.

    An outcome that chance drew and that cannot happen is dropped; one that was chosen raises
    RequestRejected.
    """
    if selected.chaotic and task_factory.find_inapplicability(
        selected.scenario, vendor, context.spec
    ):
        return replace(selected, scenario=replace(selected.scenario, outcome=TaskOutcome()))
    task_factory.check_applicable(selected.scenario, vendor, context.spec)
    return selected


def _make_filter(vendor: Vendor) -> Callable[[Scenario], bool]:
    return lambda scenario: task_factory.find_inapplicability(scenario, vendor, None) is None
