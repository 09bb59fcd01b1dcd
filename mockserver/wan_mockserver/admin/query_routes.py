"""Handles the admin routes that show the server, scenarios, exchanges, tasks and ledger."""

from __future__ import annotations

from collections.abc import Iterator
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
from ..state.journal import JOURNAL, Entry
from ..state.tasks import TASKS, TaskRecord, state_at
from . import response_types
from .response_types import ArmedJson, list_armed
from .route import AdminCall
from .verify import CheckType, Evidence, VerifiedJson, evaluate_checks

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
REQUEST_ID_SUFFIXES: Final = (
    "request-id",
    "requestid",
    "correlation-id",
    "trace-id",
    "idempotency-key",
)
"""Ends of header names that carry a client's own request id."""
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
    limit, tenant = call.values["limit"], call.values["tenant"]
    if not _is_filtered(call):
        count = call.control.store.count(JOURNAL, tenant)
        return {"count": count, "requests": call.control.journal(tenant, limit)}
    found = list(_iter_matching(call))
    return {"count": len(found), "requests": found[len(found) - min(limit, len(found)) :]}


def count_requests(call: AdminCall) -> CountJson:
    if not _is_filtered(call):
        return {"count": call.control.store.count(JOURNAL, call.values["tenant"])}
    return {"count": sum(1 for _ in _iter_matching(call))}


def list_tasks(call: AdminCall) -> TasksJson:
    values, control = call.values, call.control
    if values["state"] is None and values["model"] is None:
        count = control.store.count(TASKS, values["tenant"])
        shown = control.tasks(values["tenant"], values["limit"])
    else:
        found = [
            record
            for record in control.tasks(values["tenant"])
            if values["state"] in (None, record.state.value)
            and values["model"] in (None, record.model)
        ]
        count = len(found)
        shown = found[count - min(values["limit"], count) :]
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
    seen = Evidence(partial(control.journal, tenant), partial(control.ledger, tenant))
    return evaluate_checks(call.values["checks"], seen, control.store.count_forgotten(JOURNAL))


def _is_filtered(call: AdminCall) -> bool:
    """Returns True if the query asks for some of the exchanges of its tenant."""
    names = (field.name for field in FILTER if field is not TENANT)
    return any(call.values[name] is not None for name in names)


def _iter_matching(call: AdminCall) -> Iterator[Entry]:
    """Yields the exchanges that match the query, the oldest first."""
    values = call.values
    wanted = {
        name: values[name]
        for name in ("vendor", "model", "task", "action", "status", "method", "path")
        if values[name] is not None
    }
    for entry in call.control.journal(values["tenant"]):
        if entry.number <= (values["since"] or 0):
            continue
        if values["refused"] is not None and values["refused"] != bool(entry.why):
            continue
        if values["traceparent"] is not None and not _is_of_trace(entry, values["traceparent"]):
            continue
        if values["request_id"] not in (None, *_iter_request_ids(entry)):
            continue
        if all(getattr(entry, name) == value for name, value in wanted.items()):
            yield entry


def _is_of_trace(entry: Entry, traceparent: str) -> bool:
    """Returns True if a traceparent of *entry* is the given one or has its trace id."""
    found = [
        message.headers.get("traceparent", "").lower() for message in (entry.sent, entry.answer)
    ]
    wanted = traceparent.lower()
    return wanted in found or wanted in (text.split("-")[1] for text in found if "-" in text)


def _iter_request_ids(entry: Entry) -> Iterator[str]:
    """Yields the ids that the client gave to the request."""
    for name, value in entry.sent.headers.items():
        if name.endswith(REQUEST_ID_SUFFIXES):
            yield value


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
