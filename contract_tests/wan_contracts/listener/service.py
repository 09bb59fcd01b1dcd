"""Serves the vendors and the check API of a listening run at one address."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from wan_mockserver.clock import Clock
from wan_mockserver.http.errors import AdminError
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.http.service import Service
from wan_mockserver.simulator.routing import OPENAPI, ROOT, normalize_path
from wan_mockserver.simulator.scenario_selection import HEADER

from .routes import CHECK_PATH, CheckApi
from .session import ListeningSession

__all__ = ["ListeningService"]

log: Final = logging.getLogger(__name__)

PREFIX: Final = f"{ROOT}{CHECK_PATH}/"


class ListeningService(Service):
    """Forwards requests to the mock of *session*, with the scenario of their case.

    The admin API and the dashboard are not served: they could disturb the run.
    """

    def __init__(self, session: ListeningSession) -> None:
        self._session = session
        self._mock = session.mock
        self._api = CheckApi(session)

    @property
    def clock(self) -> Clock:
        """Returns the clock of the mock server."""
        return self._mock.clock

    def handle(self, request: Request) -> Response:
        """Answers *request*, so that a page of an allowed origin can read the response."""
        try:
            response = self._session.policy.answer_preflight(request) or self._route(request)
        except AdminError as error:
            response = error.response
        except Exception as error:
            log.exception("internal error in wanproof check --listen")
            response = AdminError(
                f"internal error in wanproof: {type(error).__name__}", 500
            ).response
        return response.with_headers(self._session.policy.build_headers(request))

    def mark_response_lost(self, response: Response) -> None:
        """Records that the client did not receive *response*."""
        self._mock.mark_response_lost(response)
        self._session.table.refresh(response)

    def _route(self, request: Request) -> Response:
        path = normalize_path(request.path)
        if path == OPENAPI:
            return self._mock.handle(request)
        if not f"{path}/".startswith(f"{ROOT}/"):
            return self._forward(request)
        own = replace(request, path=path)
        self._session.policy.check(self._mock, own)
        if not path.startswith(PREFIX):
            message = f"nothing is served at {path} during a check; see {PREFIX}openapi.json"
            raise AdminError(message, 404)
        response = self._api.answer(own)
        return response.without_body() if request.method == "HEAD" else response

    def _forward(self, request: Request) -> Response:
        """Answers a request to a vendor, and records it for the case that it belongs to."""
        session = self._session
        session.note_activity()
        call = session.table.find_by_key(request) or session.table.find_by_task(request)
        if call is None:
            session.note_stray(request)
            return self._mock.handle(request)
        forwarded = request
        if request.method == "POST":
            headers = {**request.headers, HEADER: call.case.scenario}
            forwarded = replace(request, headers=headers)
        return session.table.record(call, request, lambda: self._mock.handle(forwarded))
