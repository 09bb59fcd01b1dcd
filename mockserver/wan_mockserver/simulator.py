"""The whole server without a socket: a request goes in, a response comes out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from random import Random
from uuid import UUID

from wan_validators.catalog import models_of, vendors
from wan_validators.vendor import Refused, State, Vendor

from . import faults, files, journal, making, routes, tenants
from .artefacts import Artefacts, content_type
from .chaos import Chaos
from .choice import STEP
from .clock import Clock, RealClock
from .exchange import Listener, log, to_log
from .intake import errors, submission
from .lifecycle import DEFAULT, Lifecycle
from .limits import ACCOUNTS, Limits
from .messages import Request, Response
from .prices import Prices
from .prices import shipped as shipped_prices
from .refusal import TurnedDown, plain
from .routes import Action
from .scenario import KEPT
from .scenarios import Scenarios
from .steering import Met, Steering, fitting
from .stores import COUNTERS, Store, number
from .stores.memory import MemoryStore
from .tasks import ENDED, TASKS, Record, look, settled, shown
from .trace import traceparent
from .visit import Visit

FINDINGS = "X-Wanproof-Findings"
"""Our own header on the answer to create: how many errors its payload has."""

SEED = "seed"
"""Under which name a store keeps a seed that takes the place of the simulator's own."""

Serve = Callable[[], Response]


class Simulator:
    """All vendors at once; safe under threads.

    Nothing is drawn but from *seed* and no time is read but from *clock*: the same requests
    in the same order to another one with the same seed get the same answers, to the byte.
    All that it remembers is in *store*. A payload with errors becomes a task that fails,
    except at the vendors whose names are in *reject_at_create*, which refuse it (by default
    those that are known to). *scenario* is what happens where nobody chose another of the
    known *scenarios*; *chaos* draws them instead.

    Raises ValueError for a name that is no vendor's, and for an unknown scenario.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        lifecycle: Lifecycle = DEFAULT,
        reject_at_create: Collection[str] | None = None,
        limits: Limits | None = None,
        store: Store | None = None,
        artefacts: Artefacts | None = None,
        listener: Listener = to_log,
        scenario: str = "ok",
        scenarios: Scenarios | None = None,
        chaos: Chaos | None = None,
        prices: Prices | None = None,
    ) -> None:
        self._models = {vendor.name: models_of(vendor) for vendor in vendors()}
        self._vendors = {vendor.name: vendor for vendor in vendors()}
        eager = [vendor.name for vendor in vendors() if not vendor.lazy]
        unknown = set(reject_at_create or ()) - set(self._models)
        if unknown:
            raise ValueError(f"no vendors: {sorted(unknown)}; vendors: {', '.join(self._models)}")
        self._seed = seed
        self.store = store or MemoryStore()
        self.clock = clock or RealClock(self.store)
        self.scenarios = scenarios or Scenarios()
        self.prices = shipped_prices() if prices is None else prices
        self.lifecycle = lifecycle
        self._reject_at_create = frozenset(eager if reject_at_create is None else reject_at_create)
        self._limits = limits or Limits()
        self._artefacts = artefacts or Artefacts()
        self._listener = listener
        self._routes = routes.routes(vendors())
        self._steering = Steering(self.store, self.scenarios, scenario, chaos)

    @property
    def seed(self) -> int:
        """What everything is drawn from."""
        other = self.store.get(COUNTERS, SEED)
        return self._seed if other is None else int(other)

    def handle(self, request: Request) -> Response:
        """The answer to *request*; raises nothing but what the listener and the store do."""
        visit = self._visit(request)
        trace = traceparent(request.headers.get("traceparent"), visit.random)
        answer = self._answered(visit, partial(self._action, visit))
        own = {"Traceparent": trace, "Date": formatdate(visit.now, usegmt=True)}
        if visit.findings is not None:
            own[FINDINGS] = str(len(errors(visit.findings)))
        if visit.label:
            own[STEP] = visit.label
        response = replace(answer.adding(own), entry=visit.number)
        exchange = visit.exchange(response)
        journal.keep(self.store, exchange.entry)
        self._listener(exchange)
        return response.without_body() if request.method == "HEAD" else response

    def lost(self, response: Response) -> None:
        """Takes note that *response* never arrived: its task's client may not know of it."""
        entry = journal.not_arrived(self.store, response.entry)
        if entry and entry.action == "create" and self.store.get(TASKS, entry.task):
            self.store.change(TASKS, entry.task, _unanswered)

    def _visit(self, request: Request) -> Visit:
        path = routes.normal(request.path)
        try:
            caller = tenants.caller(request.headers.get("authorization"))
        except TurnedDown:
            caller = tenants.NOBODY
        nth = number(self.store, "visit", caller.tenant)
        return Visit(
            request=replace(request, path=path),
            number=journal.next_number(self.store),
            now=self.clock.now(),
            random=self._random(f"visit/{caller.tenant}/{nth}"),
            vendor=routes.nearest(self._routes, path),
            caller=caller,
        )

    def _random(self, what: str) -> Random:
        """Chance that depends on nothing but the seed and on what it is for."""
        return Random(f"{self.seed}/{what}")  # noqa: S311  (must repeat)

    def _answered(self, visit: Visit, serve: Serve) -> Response:
        """What *serve* answers, or the refusal that it raises."""
        try:
            return serve()
        except TurnedDown as refused:
            return self._refusal(visit, refused)
        except Exception as error:  # noqa: BLE001  (whatever it is, the server lives on)
            log.error("%s: %s", type(error).__name__, error)
            log.debug("where it happened", exc_info=error)
            says = "a fault in the mock server itself; its log says more"
            return self._refusal(visit, TurnedDown(Refused.INTERNAL, says))

    def _action(self, visit: Visit) -> Response:
        match = routes.find(self._routes, visit.request.method, visit.request.path)
        vendor, visit.names = match.route.vendor, match.names
        visit.action = match.route.action.value
        if vendor is None:
            return self._file(visit)
        tenants.caller(visit.request.headers.get("authorization"))
        visit.vendor = vendor
        if match.route.action is Action.CREATE:
            met = self._steering.create(visit, vendor)
            return self._steered(visit, partial(self._create, visit, vendor, met))
        return self._poll(visit, vendor)

    def _steered(self, visit: Visit, serve: Serve) -> Response:
        """What *serve* answers, as the step of the scenario leaves it."""
        step = visit.step
        if step is None:
            return serve()
        answer = self._answered(visit, serve) if step.handled else Response(status=200)
        missing = Refused.NO_TASK if "task_id" in visit.names else Refused.NO_ROUTE
        refused = faults.refusal(step, missing=missing)
        if refused:
            answer = self._refusal(visit, refused)
        return faults.applied(step, answer, visit.request, now=visit.now, random=visit.random)

    def _create(self, visit: Visit, vendor: Vendor, met: Met) -> Response:
        served = self._models[vendor.name]
        submitted = submission(vendor, served, visit.names.get("model"), visit.request)
        visit.findings, visit.spec = submitted.findings, submitted.spec
        met, tenant = fitting(met, vendor, visit), visit.caller.tenant
        record = replace(
            making.record(
                vendor,
                submitted,
                met.scenario,
                random=self._random(f"task/{tenant}/{number(self.store, 'task', tenant)}"),
                now=visit.now,
                tenant=tenant,
                lifecycle=self.lifecycle,
                prices=self.prices,
            ),
            chaotic=met.chaotic,
            entry=visit.number,
            answered=visit.step is None or visit.step.intact,
        )
        how, base_url = met.scenario.poll, visit.request.base_url
        if submitted.errors and vendor.name in self._reject_at_create:
            assert record.failure
            failed = shown(replace(record, state=State.FAILED), base_url, vendor)
            raise TurnedDown(Refused.PAYLOAD, record.failure.message, task=failed)
        running = self._running(tenant, visit.now)
        booked = partial(self._limits.booked, now=visit.now, cost=record.cost, running=running)
        self.store.change(ACCOUNTS, tenant, booked, tenant)
        self.store.change(TASKS, record.id, lambda _: record, tenant)
        visit.task, visit.state = record.id, record.state
        wire = vendor.accepted(shown(record, base_url, vendor, how))
        return Response.json(vendor.created_status, wire)

    def _running(self, tenant: str, now: float) -> int:
        """How many tasks of the tenant have not ended; 0 where nobody wants to know."""
        if self._limits.running_tasks is None:
            return 0
        tasks = self.store.values(TASKS, tenant)
        return sum(settled(task, now).state not in ENDED for task in tasks)

    def _poll(self, visit: Visit, vendor: Vendor) -> Response:
        record = self._polled(visit, vendor)
        if record:
            visit.task, visit.spec = record.id, self._models[vendor.name][record.model]
            self.clock.polled(visit.spec.outputs.interval)
            visit.now = self.clock.now()
        met = self._steering.poll(visit, record)
        return self._steered(visit, partial(self._status, visit, vendor, met))

    def _polled(self, visit: Visit, vendor: Vendor) -> Record | None:
        """The task that *visit* asks for, this visit counted, if it may see it."""
        known = self.store.get(TASKS, visit.names["task_id"])
        if known is None:
            return None
        wanted = (visit.caller.tenant, vendor.name, visit.names.get("model", known.model))
        if (known.tenant, known.vendor, known.model) != wanted:
            return None
        return self.store.change(TASKS, known.id, partial(_visited, otherwise=known))

    def _status(self, visit: Visit, vendor: Vendor, met: Met) -> Response:
        tenant, now = visit.caller.tenant, visit.now
        self.store.change(ACCOUNTS, tenant, partial(self._limits.polled, now=now), tenant)
        known = self.store.get(TASKS, visit.task)
        if known is None or now - known.created_at > KEPT:
            wanted = visit.names["task_id"]
            raise TurnedDown(Refused.NO_TASK, "no such task of this API key", task_id=wanted)
        seen = self.store.change(TASKS, known.id, partial(_seen, otherwise=known, now=now))
        visit.state = seen.state
        wire = vendor.status(shown(seen, visit.request.base_url, vendor, met.scenario.poll))
        return Response.json(200, wire)

    def _file(self, visit: Visit) -> Response:
        record = self.store.get(TASKS, visit.names["task_id"])
        if record:
            visit.task = record.id
            visit.spec = self._models[record.vendor][record.model]
            visit.caller = tenants.Caller(record.tenant)
        met = self._steering.download(visit, record)
        return self._steered(visit, partial(self._content, visit, record, met))

    def _content(self, visit: Visit, record: Record | None, met: Met) -> Response:
        done = record is not None and record.state is State.DONE
        artefact = files.named(record.parts, visit.names["name"]) if record and done else None
        if record is None or artefact is None:
            raise TurnedDown(Refused.NO_ROUTE, f"there is no file {visit.request.path}")
        if visit.now - record.updated_at > met.scenario.download.lifetime:
            raise TurnedDown(Refused.EXPIRED, "this URL has expired: result URLs live 24 hours")
        content = self._artefacts.bytes_of(artefact)
        return files.download(visit.request, content, content_type(artefact))

    def _refusal(self, visit: Visit, refused: TurnedDown) -> Response:
        visit.why = refused.refusal.detail
        if refused.findings is not None:
            visit.findings = tuple(refused.findings)
        asked = replace(
            refused.refusal,
            path=visit.request.path,
            request_id=str(UUID(int=visit.random.getrandbits(128), version=4)),
        )
        status, wire = (visit.vendor.refused if visit.vendor else plain)(asked)
        return Response.json(status, wire, refused.headers)


def _visited(record: Record | None, otherwise: Record) -> Record:
    known = record or otherwise
    return replace(known, visits=known.visits + 1)


def _seen(record: Record | None, otherwise: Record, now: float) -> Record:
    return look(record or otherwise, now)


def _unanswered(record: Record | None) -> Record:
    assert record
    return replace(record, answered=False)
