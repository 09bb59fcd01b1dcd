"""Builds the JSON of exchanges, tasks and charges.

The OpenAPI document of the admin API is made from the classes below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, Final, TypedDict

from wan_validators.catalog import model, vendors
from wan_validators.outputs import Price
from wan_validators.prices import Prices
from wan_validators.task import Failure, TaskOutput
from wan_validators.vendor import Vendor

from ..simulator.scenario_selection import ARMED, UNLIMITED_CREATES, Armed
from ..simulator.wire_tasks import to_wire_task
from ..state.journal import Entry, get_entry
from ..state.ledger import Charge, DuplicateCharge, Ledger, build_charge
from ..state.stores import Store
from ..state.tasks import TaskRecord
from ..time_slices import in_slices

__all__ = [
    "ArmedJson",
    "DuplicateJson",
    "FailureJson",
    "LedgerJson",
    "OutputJson",
    "TaskJson",
    "build_ledger_json",
    "build_task_json",
    "format_amount",
    "list_armed",
    "to_json",
]


class FailureJson(TypedDict):
    """The error of a failed task."""

    code: str
    message: str


class OutputJson(TypedDict):
    """One result: *kind* is image, video or text; *value* is a URL or the text itself."""

    kind: str
    value: str


class TaskJson(TypedDict):
    """A task and its current state. Times are unix seconds; *entry* is its journal entry.

    *usd* is null where no price is known. *answered* is false if the client did not
    receive the id.
    """

    id: str
    tenant: str
    vendor: str
    model: str
    state: str
    progress: float
    polls: int
    scenario: str
    created_at: float
    updated_at: float
    failure: FailureJson | None
    usd: Decimal | None
    billed: bool
    answered: bool
    results: list[OutputJson]
    entry: int


class ArmedJson(TypedDict):
    """A scenario armed for creates of a tenant (empty: any).

    Null *creates* and *left* mean no limit.
    """

    scenario: str
    tenant: str
    creates: int | None
    left: int | None


class DuplicateJson(TypedDict):
    """Two tasks created by one call: the response to *first* was lost, *second* repeats it.

    *entries* are both creates, if the journal still has them.
    """

    first: str
    second: str
    usd: Decimal | None
    entries: list[Entry]


class LedgerJson(TypedDict):
    """The charges of all tasks; totals count billed tasks with a known price.

    *owed_usd* is the price of *owed_tasks* unfinished tasks if they succeed.
    *unknown_prices* counts billed tasks without one, *forgotten* deleted
    tasks.
    """

    entries: tuple[Charge, ...]
    total_usd: Decimal
    owed_usd: Decimal
    owed_tasks: int
    duplicate_charges: list[DuplicateJson]
    duplicate_usd: Decimal
    unknown_prices: int
    forgotten: int
    prices: dict[str, Price]


def list_armed(store: Store) -> list[ArmedJson]:
    """Returns the scenarios that are armed for creates."""
    armed = [each for each in store.values(ARMED) if each.used < each.creates]
    return [_build_armed_json(each) for each in armed]


def format_amount(usd: Decimal) -> str:
    """Formats an amount with two places or more, without an exponent: ``0.06``, ``0.125``."""
    exponent = int(usd.normalize().as_tuple().exponent)
    return f"{usd:.{max(2, -exponent)}f}"


_PLAIN: Final = frozenset((str, int, float, bool, NoneType))


def to_json(value: Any) -> Any:
    """Converts dataclasses and amounts in *value* to JSON values."""
    # By the exact type: one answer can have a hundred thousand values, mostly texts.
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {name: to_json(each) for name, each in in_slices(value.items())}
    if kind is list or kind is tuple:
        return [to_json(each) for each in in_slices(value)]
    match value:
        case str() | int() | float():
            return value
        case Decimal():
            return format_amount(value)
        case Mapping():
            return {name: to_json(each) for name, each in value.items()}
    return {name: to_json(getattr(value, name)) for name in _list_names(kind)}


@cache
def _list_names(kind: Any) -> tuple[str, ...]:
    """Returns the names of the fields of a dataclass."""
    return tuple(field.name for field in fields(kind))


def build_task_json(record: TaskRecord, base_url: str) -> TaskJson:
    """Builds the JSON of *record* and its charge; URLs begin with *base_url*."""
    charge = build_charge(record)
    seen = to_wire_task(record, base_url, _find_vendor(record.vendor))
    return {
        "id": record.id,
        "tenant": record.tenant,
        "vendor": record.vendor,
        "model": record.model,
        "state": record.state.value,
        "progress": record.progress,
        "polls": record.polls,
        "scenario": record.scenario,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "failure": _build_failure_json(seen.failure),
        "usd": charge.usd,
        "billed": charge.billed,
        "answered": record.answered,
        "results": [_build_output_json(output) for output in seen.outputs],
        "entry": record.entry,
    }


def build_ledger_json(ledger: Ledger, store: Store, prices: Prices) -> LedgerJson:
    """Builds the JSON of *ledger*, with the journal entries of duplicate charges."""
    return {
        "entries": ledger.entries,
        "total_usd": ledger.total_usd,
        "owed_usd": ledger.owed_usd,
        "owed_tasks": ledger.owed_tasks,
        "duplicate_charges": [
            _build_duplicate_json(pair, store) for pair in ledger.duplicate_charges
        ],
        "duplicate_usd": ledger.duplicate_usd,
        "unknown_prices": ledger.unknown_prices,
        "forgotten": ledger.forgotten,
        "prices": {
            charge.model: prices[price_id]
            for charge in ledger.entries
            if (price_id := model(charge.model).price_id) in prices
        },
    }


def _build_armed_json(armed: Armed) -> ArmedJson:
    always = armed.creates >= UNLIMITED_CREATES
    return {
        "scenario": armed.scenario,
        "tenant": armed.tenant,
        "creates": None if always else armed.creates,
        "left": None if always else armed.creates - armed.used,
    }


def _build_duplicate_json(pair: DuplicateCharge, store: Store) -> DuplicateJson:
    found = (get_entry(store, charge.entry) for charge in (pair.first, pair.second))
    return {
        "first": pair.first.task,
        "second": pair.second.task,
        "usd": pair.usd,
        "entries": [entry for entry in found if entry],
    }


def _build_failure_json(failure: Failure | None) -> FailureJson | None:
    return {"code": failure.code, "message": failure.message} if failure else None


def _build_output_json(output: TaskOutput) -> OutputJson:
    return {"kind": output.kind, "value": output.value}


def _find_vendor(name: str) -> Vendor:
    return next(vendor for vendor in vendors() if vendor.name == name)
