"""What stands between a client under test and the mock, and takes note of everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from wan_mockserver.clock import Clock
from wan_mockserver.delivery import Cut, Delivery
from wan_mockserver.messages import Request, Response, Service
from wan_mockserver.mock import Mock
from wan_mockserver.scenarios.choice import HEADER

SPARE: Final = 50
"""Requests that a call may take beyond twice what its deadline has room for."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A request as it came, its answer as it went, and when."""

    request: Request
    response: Response
    at: float


class Recorder(Service):
    """A service in front of *mock*. Between :meth:`begin` and :meth:`end` it keeps everything.

    Creates meet the scenario of the case, without the client's knowing of it.
    """

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._noted: list[Noted] = []
        self._scenario: str | None = None
        self._begun = 0.0
        self._until = 0.0
        self._most = 0
        self.runaway: str | None = None

    @property
    def clock(self) -> Clock:
        return self._mock.clock

    def begin(self, scenario: str, deadline: float, polls: int) -> None:
        """A call begins; it is stopped long after *deadline* seconds or after far more *polls*."""
        self._noted = []
        self._scenario, self.runaway = scenario, None
        self._begun = self.clock.now()
        self._until, self._most = 3 * deadline, 2 * polls + SPARE

    def end(self) -> list[Noted]:
        """The call is over: what came since it began."""
        self._scenario = None
        return self._noted

    def handle(self, request: Request) -> Response:
        scenario = self._scenario
        if scenario is None:
            return self._mock.handle(request)
        at = self.clock.now() - self._begun
        if at > self._until or len(self._noted) >= self._most:
            return self._stopped(request, at)
        told = request
        if request.method == "POST":
            told = replace(request, headers={**request.headers, HEADER: scenario})
        response = self._mock.handle(told)
        self._noted.append(Noted(request, response, at))
        return response

    def lost(self, response: Response) -> None:
        self._mock.lost(response)

    def _stopped(self, request: Request, at: float) -> Response:
        """Ends the call of a client that goes on and on."""
        self.runaway = (
            f"after {len(self._noted)} requests in {at:.0f} s it still sent {request.method} "
            f"{request.path}, and was stopped"
        )
        if not request.peer:
            from .clients.python import Runaway

            raise Runaway(self.runaway)
        return Response(status=503, delivery=Delivery(cut=Cut.RESET))
