"""Which scenario a request meets, and which of its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from wan_validators.vendor import Refused, Vendor

from ..http.errors import RequestRejected
from ..scenarios.chaos import Chaos
from ..scenarios.registry import Scenarios
from ..scenarios.scenario import Outcome, Scenario, nth
from ..state.stores import Store, number
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

    def create(self, visit: RequestContext, vendor: Vendor) -> SelectedScenario:
        """What a create of *visit* meets; sets its step and label."""
        tenant = visit.caller.tenant
        name, waiting = self._requested_name(visit), None
        if name is None and (waiting := take_armed(self._store, tenant)):
            name = waiting.scenario
        met = self._select(name) if name or not self._chaos else self._draw(visit, vendor)
        task_factory.check(met.scenario, vendor, None)
        steps, count = met.scenario.create.steps, 0
        if waiting:
            count = waiting.used - 1
        elif steps and not met.chaotic:
            count = number(self._store, f"create/{met.scenario.name}", tenant)
        visit.step = nth(steps, count, passing=0 if waiting else 1)
        self._label(visit, met, "create", count)
        return met

    def poll(self, visit: RequestContext, record: TaskRecord | None) -> SelectedScenario:
        """What a poll of *record*, this visit of it included, meets; sets step and label."""
        name = self._header(visit) or (record.scenario if record else self._requested_name(visit))
        met = self._select(name)
        count = record.visits - 1 if record else 0
        if record and record.chaotic and not self._header(visit):
            met, count = self._more(met, "poll", f"{record.id}/{count}"), 0
        elif met.scenario.poll.steps and (record is None or self._header(visit)):
            what = f"poll/{visit.names['task_id']}/{met.scenario.name}"
            count = number(self._store, what, visit.caller.tenant)
        visit.step = nth(met.scenario.poll.steps, count)
        self._label(visit, met, "poll", count)
        return met

    def download(self, visit: RequestContext, record: TaskRecord | None) -> SelectedScenario:
        """What a download of one of the files of *record* meets; sets step and label."""
        met = self._select(self._header(visit) or (record.scenario if record else None))
        steps = met.scenario.download.steps
        count = 0
        if record and (steps or record.chaotic):
            what = f"file/{visit.request.path}/{met.scenario.name}"
            count = number(self._store, what, record.tenant)
        if record and record.chaotic and not self._header(visit):
            met, count = self._more(met, "download", f"{visit.request.path}/{count}"), 0
        visit.step = nth(met.scenario.download.steps, count)
        self._label(visit, met, "download", count)
        return met

    def _header(self, visit: RequestContext) -> str | None:
        return visit.request.headers.get(HEADER.lower())

    def _requested_name(self, visit: RequestContext) -> str | None:
        return self._header(visit) or visit.caller.scenario

    def _select(self, name: str | None) -> SelectedScenario:
        plan = f"{self._chaos} " if self._chaos and name is None else ""
        try:
            return SelectedScenario(self._known.find(name or self._otherwise), plan=plan)
        except ValueError as error:
            raise RequestRejected(Refused.NO_SCENARIO, str(error)) from error

    def _draw(self, visit: RequestContext, vendor: Vendor) -> SelectedScenario:
        """A create part and an outcome, each of which may be as usual."""
        assert self._chaos
        tenant = visit.caller.tenant
        count = number(self._store, "chaos", tenant)
        drawn = [
            self._chaos.draw(part, f"{tenant}/{count}", self._known, _applies(vendor))
            for part in ("create", "outcome")
        ]
        met = self._select("+".join(filter(None, drawn)) or "ok")
        return replace(met, chaotic=True, plan=f"{self._chaos}#{count} ")

    def _more(self, met: SelectedScenario, part: str, what: str) -> SelectedScenario:
        """*met* with another *part*, if chance has one for the request *what*."""
        assert self._chaos
        name = self._chaos.draw(part, what, self._known, lambda _: True)
        drawn = self._select(name or "ok").scenario
        scenario = replace(met.scenario, name=drawn.name, **{part: getattr(drawn, part)})
        return SelectedScenario(scenario, chaotic=True, plan=f"{self._chaos} ")

    def _label(self, visit: RequestContext, met: SelectedScenario, part: str, count: int) -> None:
        if not (met.scenario.parts or self._chaos):
            return
        says = visit.step.says if visit.step else "as usual"
        visit.label = f"{met.plan}{met.scenario.name} {part} {count + 1}: {says}"


def fitting(met: SelectedScenario, vendor: Vendor, visit: RequestContext) -> SelectedScenario:
    """*met* as it can happen to the model of *visit*.

    An outcome that chance drew and that cannot happen is dropped; one that was chosen raises
    RequestRejected.
    """
    if met.chaotic and task_factory.why_not(met.scenario, vendor, visit.spec):
        return replace(met, scenario=replace(met.scenario, outcome=Outcome()))
    task_factory.check(met.scenario, vendor, visit.spec)
    return met


def _applies(vendor: Vendor) -> Callable[[Scenario], bool]:
    return lambda scenario: task_factory.why_not(scenario, vendor, None) is None
