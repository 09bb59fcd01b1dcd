"""What stands between a client under test and the mock, and takes note of everything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Condition
from typing import Final

from wan_mockserver.clock import Clock
from wan_mockserver.delivery import Cut, Delivery
from wan_mockserver.messages import Request, Response, Service
from wan_mockserver.scenarios.choice import HEADER
from wan_mockserver.service import Mock

KEY: Final = "wp-contract-7c1e5b9042d8"
"""How the API keys of clients under test begin; any others would be as good."""

SPARE: Final = 50
"""Requests that a call may take beyond twice what its deadline has room for."""

LINGER: Final = 5.0
"""Real seconds for which requests are waited for whose client has gone."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A request as it came, its answer as it went, and when."""

    request: Request
    response: Response
    at: float


@dataclass(slots=True)
class _Call:
    """One call: what it meets, when it began, when it is stopped, and what came of it."""

    key: str
    scenario: str
    begun: float
    until: float
    most: int
    noted: list[Noted] = field(default_factory=list)
    awaited: int = 0

    def owns(self, request: Request) -> bool:
        """Whether *request* is not that of another call, which came late."""
        given = request.headers.get("authorization", "")
        return self.key in given or KEY not in given


class Recorder(Service):
    """A service in front of *mock*. Between :meth:`begin` and :meth:`end` it keeps everything.

    Creates meet the scenario of the case, without the client's knowing of it. Requests of an
    earlier call are answered, and kept nowhere.
    """

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._call: _Call | None = None
        self._changed = Condition()
        self.runaway: str | None = None

    @property
    def clock(self) -> Clock:
        return self._mock.clock

    def begin(self, key: str, scenario: str, deadline: float, polls: int) -> None:
        """A call with *key* begins, under *scenario*.

        It is stopped long after *deadline* seconds, or after far more than so many *polls*.
        """
        self.runaway = None
        begun = self.clock.now()
        self._call = _Call(key, scenario, begun, 3 * deadline, 2 * polls + SPARE)

    def end(self) -> list[Noted]:
        """The call is over: what came since it began, once all of it is answered."""
        call, self._call = self._call, None
        assert call
        with self._changed:
            self._changed.wait_for(lambda: not call.awaited, timeout=LINGER)
        return call.noted

    def handle(self, request: Request) -> Response:
        call = self._call
        if call is None or not call.owns(request):
            return self._mock.handle(request)
        at = self.clock.now() - call.begun
        if at > call.until or len(call.noted) >= call.most:
            return self._stopped(call, request, at)
        told = request
        if request.method == "POST":
            told = replace(request, headers={**request.headers, HEADER: call.scenario})
        with self._changed:
            call.awaited += 1
        try:
            response = self._mock.handle(told)
            call.noted.append(Noted(request, response, at))
        finally:
            with self._changed:
                call.awaited -= 1
                self._changed.notify_all()
        return response

    def lost(self, response: Response) -> None:
        self._mock.lost(response)

    def _stopped(self, call: _Call, request: Request, at: float) -> Response:
        """Ends the call of a client that goes on and on."""
        self.runaway = (
            f"after {len(call.noted)} requests in {at:.0f} s it still sent {request.method} "
            f"{request.path}, and was stopped"
        )
        if self.clock.mode == "manual":
            self.runaway += "; one that goes by datetime.now() needs --real-time"
        if not request.peer:
            from .clients.python import Runaway

            raise Runaway(self.runaway)
        return Response(status=503, delivery=Delivery(cut=Cut.RESET))
