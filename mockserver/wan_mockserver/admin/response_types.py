"""Exchanges, tasks and charges as JSON: for the admin API, and for whoever else shows them.

The classes below are what the JSON looks like, and what the OpenAPI document is made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TypedDict, cast

from wan_validators.catalog import vendors
from wan_validators.vendor import Failure, TaskOutput, Vendor

from ..state.journal import Entry
from ..state.ledger import Charge, DuplicateCharge, Ledger
from ..state.prices import Prices
from ..state.tasks import TaskRecord, to_wire_task


class NoteJson(TypedDict):
    """A finding about a payload; *pointer* leads into the body as it was sent."""

    rule: str
    code: str | None
    severity: str
    pointer: str
    message: str


class MessageJson(TypedDict):
    """A body and some of its headers. *text* is null for a body that is long or no text."""

    headers: dict[str, str]
    length: int
    text: str | None
    sha256: str


class EntryJson(TypedDict):
    """One exchange. Times are seconds of the server's clock, *delay* is how long it held back.

    *action* is create, poll, file or empty. *arrived* is false if the client did not get
    what the vendor would have answered; *why* says why a request was refused.
    """

    number: int
    at: float
    action: str
    method: str
    path: str
    status: int
    base_url: str
    sent: MessageJson
    answer: MessageJson
    tenant: str
    vendor: str
    model: str
    task: str
    state: str
    step: str
    why: str
    delivery: str
    delay: float
    arrived: bool
    findings: list[NoteJson]
    ended: bool


class FailureJson(TypedDict):
    """What a task ended with."""

    code: str
    message: str


class OutputJson(TypedDict):
    """One result: *kind* is image, video or text; *value* is a URL or the text itself."""

    kind: str
    value: str


class TaskJson(TypedDict):
    """A task as it stands. Times are unix seconds; *entry* is its creation in the journal.

    *usd* is null where no price is known. *answered* is false if the client never got to
    know of it.
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
    usd: str | None
    billed: bool
    answered: bool
    results: list[OutputJson]
    entry: int


class ChargeJson(TypedDict):
    """An accepted task and its price, a decimal string, or null where none is known."""

    task: str
    tenant: str
    model: str
    usd: str | None
    billed: bool
    at: float
    entry: int


class DuplicateJson(TypedDict):
    """Two tasks that one call came to: the answer to *first* was lost, *second* repeats it.

    *entries* are both creates, as far as the journal still has them.
    """

    first: str
    second: str
    usd: str | None
    entries: list[EntryJson]


class PriceJson(TypedDict):
    """What a unit costs, by unit: an image, or a second of video at each tier."""

    usd: dict[str, str]
    source: str
    on: str
    confidence: str


class LedgerJson(TypedDict):
    """What the tasks would have cost; totals are of what is billed and has a known price.

    *unknown_prices* counts billed tasks without one, *forgotten* tasks that later ones
    pushed out.
    """

    entries: list[ChargeJson]
    total_usd: str
    duplicate_charges: list[DuplicateJson]
    duplicate_usd: str
    unknown_prices: int
    forgotten: int
    prices: dict[str, PriceJson]


def usd(amount: Decimal) -> str:
    """*amount* with at least two places and never an exponent: ``0.06``, ``0.125``."""
    exponent = int(amount.normalize().as_tuple().exponent)
    return f"{amount:.{max(2, -exponent)}f}"


def entry(kept: Entry) -> EntryJson:
    made = asdict(kept)
    made["findings"] = [*made["findings"]]
    return cast("EntryJson", made)


def charge(charged: Charge) -> ChargeJson:
    made = {**asdict(charged), "usd": _usd(charged.usd)}
    return cast("ChargeJson", made)


def task(record: TaskRecord, charged: Charge, base_url: str) -> TaskJson:
    """*record*, as it stands, and what it is charged; URLs begin with *base_url*."""
    seen = to_wire_task(record, base_url, _vendor(record.vendor))
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
        "failure": _failure(seen.failure),
        "usd": _usd(charged.usd),
        "billed": charged.billed,
        "answered": record.answered,
        "results": [_result(output) for output in seen.outputs],
        "entry": record.entry,
    }


def ledger(book: Ledger, journal: Iterable[Entry], prices: Prices) -> LedgerJson:
    """*book* with the exchanges of *journal* that show what was paid twice."""
    numbers = {kept.number: kept for kept in journal}
    return {
        "entries": [charge(each) for each in book.entries],
        "total_usd": usd(book.total_usd),
        "duplicate_charges": [_duplicate(pair, numbers) for pair in book.duplicate_charges],
        "duplicate_usd": usd(book.duplicate_usd),
        "unknown_prices": book.unknown_prices,
        "forgotten": book.forgotten,
        "prices": _prices(dict.fromkeys(each.model for each in book.entries), prices),
    }


def _duplicate(pair: DuplicateCharge, numbers: Mapping[int, Entry]) -> DuplicateJson:
    wanted = (pair.first.entry, pair.second.entry)
    return {
        "first": pair.first.task,
        "second": pair.second.task,
        "usd": _usd(pair.usd),
        "entries": [entry(numbers[number]) for number in wanted if number in numbers],
    }


def _prices(models: Iterable[str], prices: Prices) -> dict[str, PriceJson]:
    return {
        model: {
            "usd": {unit: usd(amount) for unit, amount in prices[model].usd.items()},
            "source": prices[model].source,
            "on": prices[model].on,
            "confidence": prices[model].confidence,
        }
        for model in models
        if model in prices
    }


def _failure(failure: Failure | None) -> FailureJson | None:
    return {"code": failure.code, "message": failure.message} if failure else None


def _result(output: TaskOutput) -> OutputJson:
    return {"kind": output.kind, "value": output.value}


def _usd(amount: Decimal | None) -> str | None:
    return None if amount is None else usd(amount)


def _vendor(name: str) -> Vendor:
    return next(vendor for vendor in vendors() if vendor.name == name)
