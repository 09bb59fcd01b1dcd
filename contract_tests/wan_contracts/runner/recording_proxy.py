"""What stands between a client under test and the mock, and takes note of everything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Condition
from typing import Final

from wan_mockserver.clock import Clock
from wan_mockserver.http.delivery import Cut, Delivery
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.service import Service
from wan_mockserver.service import Mock
from wan_mockserver.simulator.scenario_selection import HEADER

KEY_PREFIX: Final = "wp-contract-7c1e5b9042d8"
"""How the API keys of clients under test begin; any others would be as good."""

EXTRA_REQUESTS: Final = 50
"""Requests that a call may take beyond twice what its deadline has room for."""

DRAIN_TIMEOUT_S: Final = 5.0
"""Real seconds for which requests are waited for whose client has gone."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """A request as it came, its answer as it went, and when."""

    request: Request
    response: Response
    at: float


@dataclass(slots=True)
class _RecordedCall:
    """One call: what it meets, when it began, when it is stopped, and what came of it."""

    key: str
    scenario: str
    started_at: float
    stop_after_s: float
    max_requests: int
    exchanges: list[RecordedExchange] = field(default_factory=list)
    pending: int = 0

    def owns(self, request: Request) -> bool:
        """Whether *request* is not that of another call, which came late."""
        given = request.headers.get("authorization", "")
        return self.key in given or KEY_PREFIX not in given


class RecordingProxy(Service):
    """A service in front of *mock*. Between :meth:`begin` and :meth:`end` it keeps everything.

    Creates meet the scenario of the case, without the client's knowing of it. Requests of an
    earlier call are answered, and kept nowhere.
    """

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._call: _RecordedCall | None = None
        self._changed = Condition()
        self.runaway_message: str | None = None

    @property
    def clock(self) -> Clock:
        return self._mock.clock

    def begin(self, key: str, scenario: str, deadline: float, max_polls: int) -> None:
        """A call with *key* begins, under *scenario*.

        It is stopped long after *deadline* seconds, or after far more than so many *max_polls*.
        """
        self.runaway_message = None
        begun = self.clock.now()
        self._call = _RecordedCall(
            key, scenario, begun, 3 * deadline, 2 * max_polls + EXTRA_REQUESTS
        )

    def end(self) -> list[RecordedExchange]:
        """The call is over: what came since it began, once all of it is answered."""
        call, self._call = self._call, None
        assert call
        with self._changed:
            self._changed.wait_for(lambda: not call.pending, timeout=DRAIN_TIMEOUT_S)
        return call.exchanges

    def handle(self, request: Request) -> Response:
        call = self._call
        if call is None or not call.owns(request):
            return self._mock.handle(request)
        at = self.clock.now() - call.started_at
        if at > call.stop_after_s or len(call.exchanges) >= call.max_requests:
            return self._stop_client(call, request, at)
        told = request
        if request.method == "POST":
            told = replace(request, headers={**request.headers, HEADER: call.scenario})
        with self._changed:
            call.pending += 1
        try:
            response = self._mock.handle(told)
            call.exchanges.append(RecordedExchange(request, response, at))
        finally:
            with self._changed:
                call.pending -= 1
                self._changed.notify_all()
        return response

    def mark_response_lost(self, response: Response) -> None:
        self._mock.mark_response_lost(response)

    def _stop_client(self, call: _RecordedCall, request: Request, at: float) -> Response:
        """Ends the call of a client that goes on and on."""
        self.runaway_message = (
            f"after {len(call.exchanges)} requests in {at:.0f} s it still sent {request.method} "
            f"{request.path}, and was stopped"
        )
        if self.clock.mode == "manual":
            self.runaway_message += "; one that goes by datetime.now() needs --real-time"
        if not request.peer:
            from ..clients.python_client import Runaway

            raise Runaway(self.runaway_message)
        return Response(status=503, delivery=Delivery(cut=Cut.RESET))
