"""The whole server without a socket: a request goes in, a response comes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from random import Random
from uuid import UUID

from wan_validators.catalog import models_of, vendors
from wan_validators.finding import Finding
from wan_validators.outputs import Images
from wan_validators.vendor import Refused, State, Vendor

from . import files, routes, tenants
from .artefacts import Artefacts, content_type
from .clock import Clock, RealClock
from .exchange import Exchange, Listener, log, to_log
from .intake import Submission, errors, submission
from .lifecycle import DEFAULT, Lifecycle
from .limits import Limits
from .messages import Request, Response
from .plan import Picture, cost, plan
from .refusal import TurnedDown, plain
from .routes import Action
from .stores import Store
from .stores.memory import MemoryStore
from .tasks import Record, look, shown
from .trace import traceparent

FINDINGS = "X-Wanproof-Findings"
"""Our own header on the answer to create: how many errors its payload has."""


@dataclass(slots=True)
class _Visit:
    """One request on its way through, and what was learned about it so far."""

    request: Request
    now: float
    random: Random
    vendor: Vendor | None = None
    tenant: str | None = None
    task: str | None = None
    findings: tuple[Finding, ...] | None = None


class Simulator:
    """All vendors at once; safe under threads.

    Nothing is drawn but from *seed* and no time is read but from *clock*: the same requests
    in the same order to another one with the same seed get the same answers, to the byte.
    A payload with errors becomes a task that fails, except at the vendors whose names are in
    *reject_at_create*, which refuse it (by default those that are known to). Raises
    ValueError for a name that is no vendor's.
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
    ) -> None:
        self._models = {vendor.name: models_of(vendor) for vendor in vendors()}
        eager = [vendor.name for vendor in vendors() if not vendor.lazy]
        unknown = set(reject_at_create or ()) - set(self._models)
        if unknown:
            raise ValueError(f"no vendors: {sorted(unknown)}; vendors: {', '.join(self._models)}")
        self._seed = seed
        self._clock = clock or RealClock()
        self._lifecycle = lifecycle
        self._reject_at_create = frozenset(eager if reject_at_create is None else reject_at_create)
        self._limits = limits or Limits()
        self._store = store or MemoryStore()
        self._artefacts = artefacts or Artefacts()
        self._listener = listener
        self._routes = routes.routes(vendors())
        self._visits, self._creations = count(), count()

    def handle(self, request: Request) -> Response:
        """The answer to *request*; raises nothing but what the listener does."""
        path = routes.normal(request.path)
        visit = _Visit(
            replace(request, path=path),
            self._clock.now(),
            self._random("visit", next(self._visits)),
            routes.nearest(self._routes, path),
        )
        trace = traceparent(request.headers.get("traceparent"), visit.random)
        response = self._answer(visit).adding({"Traceparent": trace})
        if visit.findings is not None:
            response = response.adding({FINDINGS: str(len(errors(visit.findings)))})
        self._listener(
            Exchange(
                at=visit.now,
                request=request,
                response=response,
                vendor=visit.vendor.name if visit.vendor else None,
                tenant=visit.tenant,
                task=visit.task,
                findings=visit.findings,
            )
        )
        return response.without_body() if request.method == "HEAD" else response

    def _random(self, what: str, nth: int) -> Random:
        """Chance that depends on nothing but the seed and on what it is for."""
        return Random(f"{self._seed}/{what}/{nth}")  # noqa: S311  (must repeat)

    def _answer(self, visit: _Visit) -> Response:
        try:
            return self._action(visit)
        except TurnedDown as refused:
            return self._refusal(visit, refused)
        except Exception as error:  # noqa: BLE001  (whatever it is, the server lives on)
            log.error("%s: %s", type(error).__name__, error)
            log.debug("where it happened", exc_info=error)
            says = "a fault in the mock server itself; its log says more"
            return self._refusal(visit, TurnedDown(Refused.INTERNAL, says))

    def _action(self, visit: _Visit) -> Response:
        match = routes.find(self._routes, visit.request.method, visit.request.path)
        vendor, names = match.route.vendor, match.names
        if vendor is None:
            return self._file(visit, names)
        visit.tenant = tenants.tenant(visit.request.headers.get("authorization"))
        if match.route.action is Action.CREATE:
            return self._create(visit, vendor, names)
        return self._poll(visit, vendor, names)

    def _create(self, visit: _Visit, vendor: Vendor, names: Mapping[str, str]) -> Response:
        served = self._models[vendor.name]
        submitted = submission(vendor, served, names.get("model"), visit.request)
        visit.findings = submitted.findings
        record = self._record(visit, vendor, submitted)
        if record.failure and vendor.name in self._reject_at_create:
            failed = shown(replace(record, state=State.FAILED), visit.request.base_url)
            raise TurnedDown(Refused.PAYLOAD, record.failure.message, task=failed)
        booked = partial(self._limits.booked, now=visit.now, cost=record.cost)
        self._store.book(record.tenant, booked)
        self._store.add(record)
        visit.task = record.id
        wire = vendor.accepted(shown(record, visit.request.base_url))
        return Response.json(vendor.created_status, wire)

    def _record(self, visit: _Visit, vendor: Vendor, submitted: Submission) -> Record:
        random = self._random("task", next(self._creations))
        spec = submitted.spec
        record = Record(
            id=vendor.new_id(random),
            tenant=visit.tenant or "",
            vendor=vendor.name,
            model=spec.id,
            remote_id=str(UUID(int=random.getrandbits(128), version=4)),
            lifecycle=self._lifecycle,
            created_at=visit.now,
            updated_at=visit.now,
        )
        if submitted.errors:
            return replace(record, failure=vendor.rejection(submitted.errors))
        made = plan(spec, submitted.payload, random.getrandbits(31))
        counted = isinstance(spec.outputs, Images) and spec.outputs.counted
        images = sum(isinstance(part, Picture) for part in made.parts)
        return replace(
            record,
            parts=made.parts,
            cost=cost(spec, made),
            image_count=images if counted else None,
        )

    def _poll(self, visit: _Visit, vendor: Vendor, names: Mapping[str, str]) -> Response:
        task_id = names["task_id"]
        known = self._store.get(task_id)
        wanted = (visit.tenant, vendor.name, names.get("model", known and known.model))
        seen = None
        if known and (known.tenant, known.vendor, known.model) == wanted:
            seen = self._store.change(task_id, partial(look, now=visit.now))
        if seen is None:
            raise TurnedDown(Refused.NO_TASK, "no such task of this API key", task_id=task_id)
        visit.task = task_id
        return Response.json(200, vendor.status(shown(seen, visit.request.base_url)))

    def _file(self, visit: _Visit, names: Mapping[str, str]) -> Response:
        record = self._store.get(names["task_id"])
        done = record is not None and record.state is State.DONE
        artefact = files.named(record.parts, names["name"]) if record and done else None
        if artefact is None:
            raise TurnedDown(Refused.NO_ROUTE, f"there is no file {visit.request.path}")
        visit.task = names["task_id"]
        content = self._artefacts.bytes_of(artefact)
        return files.download(visit.request, content, content_type(artefact))

    def _refusal(self, visit: _Visit, refused: TurnedDown) -> Response:
        if refused.findings is not None:
            visit.findings = tuple(refused.findings)
        asked = replace(
            refused.refusal,
            path=visit.request.path,
            request_id=str(UUID(int=visit.random.getrandbits(128), version=4)),
        )
        status, wire = (visit.vendor.refused if visit.vendor else plain)(asked)
        return Response.json(status, wire, refused.headers)
