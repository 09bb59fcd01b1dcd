"""Records all requests and responses between a client under test and the mock server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Condition
from time import monotonic
from typing import Final

from wan_mockserver.clock import Clock
from wan_mockserver.http.delivery import Cut, Delivery
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.service import Service
from wan_mockserver.service import Mock
from wan_mockserver.simulator.scenario_selection import HEADER

__all__ = ["KEY_PREFIX", "RecordedExchange", "RecordingProxy"]

KEY_PREFIX: Final = "wp-contract-7c1e5b9042d8"
"""Prefix of the API keys of clients under test; the value is arbitrary."""

EXTRA_REQUESTS: Final = 50
"""Requests allowed beyond twice the number that fits before the deadline."""

DRAIN_TIMEOUT_S: Final = 5.0
"""Real seconds to wait for pending requests after the client has ended its call."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """Holds a request, its response, and the time of the request.

    *elapsed* is in real seconds, from the request until the response was sent.
    """

    request: Request
    response: Response
    at: float
    elapsed: float = 0.0


@dataclass(slots=True)
class _RecordedCall:
    """Holds the scenario, limits and recorded exchanges of one call."""

    key: str
    scenario: str
    started_at: float
    stop_after_s: float
    max_requests: int
    exchanges: list[RecordedExchange] = field(default_factory=list)
    pending: int = 0

    def owns(self, request: Request) -> bool:
        """Returns True unless *request* is a late one of another call."""
        authorization = request.headers.get("authorization", "")
        return self.key in authorization or KEY_PREFIX not in authorization


class RecordingProxy(Service):
    """Forwards requests to *mock*, and records them between :meth:`begin` and :meth:`end`.

    Adds the scenario of the case to each create, unknown to the client. Answers requests of an
    earlier call without recording them.
    """

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._call: _RecordedCall | None = None
        self._changed = Condition()
        self.runaway_message: str | None = None

    @property
    def clock(self) -> Clock:
        """Returns the clock of the mock server."""
        return self._mock.clock

    def begin(self, key: str, scenario: str, deadline: float, max_polls: int) -> None:
        """Starts recording the call with *key*, in *scenario*.

        The call is stopped long after *deadline* seconds, or long after *max_polls* requests.
        """
        self.runaway_message = None
        started_at = self.clock.now()
        self._call = _RecordedCall(
            key, scenario, started_at, 3 * deadline, 2 * max_polls + EXTRA_REQUESTS
        )

    def end(self) -> list[RecordedExchange]:
        """Ends the call, waits for pending responses, and returns the recorded exchanges."""
        call, self._call = self._call, None
        assert call
        with self._changed:
            self._changed.wait_for(lambda: not call.pending, timeout=DRAIN_TIMEOUT_S)
        return call.exchanges

    def handle(self, request: Request) -> Response:
        """Answers *request* with the mock; raises Runaway in process if the call is over-long."""
        call = self._call
        if call is None or not call.owns(request):
            return self._mock.handle(request)
        at = self.clock.now() - call.started_at
        # On a busy machine a process can need longer to start than a call may take.
        since_first = at - (call.exchanges[0].at if call.exchanges else at)
        if since_first > call.stop_after_s or len(call.exchanges) >= call.max_requests:
            return self._stop_client(call, request, at)
        received_at = monotonic()
        forwarded = request
        if request.method == "POST":
            forwarded = replace(request, headers={**request.headers, HEADER: call.scenario})
        with self._changed:
            call.pending += 1
        try:
            response = self._mock.handle(forwarded)
            elapsed = monotonic() - received_at + _compute_duration(response)
            call.exchanges.append(RecordedExchange(request, response, at, elapsed))
        finally:
            with self._changed:
                call.pending -= 1
                self._changed.notify_all()
        return response

    def mark_response_lost(self, response: Response) -> None:
        """Tells the mock that the client did not receive *response*."""
        self._mock.mark_response_lost(response)

    def _stop_client(self, call: _RecordedCall, request: Request, at: float) -> Response:
        """Ends the call of a client that sends requests without end."""
        self.runaway_message = (
            f"after {len(call.exchanges)} requests in {at:.0f} s it still sent {request.method} "
            f"{request.path}, and was stopped"
        )
        if self.clock.mode == "manual":
            self.runaway_message += "; a client that uses datetime.now() needs --real-time"
        if not request.peer:
            from ..clients.python_client import Runaway

            raise Runaway(self.runaway_message)
        return Response(status=503, delivery=Delivery(cut=Cut.RESET))


def _compute_duration(response: Response) -> float:
    """Returns the seconds that the delivery of *response* takes by its scenario."""
    delivery = response.delivery
    return delivery.delay + (len(response.body) / delivery.pace if delivery.pace else 0.0)
