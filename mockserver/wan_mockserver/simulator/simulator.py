"""Simulates the vendors without a socket: turns a request into a response."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from email.utils import formatdate
from functools import lru_cache, partial
from random import Random
from typing import Final
from uuid import UUID

from wan_validators.catalog import models_of, vendors
from wan_validators.prices import Prices, load_shipped_prices
from wan_validators.rejection import Rejection, RejectionReason
from wan_validators.spec import Severity
from wan_validators.vendor import Vendor, Wire

from ..artefacts.cache import Artefacts
from ..clock import Clock, RealClock
from ..http.errors import RequestRejected, build_plain_error
from ..http.messages import Request, Response, build_traceparent
from ..scenarios.chaos import Chaos
from ..scenarios.lifecycle import DEFAULT, Lifecycle
from ..scenarios.registry import Scenarios
from ..scenarios.step import Step
from ..state import journal
from ..state.journal import Exchange, Listener, escape_line, log, log_exchange
from ..state.stores import COUNTERS, Store, StoreUnavailable, begin_request
from ..state.stores.memory import MemoryStore
from ..state.tasks import TASKS, TaskRecord
from . import fault_injection, routing
from .auth import identify_caller
from .context import ANONYMOUS, RequestContext
from .dispatcher import Dispatcher, Handler
from .handlers import Handlers
from .rate_limits import Limits
from .request_parsing import filter_errors
from .routing import Action
from .scenario_selection import STEP, ScenarioSelector
from .task_factory import TaskFactory

__all__ = ["FINDINGS", "SEED", "Simulator"]

FINDINGS: Final = "X-Wanproof-Findings"
"""The response header of a create that counts the errors in its payload."""

SEED: Final = "seed"
"""The key in COUNTERS of a seed that replaces the simulator's own."""


class Simulator:
    """Simulates all vendors at once; safe under threads.

    All chance comes from *seed* and all times from *clock*. The same requests in the same
    order to another simulator with the same seed get the same responses, byte for byte.
    All state is in *store*. A payload with errors becomes a task that fails, except at the
    vendors named in *reject_at_create*, which reject it. By default those are the vendors
    that are known to reject it. The HTTP errors of vendors in *error_texts* have the other
    form of the body, a text in place of an object. The results of vendors in *result_statuses*
    also have a status. *scenario* is for requests that select none
    of the known *scenarios*; *chaos* draws them instead. *default* is the name of either.

    Raises ValueError for the name of an unknown vendor or scenario.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        lifecycle: Lifecycle = DEFAULT,
        reject_at_create: Collection[str] | None = None,
        error_texts: Collection[str] = (),
        result_statuses: Collection[str] = (),
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
        _check_names(reject_at_create or (), models, "unknown vendors", "vendors")
        forms = [vendor.name for vendor in vendors() if vendor.build_error_text_response]
        _check_names(error_texts, forms, "vendors without errors as texts", "vendors with them")
        apart = [vendor.name for vendor in vendors() if vendor.result]
        _check_names(result_statuses, apart, "vendors without a path of results", "vendors with it")
        self._error_texts = frozenset(error_texts)
        self._schemes = frozenset(each for vendor in vendors() for each in vendor.auth_schemes)
        self._seed = seed
        self.store = store or MemoryStore()
        self.clock = clock or RealClock(self.store)
        self.scenarios = scenarios or Scenarios()
        self.prices = load_shipped_prices() if prices is None else prices
        self._listener = listener
        self._routes = routing.build_routes(vendors())
        self._listings = frozenset(
            route.template for route in self._routes if route.action is Action.LIST
        )
        selector = ScenarioSelector(self.store, self.scenarios, scenario, chaos)
        self.default = selector.default
        limits = limits or Limits()
        handlers = Handlers(
            models=models,
            factory=TaskFactory(
                store=self.store,
                lifecycle=lifecycle,
                limits=limits,
                prices=self.prices,
                reject_at_create=frozenset(eager if reject_at_create is None else reject_at_create),
                random=self.new_random,
            ),
            store=self.store,
            clock=self.clock,
            limits=limits,
            artefacts=artefacts or Artefacts(),
            result_statuses=frozenset(result_statuses),
        )
        self._dispatcher = Dispatcher(self._routes, selector, handlers)

    @property
    def seed(self) -> int:
        """Returns the random seed."""
        other = self.store.get(COUNTERS, SEED)
        return self._seed if other is None else int(other)

    def handle(self, request: Request) -> Response:
        """Answers *request*; raises only what the listener and the store raise."""
        if not self.is_quick(request.path):
            exchange = self._exchange(request)
        else:
            with self.store.batch():
                exchange = self._exchange(request)
        self._listener(exchange)
        response = exchange.response
        return response.without_body() if request.method == "HEAD" else response

    def _exchange(self, request: Request) -> Exchange:
        """Answers *request* and stores its journal entry."""
        context = self._begin_request(request)
        purpose = f"{self.seed}{self.store.epoch}/trace/{context.caller.tenant}/{context.number}"
        trace = build_traceparent(request.headers.get("traceparent"), purpose)
        response = self._respond(context)
        headers = {"Traceparent": trace, "Date": _format_date(int(context.now))}
        if context.findings is not None:
            errors = len(filter_errors(context.findings))
            headers[FINDINGS] = str(errors + context.omitted.count(Severity.ERROR))
        if context.label:
            headers[STEP] = context.label
        response = response.with_entry(context.number, headers)
        exchange = context.build_exchange(response)
        journal.put_entry(self.store, exchange.entry)
        return exchange

    def is_quick(self, path: str) -> bool:
        """Returns True if a request for *path* needs neither a file nor many tasks."""
        path = routing.normalize_path(path)
        return not path.startswith(routing.SLOW_PATHS) and path not in self._listings

    def is_listing(self, path: str) -> bool:
        """Returns True for a path that lists tasks."""
        return routing.normalize_path(path) in self._listings

    def is_download(self, path: str) -> bool:
        """Returns True for the path of a file, which may have to be made first."""
        return routing.normalize_path(path).startswith(routing.FILES)

    def mark_response_lost(self, response: Response) -> None:
        """Records that *response* never arrived, so the client may not know of its task."""
        entry = journal.mark_not_arrived(self.store, response)
        if entry and entry.action == "create" and self.store.get(TASKS, entry.task):
            self.store.change(TASKS, entry.task, _mark_unanswered)

    def _begin_request(self, request: Request) -> RequestContext:
        path = routing.normalize_path(request.path)
        try:
            caller = identify_caller(request.headers.get("authorization"), self._schemes)
        except RequestRejected:
            caller = ANONYMOUS
        number, index = begin_request(self.store, caller.tenant)
        return RequestContext(
            request=request if path == request.path else replace(request, path=path),
            number=number,
            now=self.clock.now(),
            new_random=partial(self.new_random, f"visit/{caller.tenant}/{index}"),
            caller=caller,
        )

    def new_random(self, purpose: str) -> Random:
        """Returns a generator that depends only on the seed and *purpose*."""
        return Random(f"{self.seed}{self.store.epoch}/{purpose}")  # noqa: S311  (must repeat)

    def _respond(self, context: RequestContext) -> Response:
        """Returns the vendor's response, changed by the step of the scenario.

        Raises StoreUnavailable alone.
        """
        try:
            handler = self._dispatcher.find_handler(context)
            if context.step is None:
                return handler()
            return self._apply_step(context, context.step, handler)
        except StoreUnavailable:
            self._mark_task_lost(context)
            raise
        except Exception as error:  # noqa: BLE001  (one failed request must not end the server)
            return self._build_error_response(context, error)

    def _apply_step(self, context: RequestContext, step: Step, handler: Handler) -> Response:
        """Applies *step*; runs the handler unless *step* prevents it."""
        response = Response(status=200)
        if step.handled:
            try:
                response = handler()
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  (as in _respond)
                response = self._build_error_response(context, error)
        missing = (
            RejectionReason.NO_TASK
            if "task_id" in context.path_parameters
            else RejectionReason.NO_ROUTE
        )
        task_id = context.path_parameters.get("task_id", "")
        rejection = fault_injection.build_rejection(step, missing=missing, task_id=task_id)
        if rejection:
            response = self._build_error_response(context, rejection)
        return fault_injection.apply_step(
            step, response, context.request, now=context.now, random=context.random
        )

    def _build_error_response(self, context: RequestContext, error: Exception) -> Response:
        """Formats a rejection, or an internal error, as the vendor does."""
        if not isinstance(error, RequestRejected):
            log.error("%s: %s", type(error).__name__, escape_line(str(error)))
            log.debug("where it happened", exc_info=error)
            self._mark_task_lost(context)
            error = RequestRejected(
                RejectionReason.INTERNAL, "internal error in the mock server; its log says more"
            )
        context.reason = error.rejection.detail
        if error.findings is not None:
            context.findings = tuple(error.findings)
        rejection = replace(
            error.rejection,
            path=context.request.path,
            request_id=str(UUID(int=context.random.getrandbits(128), version=4)),
        )
        status, body = self._choose_error_builder(context.vendor)(rejection)
        return Response.json(status, body, error.headers)

    def _mark_task_lost(self, context: RequestContext) -> None:
        """Records that the client did not receive its new task."""
        context.failed = True
        if context.action == Action.CREATE.value and context.task:
            with suppress(StoreUnavailable):
                if self.store.get(TASKS, context.task):
                    self.store.change(TASKS, context.task, _mark_unanswered)

    def _choose_error_builder(
        self, vendor: Vendor | None
    ) -> Callable[[Rejection], tuple[int, Wire]]:
        if vendor is None:
            return build_plain_error
        other = vendor.build_error_text_response
        return other if other and vendor.name in self._error_texts else vendor.build_error_response


def _check_names(names: Iterable[str], known: Collection[str], wrong: str, right: str) -> None:
    """Raises ValueError if one of *names* is not *known*."""
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"{wrong}: {unknown}; {right}: {', '.join(known)}")


@lru_cache(maxsize=16)
def _format_date(seconds: int) -> str:
    """Formats a time for the header Date, which is the same for all requests of a second."""
    return formatdate(seconds, usegmt=True)


def _mark_unanswered(record: TaskRecord | None) -> TaskRecord:
    assert record
    return replace(record, answered=False)
