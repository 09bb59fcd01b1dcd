"""The whole server without a socket: a request goes in, a response comes out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from random import Random
from uuid import UUID

from wan_validators.catalog import models_of, vendors
from wan_validators.vendor import RejectionReason

from ..artefacts.cache import Artefacts
from ..clock import Clock, RealClock
from ..http.errors import RequestRejected
from ..http.messages import Request, Response
from ..http.trace_context import traceparent
from ..scenarios.chaos import Chaos
from ..scenarios.lifecycle import DEFAULT, Lifecycle
from ..scenarios.registry import Scenarios
from ..state import journal
from ..state.exchange import Listener, log, log_exchange
from ..state.prices import Prices, load_shipped_prices
from ..state.stores import COUNTERS, Store, next_index
from ..state.stores.memory import MemoryStore
from ..state.tasks import TASKS, TaskRecord
from . import auth, fault_injection, routing
from .armed_scenarios import STEP
from .context import RequestContext
from .handlers import Handlers
from .rate_limits import Limits
from .rejections import build_plain_error
from .request_parsing import filter_errors
from .routing import Action
from .scenario_selection import ScenarioSelector

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
        listener: Listener = log_exchange,
        scenario: str = "ok",
        scenarios: Scenarios | None = None,
        chaos: Chaos | None = None,
        prices: Prices | None = None,
    ) -> None:
        models = {vendor.name: models_of(vendor) for vendor in vendors()}
        eager = [vendor.name for vendor in vendors() if not vendor.lazy]
        unknown = set(reject_at_create or ()) - set(models)
        if unknown:
            raise ValueError(f"no vendors: {sorted(unknown)}; vendors: {', '.join(models)}")
        self._seed = seed
        self.store = store or MemoryStore()
        self.clock = clock or RealClock(self.store)
        self.scenarios = scenarios or Scenarios()
        self._listener = listener
        self._routes = routing.routes(vendors())
        self._steering = ScenarioSelector(self.store, self.scenarios, scenario, chaos)
        self._desk = Handlers(
            models=models,
            reject_at_create=frozenset(eager if reject_at_create is None else reject_at_create),
            store=self.store,
            clock=self.clock,
            lifecycle=lifecycle,
            limits=limits or Limits(),
            prices=load_shipped_prices() if prices is None else prices,
            artefacts=artefacts or Artefacts(),
            random=self._random,
        )

    @property
    def prices(self) -> Prices:
        """What things cost here, by model."""
        return self._desk.prices

    @property
    def default(self) -> str:
        """What happens where nobody chooses: the name of a scenario, or of the chaos."""
        return self._steering.default

    @property
    def seed(self) -> int:
        """What everything is drawn from."""
        other = self.store.get(COUNTERS, SEED)
        return self._seed if other is None else int(other)

    def handle(self, request: Request) -> Response:
        """The answer to *request*; raises nothing but what the listener and the store do."""
        visit = self._build_context(request)
        trace = traceparent(request.headers.get("traceparent"), visit.random)
        answer = self._serve_or_reject(visit, partial(self._handle_action, visit))
        own = {"Traceparent": trace, "Date": formatdate(visit.now, usegmt=True)}
        if visit.findings is not None:
            own[FINDINGS] = str(len(filter_errors(visit.findings)))
        if visit.label:
            own[STEP] = visit.label
        response = replace(answer.with_headers(own), entry=visit.number)
        exchange = visit.build_exchange(response)
        journal.keep_entry(self.store, exchange.entry)
        self._listener(exchange)
        return response.without_body() if request.method == "HEAD" else response

    def mark_response_lost(self, response: Response) -> None:
        """Takes note that *response* never arrived: its task's client may not know of it."""
        entry = journal.mark_not_arrived(self.store, response.entry)
        if entry and entry.action == "create" and self.store.get(TASKS, entry.task):
            self.store.change(TASKS, entry.task, _mark_unanswered)

    def _build_context(self, request: Request) -> RequestContext:
        path = routing.normalize_path(request.path)
        try:
            caller = auth.parse_caller(request.headers.get("authorization"))
        except RequestRejected:
            caller = auth.ANONYMOUS
        nth = next_index(self.store, "visit", caller.tenant)
        return RequestContext(
            request=request if path == request.path else replace(request, path=path),
            number=journal.next_number(self.store),
            now=self.clock.now(),
            random=self._random(f"visit/{caller.tenant}/{nth}"),
            caller=caller,
        )

    def _random(self, what: str) -> Random:
        """Chance that depends on nothing but the seed and on what it is for."""
        return Random(f"{self.seed}/{what}")  # noqa: S311  (must repeat)

    def _serve_or_reject(self, context: RequestContext, serve: Serve) -> Response:
        """What *serve* answers, or the refusal that it raises."""
        try:
            return serve()
        except RequestRejected as refused:
            return self._build_rejection_response(context, refused)
        except Exception as error:  # noqa: BLE001  (whatever it is, the server lives on)
            log.error("%s: %s", type(error).__name__, error)
            log.debug("where it happened", exc_info=error)
            says = "a fault in the mock server itself; its log says more"
            return self._build_rejection_response(
                context, RequestRejected(RejectionReason.INTERNAL, says)
            )

    def _handle_action(self, context: RequestContext) -> Response:
        method, path = context.request.method, context.request.path
        try:
            match = routing.find_route(self._routes, method, path)
        except RequestRejected:
            context.vendor = routing.find_nearest_vendor(
                self._routes, path
            )  # whose words the refusal is in
            raise
        context.vendor = vendor = match.route.vendor
        context.path_parameters, context.action = match.names, match.route.action.value
        if vendor is None:
            record = self._desk.find_file_task(context)
            met = self._steering.download(context, record)
            return self._apply_scenario(context, partial(self._desk.download, context, record, met))
        if context.caller is auth.ANONYMOUS:
            auth.parse_caller(context.request.headers.get("authorization"))  # which says why
        if match.route.action is Action.CREATE:
            met = self._steering.create(context, vendor)
            return self._apply_scenario(context, partial(self._desk.create, context, vendor, met))
        met = self._steering.poll(context, self._desk.find_polled(context, vendor))
        return self._apply_scenario(context, partial(self._desk.poll, context, vendor, met))

    def _apply_scenario(self, context: RequestContext, serve: Serve) -> Response:
        """What *serve* answers, as the step of the scenario leaves it."""
        step = context.step
        if step is None:
            return serve()
        answer = self._serve_or_reject(context, serve) if step.handled else Response(status=200)
        missing = (
            RejectionReason.NO_TASK
            if "task_id" in context.path_parameters
            else RejectionReason.NO_ROUTE
        )
        refused = fault_injection.build_rejection(step, missing=missing)
        if refused:
            answer = self._build_rejection_response(context, refused)
        return fault_injection.apply_step(
            step, answer, context.request, now=context.now, random=context.random
        )

    def _build_rejection_response(
        self, context: RequestContext, refused: RequestRejected
    ) -> Response:
        context.reason = refused.rejection.detail
        if refused.findings is not None:
            context.findings = tuple(refused.findings)
        asked = replace(
            refused.rejection,
            path=context.request.path,
            request_id=str(UUID(int=context.random.getrandbits(128), version=4)),
        )
        status, wire = (
            context.vendor.build_error_response if context.vendor else build_plain_error
        )(asked)
        return Response.json(status, wire, refused.headers)


def _mark_unanswered(record: TaskRecord | None) -> TaskRecord:
    assert record
    return replace(record, answered=False)
