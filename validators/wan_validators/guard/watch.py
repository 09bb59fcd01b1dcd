"""Decides about each create, and keeps account of what was sent; independent of HTTP libraries."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from http import HTTPStatus
from threading import Lock
from typing import Any, Final

from ..catalog import UnknownModel, find_all
from ..catalog import model as get_model
from ..constraints.basic import Anything
from ..cost import Cost
from ..finding import Finding, Report
from ..linter import lint
from ..messages.formatting import format_count, format_usd
from ..omitted import Omitted
from ..outputs import Price
from ..spec import Rule, Severity
from ..task_bodies import find_task_id
from .errors import GuardedCreate, GuardError, Reason
from .responses import is_failed, parse_body, parse_cost
from .routes import GuardedRoute

__all__ = ["Flight", "Watch"]

MAX_TASKS: Final = 10_000
"""The number of newest tasks whose reported costs are taken over."""

GetHeader = Callable[[str], str | None]


@dataclass(slots=True, eq=False)
class Flight:
    """One create between its sending and the knowledge of its outcome.

    *usd* counts against the budget: the high end of the estimate, or what the vendor reported.
    *why* says why the outcome is unknown; it is empty while the request is under way.
    """

    create: GuardedCreate
    route: GuardedRoute
    digest: str
    usd: Decimal
    why: str = ""


class Watch:
    """Decides about creates. All methods can be called from several threads."""

    def __init__(
        self,
        *,
        max_cost: Decimal | None,
        on: Severity,
        prices: Mapping[str, Price] | None,
        allow_unknown_cost: bool,
        allow_duplicates: bool,
    ) -> None:
        self.max_cost = max_cost
        self._severities = (on, Severity.ERROR)
        self._prices = prices
        self._allow_unknown_cost = allow_unknown_cost
        self._allow_duplicates = allow_duplicates
        self._lock = Lock()
        self._open: dict[str, list[Flight]] = {}
        self._spent = Decimal(0)
        self._tasks: dict[tuple[str, str], Flight] = {}

    @property
    def spent(self) -> Decimal:
        """The USD of all accepted creates, as the vendor reported them, or as estimated."""
        with self._lock:
            return self._spent

    @property
    def reserved(self) -> Decimal:
        """The USD of creates whose outcome is not known, as estimated."""
        with self._lock:
            return self._sum_reserved()

    def list_uncertain(self) -> list[GuardedCreate]:
        with self._lock:
            return [each.create for each in self._list_open() if each.why]

    def clear(self, create: GuardedCreate | None, *, billed: bool) -> None:
        """Closes uncertain creates: *create*, or all of them."""
        with self._lock:
            for flight in self._list_open():
                if flight.why and create in (None, flight.create):
                    self._close(flight)
                    self._spent += flight.usd if billed else 0

    def begin(self, route: GuardedRoute, get_header: GetHeader, body: bytes) -> Flight:
        """Registers a create that may be sent. Raises GuardError for one that may not."""
        report = _lint(route, get_header, body)
        found = [each for each in report.findings if each.severity in self._severities]
        if found:
            omitted = report.omitted.filter(lambda key: key[2] in self._severities)
            raise _block(route, "payload", report, _describe_findings(found, omitted))
        cost = report.estimate_cost(self._prices)
        digest = _hash(route, report.payload)
        flight = Flight(
            GuardedCreate(route.path, report.model, cost), route, digest, cost.high or Decimal(0)
        )
        with self._lock:
            if not self._allow_duplicates and digest in self._open:
                earlier = self._open[digest][0]
                problem = _describe_duplicate(earlier)
                raise _block(route, "duplicate", report, problem, earlier.create)
            self._check_budget(route, report, cost)
            self._open.setdefault(digest, []).append(flight)
        return flight

    def fail(self, flight: Flight, reason: str) -> None:
        """Keeps *flight* open: it may have arrived, and no response tells."""
        with self._lock:
            flight.why = reason

    def cancel(self, flight: Flight) -> None:
        """Forgets *flight*: it was not sent, or the vendor refused it."""
        with self._lock:
            self._close(flight)

    def is_settled(self, flight: Flight, status: int) -> bool:
        """Notes the status of a response, and returns True if its body does not matter."""
        if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.fail(flight, f"status {status}")
            return True
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            self.cancel(flight)
            return True
        self.fail(flight, "the response is incomplete")
        return False

    def accept(self, flight: Flight, body: bytes | None) -> None:
        """Counts *flight* as accepted if *body* names its task; None is a body not read here."""
        task = None if body is None else find_task_id(parse_body(body))
        if body is not None and task is None:
            self.fail(flight, "the response names no task")
            return
        with self._lock:
            if self._close(flight):
                self._spent += flight.usd
                self._tasks[flight.route.vendor.name, task or ""] = flight
            while len(self._tasks) > MAX_TASKS:
                del self._tasks[next(iter(self._tasks))]

    def read_poll(self, route: GuardedRoute, body: bytes) -> None:
        """Takes over the cost of a task that the vendor reports."""
        flight = self._tasks.get((route.vendor.name, route.task or ""))
        if flight is None:  # a task of another run
            return
        document = parse_body(body)
        reported = parse_cost(document)
        if reported is None and is_failed(route.vendor, document) and _bills_successes(flight):
            reported = Decimal(0)
        if reported is not None:
            with self._lock:
                self._spent += reported - flight.usd
                flight.usd = reported

    def _check_budget(self, route: GuardedRoute, report: Report, cost: Cost) -> None:
        if self.max_cost is None:
            return
        if cost.high is None:
            if not self._allow_unknown_cost:
                problem = f"its cost is unknown ({cost.unknown}), and there is a maximum"
                raise _block(route, "unknown-cost", report, problem)
            return
        used = self._spent + self._sum_reserved()
        if used + cost.high > self.max_cost:
            excess = format_usd(used + cost.high - self.max_cost)
            problem = (
                f"it can cost {format_usd(cost.high)} after {format_usd(used)}, which is {excess} "
                f"more than the maximum of {format_usd(self.max_cost)}"
            )
            raise _block(route, "budget", report, problem)

    def _list_open(self) -> list[Flight]:
        return [flight for flights in self._open.values() for flight in flights]

    def _sum_reserved(self) -> Decimal:
        return sum((each.usd for each in self._list_open()), Decimal(0))

    def _close(self, flight: Flight) -> bool:
        """Removes *flight* from the open ones, and returns whether it was one of them."""
        flights = self._open.get(flight.digest, [])
        if flight not in flights:
            return False
        flights.remove(flight)
        if not flights:
            del self._open[flight.digest]
        return True


def _lint(route: GuardedRoute, get_header: GetHeader, body: bytes) -> Report:
    """Lints *body* as the model that path, header or payload names."""
    header = route.vendor.model_header
    name = route.model or (get_header(header) if header else None)
    try:
        if name is None:
            model = route.path if find_all(route.path) else None
        else:
            model = _find_own_model(route, name)
        return lint(body, model, now=time.time())
    except UnknownModel as error:
        report = lint(body, None)
        if name is not None and name.lower() in route.vendor.other_models:
            return Report(
                None, [each for each in report.findings if not each.pointer], report.payload
            )
        row = Rule("model-known", "", Anything(), message=str(error))
        return Report(None, [Finding(row, "", name)], report.payload)


def _find_own_model(route: GuardedRoute, name: str) -> str:
    """Returns the model *name* of the vendor. Raises UnknownModel if only others have it."""
    for vendor in (route.vendor.name, route.vendor.platform):
        if find_all(f"{vendor}/{name}"):
            return f"{vendor}/{name}"
    raise UnknownModel(name)


def _hash(route: GuardedRoute, payload: Any) -> str:
    """Returns a digest that is equal for creates that a vendor cannot tell apart."""
    text = json.dumps([route.vendor.name, route.model, payload], sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _bills_successes(flight: Flight) -> bool:
    model = flight.create.model
    return model is not None and get_model(model).outputs.billing is not None


def _describe_findings(found: list[Finding], omitted: Omitted) -> str:
    first = found[0]
    hint = f" ({first.hint})" if first.hint else ""
    count = len(found) - 1 + omitted.total
    least = "" if omitted.is_exact else "at least "
    more = f", and {least}{format_count(count, 'more finding')}" if count else ""
    return f"{first.pointer or '/'}: {first.message}{hint}{more} [{first.rule}]"


def _describe_duplicate(earlier: Flight) -> str:
    if not earlier.why:
        return "an identical create is under way"
    return (
        f"an identical create was sent, and its outcome is unknown ({earlier.why}); find out "
        "whether there is a task, then call clear() of the guard"
    )


def _block(
    route: GuardedRoute,
    reason: Reason,
    report: Report,
    problem: str,
    earlier: GuardedCreate | None = None,
) -> GuardError:
    message = f"not sent: POST {route.path}: {problem}"
    return GuardError(message, reason, report, earlier)
