"""The two exceptions that end a request with an HTTP error, and its plain format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from wan_validators.finding import Finding
from wan_validators.rejection import Rejection, RejectionReason
from wan_validators.task import Task
from wan_validators.vendor import Wire

from ..state.journal import log
from ..state.stores import StoreUnavailable
from .messages import Response

__all__ = [
    "AdminError",
    "RequestRejected",
    "build_plain_error",
    "build_store_error",
    "build_xml_error",
]

_PLAIN_STATUSES: Final = {
    RejectionReason.NO_ROUTE: 404,
    RejectionReason.NO_METHOD: 405,
    RejectionReason.EXPIRED: 403,
    RejectionReason.NO_SCENARIO: 400,
}
"""HTTP statuses outside the vendors' paths; all other reasons give 500."""


class AdminError(Exception):
    """The admin API or the dashboard answers with *status* and a JSON message.

    *headers* go with the response.
    """

    def __init__(
        self, message: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        self.message, self.status, self.headers = message, status, dict(headers or {})
        super().__init__(message)

    @property
    def response(self) -> Response:
        return Response.json(self.status, {"message": self.message}, self.headers)


class RequestRejected(Exception):
    """The simulator rejects a request; the vendor formats *rejection* as the response.

    *headers* go with the response. *findings* are about the request's payload.
    """

    def __init__(
        self,
        reason: RejectionReason,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        findings: Sequence[Finding] | None = None,
        task_id: str = "",
        task: Task | None = None,
        status: int | None = None,
    ) -> None:
        self.rejection = Rejection(
            reason=reason, detail=detail, task_id=task_id, task=task, status=status
        )
        self.headers = dict(headers or {})
        self.findings = findings
        super().__init__(detail)


def build_plain_error(rejection: Rejection) -> tuple[int, Wire]:
    """Returns status and body of an error outside the vendors' paths."""
    status = rejection.status or _PLAIN_STATUSES.get(rejection.reason, 500)
    return status, {"message": rejection.detail}


def build_store_error(error: StoreUnavailable) -> Response:
    """Logs *error*, and returns the response to a request that could not be answered for it."""
    log.error("%s", error)
    return AdminError(f"the mock server cannot use its store: {error}", 503).response


def build_xml_error(status: int, code: str, message: str) -> Response:
    """Builds an error in the format of object stores."""
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode()
    headers = {"Content-Type": "application/xml", "Content-Length": str(len(body))}
    return Response(status=status, headers=headers, body=body)
