"""The mock as a whole: the vendors' APIs, the admin API and the dashboard."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from .control import Control
from .http.errors import AdminError, build_store_error
from .http.messages import Request, Response
from .simulator.routing import OPENAPI, ROOT, normalize_path
from .state.journal import escape_line, log
from .state.stores import StoreUnavailable

__all__ = ["LONG_READS", "OPENAPI", "Mock"]

LONG_READS: Final = frozenset(
    (
        OPENAPI,
        ROOT,
        *(
            f"{ROOT}/{name}"
            for name in (
                *("", "ui/live", "openapi.json"),
                *("requests", "requests/count", "tasks", "ledger", "verify", "reset"),
            )
        ),
    )
)
"""Paths whose answers read, or write, many values."""

_DRAWN: Final = (f"{ROOT}/ui/files/", f"{ROOT}/ui/thumbnails/")
"""Beginnings of the paths of files that the dashboard shows."""


class Mock(Control):
    """A :class:`~wan_mockserver.http.service.Service` with everything at one base URL."""

    def handle(self, request: Request) -> Response:
        """Routes OPENAPI and paths below ROOT to the mock's own pages, others to a vendor."""
        try:
            path = normalize_path(request.path)
            if path == OPENAPI or f"{path}/".startswith(f"{ROOT}/"):
                return self._handle_own(replace(request, path=path))
            return self.simulator.handle(request)
        except StoreUnavailable as error:
            return build_store_error(error)

    def is_quick(self, request: Request) -> bool:
        """Returns True if *request* is answered in less time than handing it to a thread takes."""
        return self.store.is_local and self.simulator.is_quick(request.path)

    def is_download(self, request: Request) -> bool:
        """Returns True if the response to *request* may have to be made for seconds."""
        path = normalize_path(request.path)
        return path.startswith(_DRAWN) or self.simulator.is_download(path)

    def is_long_read(self, request: Request) -> bool:
        """Returns True if the answer to *request* may read many tasks or exchanges."""
        path = normalize_path(request.path)
        return path in LONG_READS or self.simulator.is_listing(path)

    def batch(self) -> AbstractContextManager[object]:
        """Lets the store write what the quick requests in the context change in one step."""
        return self.store.batch()

    def mark_response_lost(self, response: Response) -> None:
        self.simulator.mark_response_lost(response)

    def _handle_own(self, request: Request) -> Response:
        """Answers a request to the mock itself; never raises.

        The journal does not record it, and the log only its internal errors.
        """
        try:
            response = self._route_own(request)
        except AdminError as error:
            response = error.response
        except StoreUnavailable as error:
            response = build_store_error(error)
        except Exception as error:  # noqa: BLE001  (one failed request must not end the server)
            log.error("%s: %s", type(error).__name__, escape_line(str(error)))
            log.debug("where it happened", exc_info=error)
            message = "internal error in the mock server; its log says more"
            response = AdminError(message, 500).response
        return response.without_body() if request.method == "HEAD" else response

    def _route_own(self, request: Request) -> Response:
        # Imported on first use, so that Jinja stays unloaded where nobody opens the dashboard.
        from . import dashboard
        from .admin import api, guard
        from .openapi import vendors

        if request.path == OPENAPI:
            return vendors.answer(request)
        guard.check(self, request)
        return dashboard.answer(self, request) or api.answer(self, request)
