"""Records all requests and responses between a client under test and the mock server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Condition, get_ident
from time import monotonic, sleep
from typing import Final

from wan_mockserver.clock import Clock
from wan_mockserver.http.delivery import Cut, Delivery
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.service import Service
from wan_mockserver.service import Mock
from wan_mockserver.simulator.auth import identify_caller
from wan_mockserver.simulator.scenario_selection import HEADER
from wan_mockserver.state.tasks import TASKS
from wan_mockserver.testing.waiters import is_blocked

__all__ = ["KEY_PREFIX", "RecordedCall", "RecordedExchange", "RecordingProxy"]

KEY_PREFIX: Final = "wp-contract-7c1e5b9042d8"
"""Prefix of the API keys of clients under test; the value is arbitrary."""

EXTRA_REQUESTS: Final = 50
"""Requests allowed beyond twice the number that fits before the deadline."""

MAX_LATE_REQUESTS: Final = 20
"""Requests that are answered although they come long after the deadline."""

DRAIN_TIMEOUT_S: Final = 5.0
"""Real seconds to wait for pending requests after the client has ended its call."""

TURN_TIMEOUT_S: Final = 0.05
"""Real seconds for which a request of another thread waits for the thread of the call."""

BLOCKED_LOOKS: Final = 3
"""Looks at which the thread of the call must wait for others before they may send requests."""

TURN_INTERVAL_S: Final = 0.0005


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """Holds a request, its response, and the time of the request.

    *elapsed* is in real seconds, from the request until the response was sent. *after_outcome* is
    True if the client sent it after it had reported its outcome.
    """

    request: Request
    response: Response
    at: float
    elapsed: float = 0.0
    after_outcome: bool = False


@dataclass(slots=True)
class RecordedCall:
    """Holds the scenario, limits and recorded exchanges of one call.

    *tenant* is the mock's name for the user of *key*. *runaway_message* says what the client
    still sent long after its deadline, or after too many requests. *thread* is the thread that
    sent the first request.
    """

    key: str
    scenario: str
    started_at: float
    stop_after_s: float
    max_requests: int
    tenant: str
    exchanges: list[RecordedExchange] = field(default_factory=list)
    runaway_message: str | None = None
    has_outcome: bool = False
    thread: int | None = None
    _pending: int = 0
    _late_requests: int = 0
    _late_peers: set[str] = field(default_factory=set)

    def begin_request(self, request: Request, at: float) -> bool:
        """Counts *request*; returns True if the call must be stopped after it."""
        self._pending += 1
        self.thread = self.thread or get_ident()
        # On a busy machine a process can need longer to start than a call may take.
        since_first = at - (self.exchanges[0].at if self.exchanges else at)
        self._late_requests += since_first > self.stop_after_s
        is_late = self._late_requests > 0
        is_too_many = len(self.exchanges) >= self.max_requests
        if self.has_outcome or not (is_late or is_too_many):
            return False
        is_stopped = is_too_many or self._late_requests > MAX_LATE_REQUESTS
        self.runaway_message = (
            f"after {len(self.exchanges)} requests in {at:.0f} s it still sent {request.method} "
            f"{request.path}{', and was stopped' if is_stopped else ''}"
        )
        return is_stopped

    def end_request(self) -> None:
        """Counts the end of a request."""
        self._pending -= 1

    @property
    def is_idle(self) -> bool:
        """Returns True if no request is pending."""
        return not self._pending

    @property
    def is_full(self) -> bool:
        """Returns True if no more requests are recorded."""
        return len(self.exchanges) >= self.max_requests + EXTRA_REQUESTS

    def is_after_outcome(self, request: Request) -> bool:
        """Returns True if *request* was surely sent after the outcome.

        On a connection only the second request is sure: the first one may have waited long.
        """
        if not self.has_outcome:
            return False
        is_sure = not request.peer or request.peer in self._late_peers
        self._late_peers.add(request.peer)
        return is_sure


class RecordingProxy(Service):
    """Forwards requests to *mock*, and records those of calls between begin and end.

    Adds the scenario of the case to each create, unknown to the client. Answers requests of
    calls that have ended without recording them. With *small_files*, no download takes long.
    """

    def __init__(self, mock: Mock, *, small_files: bool = False) -> None:
        self._mock = mock
        self._small_files = small_files
        self._calls: dict[str, RecordedCall] = {}
        self._ended_tasks: set[str] = set()
        self._changed = Condition()

    @property
    def clock(self) -> Clock:
        """Returns the clock of the mock server."""
        return self._mock.clock

    def begin(self, key: str, scenario: str, deadline: float, max_polls: int) -> RecordedCall:
        """Starts recording the call with *key*, in *scenario*.

        The call is stopped long after *deadline* seconds, or long after *max_polls* requests.
        """
        call = self._calls[key] = RecordedCall(
            key=key,
            scenario=scenario,
            started_at=self.clock.now(),
            stop_after_s=3 * deadline,
            max_requests=2 * max_polls + EXTRA_REQUESTS,
            tenant=identify_caller(f"Bearer {key}").tenant,
        )
        return call

    def end(self, call: RecordedCall) -> list[RecordedExchange]:
        """Ends *call*, waits for pending responses, and returns the recorded exchanges."""
        del self._calls[call.key]
        with self._changed:
            self._changed.wait_for(lambda: call.is_idle, timeout=DRAIN_TIMEOUT_S)
        self._ended_tasks.update(task.id for task in self._mock.tasks(call.tenant))
        return call.exchanges

    def handle(self, request: Request) -> Response:
        """Answers *request* with the mock; raises Runaway in process if the call is over-long."""
        call = self._find_call(request)
        if call is None or call.is_full:
            return self._mock.handle(request)
        if not request.peer and call.thread not in (None, get_ident()):
            _give_way(call)
        at = self.clock.now() - call.started_at
        after_outcome = call.is_after_outcome(request)
        received_at = monotonic()
        forwarded = request
        if request.method == "POST":
            forwarded = replace(request, headers={**request.headers, HEADER: call.scenario})
        with self._changed:
            is_stopped = call.begin_request(request, at)
        try:
            response = self._mock.handle(forwarded)
            elapsed = monotonic() - received_at + _compute_duration(response)
            call.exchanges.append(RecordedExchange(request, response, at, elapsed, after_outcome))
        finally:
            with self._changed:
                call.end_request()
                self._changed.notify_all()
        return self._stop_client(call, request, response) if is_stopped else response

    def is_quick(self, request: Request) -> bool:
        """Returns True if the mock answers *request* at once."""
        return self._mock.is_quick(request) or (
            self._small_files and self._mock.is_download(request)
        )

    def mark_response_lost(self, response: Response) -> None:
        """Tells the mock that the client did not receive *response*."""
        self._mock.mark_response_lost(response)

    def _find_call(self, request: Request) -> RecordedCall | None:
        """Returns the call that sent *request*; None if that call has ended.

        A request without a known key belongs to the only call, or to the call of its task. A
        download has no key, and a busy server can read it after its client gave it up.
        """
        calls = [*self._calls.values()]
        authorization = request.headers.get("authorization", "")
        for call in calls:
            if call.key in authorization:
                return call
        sent = f"{request.query} {' '.join(request.headers.values())}"
        for call in calls:
            if call.key in sent:
                return call
        if KEY_PREFIX in sent:
            return None
        parts = [part for part in request.path.split("/") if part]
        tenants = {task.tenant for part in parts if (task := self._mock.store.get(TASKS, part))}
        owner = next((call for call in calls if call.tenant in tenants), None)
        if owner or len(calls) != 1 or not self._ended_tasks.isdisjoint(parts):
            return owner
        return calls[0]

    def _stop_client(self, call: RecordedCall, request: Request, response: Response) -> Response:
        """Ends the call of a client that sends requests without end."""
        self._mock.mark_response_lost(response)
        if not request.peer:
            from ..clients.python_client import Runaway

            raise Runaway(call.runaway_message)
        return replace(response, status=503, delivery=Delivery(cut=Cut.RESET))


def _compute_duration(response: Response) -> float:
    """Returns the seconds that the delivery of *response* takes by its scenario."""
    delivery = response.delivery
    return delivery.delay + (len(response.body) / delivery.pace if delivery.pace else 0.0)


def _give_way(call: RecordedCall) -> None:
    """Lets the thread of *call* go on until it waits, or until it has reported the outcome.

    So the call itself comes first, and what outlasts it is seen after its outcome.
    """
    ends = monotonic() + TURN_TIMEOUT_S
    # A thread that was just woken looks blocked until it gets its turn.
    blocked = 0
    while not call.has_outcome and blocked < BLOCKED_LOOKS and monotonic() < ends:
        sleep(TURN_INTERVAL_S)
        blocked = blocked + 1 if is_blocked(call.thread or 0) else 0
