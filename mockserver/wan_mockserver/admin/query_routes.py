"""Handles the admin routes that show the server, scenarios, exchanges, tasks and ledger."""

from __future__ import annotations

from functools import partial
from typing import Final, Literal, TypedDict

from wan_validators.catalog import list_all_specs, vendors
from wan_validators.field_types import Array, Choice, Flag, Integer, TextType
from wan_validators.fields import Field
from wan_validators.messages.formatting import clip
from wan_validators.task import State

from ..http.errors import AdminError
from ..openapi.schemas import version
from ..scenarios.scenario import Scenario
from ..simulator.routing import ROOT, Action
from ..state.journal import JOURNAL, Entry, get_entry, list_entries
from ..state.journal_index import list_wanted_terms
from ..state.stores.index import Query
from ..state.summaries import list_entry_summaries
from ..state.task_search import TaskQuery, find_tasks
from ..state.tasks import TASKS, TaskRecord, state_at
from . import response_types
from .response_types import ArmedJson, list_armed
from .route import AdminCall
from .verify import MAX_NAMED, CheckType, Evidence, VerifiedJson, evaluate_checks

__all__ = [
    "CHECKS",
    "FILTER",
    "LIMIT",
    "MODEL",
    "TASK_FILTER",
    "TENANT",
    "CountJson",
    "HealthJson",
    "RequestsJson",
    "ScenarioJson",
    "ScenariosJson",
    "TasksJson",
    "count_requests",
    "get_health",
    "get_ledger",
    "get_task",
    "list_requests",
    "list_scenarios",
    "list_tasks",
    "verify_checks",
]


class HealthJson(TypedDict):
    """The status of the server; *clock* is the clock's mode, *scenario* the default scenario.

    *epoch* is not empty if a shared store was in use before the server started, or has lost
    writes; new ids depend on it.
    """

    status: Literal["ok"]
    version: str
    seed: int
    now: float
    clock: str
    scenario: str
    store: str
    epoch: str


class ScenarioJson(TypedDict):
    """A scenario; *vendor* is the only vendor that can have it, *parts* what it changes."""

    name: str
    summary: str
    group: str
    vendor: str | None
    parts: list[str]


class ScenariosJson(TypedDict):
    """All scenarios, the *default*, and those that are *armed*."""

    default: str
    scenarios: list[ScenarioJson]
    armed: list[ArmedJson]


class RequestsJson(TypedDict):
    """The number of matching exchanges, and the last of them, the newest at the end."""

    count: int
    requests: list[Entry]


class CountJson(TypedDict):
    """Number of matching exchanges."""

    count: int


class TasksJson(TypedDict):
    """The number of matching tasks, and the last of them, the newest at the end."""

    count: int
    tasks: list[response_types.TaskJson]


TENANT: Final = Field("tenant", TextType(), "Only of this tenant.")
MODEL: Final = Field(
    "model",
    Choice({name: spec.id for spec in list_all_specs() for name in (spec.id, spec.qualified_name)}),
    "Only of this model.",
)
LIMIT: Final = Field(
    "limit", Integer(0, 10_000), "The maximum number to list, the newest.", default=1000
)
FILTER: Final = (
    TENANT,
    Field("vendor", Choice.of(vendor.name for vendor in vendors()), "Only of this vendor."),
    MODEL,
    Field("task", TextType(), "Only about the task with this id."),
    Field("action", Choice.of(action.value for action in Action), "Only of this kind."),
    Field("status", Integer(100, 599), "Only with this HTTP status."),
    Field("method", TextType(), "Only with this HTTP method."),
    Field("path", TextType(), "Only at exactly this path."),
    Field("since", Integer(0, 2**53), "Only with a number above this one."),
    Field("refused", Flag(), "Only those that were refused, or only those that were not."),
    Field("traceparent", TextType(), "Only of this trace: a traceparent, or its trace id."),
    Field("request_id", TextType(), "Only with this id in a header such as X-Request-Id."),
)
TASK_FILTER: Final = (
    TENANT,
    Field("state", Choice.of(state.value for state in State), "Only in this state."),
    MODEL,
    LIMIT,
)
CHECKS: Final = (
    TENANT,
    Field("checks", Array(CheckType(), 1, 100), "The checks to evaluate.", required=True),
)


def get_health(call: AdminCall) -> HealthJson:
    simulator = call.control.simulator
    return {
        "status": "ok",
        "version": version(),
        "seed": simulator.seed,
        "now": call.control.clock.now(),
        "clock": call.control.clock.mode,
        "scenario": simulator.default,
        "epoch": call.control.store.epoch,
        "store": type(call.control.store).__module__.rpartition(".")[2],
    }


def list_scenarios(call: AdminCall) -> ScenariosJson:
    simulator = call.control.simulator
    return {
        "default": simulator.default,
        "scenarios": [_build_scenario_json(each) for each in simulator.scenarios.values()],
        "armed": list_armed(call.control.store),
    }


def list_requests(call: AdminCall) -> RequestsJson:
    limit, tenant, store = call.values["limit"], call.values["tenant"], call.control.store
    if not _is_filtered(call):
        return {
            "count": store.count(JOURNAL, tenant),
            "requests": call.control.journal(tenant, limit),
        }
    found = store.select(JOURNAL, _build_query(call, limit))
    # The newest are those that were stored last; their requests may have begun earlier.
    requests = sorted(found.values, key=lambda entry: entry.number)
    return {"count": found.total, "requests": requests}


def count_requests(call: AdminCall) -> CountJson:
    if not _is_filtered(call):
        return {"count": call.control.store.count(JOURNAL, call.values["tenant"])}
    return {"count": call.control.store.select(JOURNAL, _build_query(call, 0)).total}


def list_tasks(call: AdminCall) -> TasksJson:
    values, control = call.values, call.control
    if values["state"] is None and values["model"] is None:
        count = control.store.count(TASKS, values["tenant"])
        shown = control.tasks(values["tenant"], values["limit"])
    else:
        query = TaskQuery(
            tenant=values["tenant"],
            model=values["model"],
            states=None if values["state"] is None else {State(values["state"])},
            newest=values["limit"],
        )
        count, shown = find_tasks(control.store, query, control.clock.now())
    return {"count": count, "tasks": [_build_task_json(call, record) for record in shown]}


def get_task(call: AdminCall) -> response_types.TaskJson:
    wanted = call.path_parameters["task_id"]
    record = call.control.store.get(TASKS, wanted)
    if record is None:
        message = (
            f"there is no task {clip(wanted)} (any more); GET {ROOT}/tasks lists all there are"
        )
        raise AdminError(message, 404)
    return _build_task_json(call, state_at(record, call.control.clock.now()))


def get_ledger(call: AdminCall) -> response_types.LedgerJson:
    control, tenant = call.control, call.values["tenant"]
    return response_types.build_ledger_json(
        control.ledger(tenant), control.store, control.simulator.prices
    )


def verify_checks(call: AdminCall) -> VerifiedJson:
    control, tenant = call.control, call.values["tenant"]
    # A long journal is read in short; only the exchanges that the answer shows are read whole.
    is_short = control.store.count(JOURNAL, tenant) <= MAX_NAMED
    seen = Evidence(
        partial(list_entries if is_short else list_entry_summaries, control.store, tenant),
        partial(control.ledger, tenant),
        None if is_short else partial(get_entry, control.store),
    )
    return evaluate_checks(call.values["checks"], seen, control.store.count_forgotten(JOURNAL))


def _is_filtered(call: AdminCall) -> bool:
    """Returns True if the query asks for some of the exchanges of its tenant."""
    names = (field.name for field in FILTER if field is not TENANT)
    return any(call.values[name] is not None for name in names)


def _build_query(call: AdminCall, newest: int) -> Query:
    """Builds the query for the *newest* of the exchanges that a call asks for."""
    return Query(
        terms=list_wanted_terms(call.values),
        tenant=call.values["tenant"],
        above=call.values["since"] or 0,
        newest=newest,
    )


def _build_task_json(call: AdminCall, record: TaskRecord) -> response_types.TaskJson:
    return response_types.build_task_json(record, call.request.base_url)


def _build_scenario_json(scenario: Scenario) -> ScenarioJson:
    return {
        "name": scenario.name,
        "summary": scenario.summary,
        "group": scenario.group,
        "vendor": scenario.vendor,
        "parts": [*scenario.parts],
    }
