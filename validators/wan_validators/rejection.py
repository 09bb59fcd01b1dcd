"""Rejected requests, independent of a vendor's wire format, and their HTTP statuses."""

from __future__ import annotations

from enum import Enum
from typing import Final

from .frozen import Frozen
from .task import Task

__all__ = ["USUAL_STATUSES", "Rejection", "RejectionReason", "find_status_phrase"]

PROXY_PHRASES: Final = {
    520: "Web Server Returned an Unknown Error",
    521: "Web Server Is Down",
    522: "Connection Timed Out",
    523: "Origin Is Unreachable",
    524: "A Timeout Occurred",
    529: "Site Is Overloaded",
}
"""Statuses of proxies that are not registered for HTTP."""


def find_status_phrase(status: int) -> str:
    """Returns the reason phrase of *status*, or a general one if it has none."""
    from http import HTTPStatus  # loaded late, as it takes longer to load than a payload to lint

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return PROXY_PHRASES.get(status, "Unknown Status")


class RejectionReason(Enum):
    """The reason for a rejected request, independent of the HTTP status."""

    NO_KEY = "no Authorization header"
    NO_SCHEME = "Authorization without the word Bearer"
    BAD_KEY = "a malformed key"
    NO_ROUTE = "nothing at this path"
    NO_METHOD = "not with this method"
    NO_MODEL = "no such model here"
    UNMODELLED = "a model that wanproof does not know at this vendor"
    WRONG_PATH = "a model of another path"
    NO_HEADER = "a required header is missing"
    ASYNC_HEADER = "a header for tasks at a path without tasks"
    NO_TASK = "no such task of this key"
    NOT_PENDING = "a cancel of a task that is no longer pending"
    NO_TASK_TO_CANCEL = "a cancel of no task of this key"
    NO_STREAM = "a stream of events, which is not offered"
    WEBHOOK = "a webhook, which is not offered"
    MALFORMED = "a body that is not a JSON object"
    MEDIA_TYPE = "a content type other than JSON"
    TOO_LARGE = "a body over the limit"
    PAYLOAD = "a payload that breaks a documented rule"
    BALANCE = "no balance left"
    RATE = "too many requests"
    EXPIRED = "an expired file"
    NO_SCENARIO = "an unknown or inapplicable scenario"
    SCENARIO = "an error that a scenario causes"
    INTERNAL = "an internal error of the server"


class Rejection(Frozen, kw_only=True):
    """A rejected request, independent of a vendor's wire format.

    *detail* describes the problem, for vendors without a text of their own. *path* and
    *request_id* are from the request, *task_id* is the requested id. *task* is the failed
    task for a rejected payload, with its failure. *status* replaces the usual HTTP status.
    """

    reason: RejectionReason
    detail: str
    status: int | None = None
    path: str = ""
    request_id: str = ""
    task_id: str = ""
    task: Task | None = None


USUAL_STATUSES: Final = {
    RejectionReason.NO_KEY: 401,
    RejectionReason.NO_SCHEME: 401,
    RejectionReason.BAD_KEY: 401,
    RejectionReason.NO_ROUTE: 404,
    RejectionReason.NO_METHOD: 405,
    RejectionReason.NO_MODEL: 404,
    RejectionReason.UNMODELLED: 404,
    RejectionReason.NO_TASK: 404,
    RejectionReason.MALFORMED: 400,
    RejectionReason.MEDIA_TYPE: 400,
    RejectionReason.TOO_LARGE: 413,
    RejectionReason.PAYLOAD: 400,
    RejectionReason.BALANCE: 402,
    RejectionReason.RATE: 429,
    RejectionReason.EXPIRED: 403,
    RejectionReason.NO_SCENARIO: 400,
    RejectionReason.SCENARIO: 500,
    RejectionReason.INTERNAL: 500,
}
"""The statuses that several vendors use; a vendor's module says which are documented."""
