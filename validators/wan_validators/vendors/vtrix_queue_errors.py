"""Vtrix and SeaCloud: the HTTP errors of the queue protocol.

The bodies are on the vendor's pages, most of their HTTP statuses are not.
"""

from __future__ import annotations

from typing import Final

from ..rejection import USUAL_STATUSES, Rejection, RejectionReason
from ..vendor import Wire

__all__ = ["OTHER_MODELS", "build_error_response", "build_error_text_response"]

OTHER_MODELS: Final = (
    "wan26_image_intl",
    "wan26_i2v",
    "wan26_r2v",
    "wan27_image",
    "wan27_image_pro",
)
"""Models that pages or public clients name at the queue."""

STATUS: Final = {
    **USUAL_STATUSES,
    RejectionReason.NO_TASK_TO_CANCEL: 404,
    RejectionReason.NOT_PENDING: 400,
    RejectionReason.NO_STREAM: 400,
    RejectionReason.WEBHOOK: 400,
}
"""401, 404 of a task, 429 and the cancels are documented, 402 is in a client's test."""

TEXTS: Final = {
    RejectionReason.NO_KEY: "Authorization Bearer or Key token is required",
    RejectionReason.NO_SCHEME: "Authorization Bearer or Key token is required",
    RejectionReason.NO_ROUTE: "Not Found",
    RejectionReason.NO_TASK: "Request not found",
    RejectionReason.NO_STREAM: "SSE streaming not supported",
    RejectionReason.WEBHOOK: "webhook not supported",
    RejectionReason.BALANCE: "Insufficient credits",
}

STATUS_TEXTS: Final = {
    403: "Model not allowed for this user",
    500: "Runtime execution failed",
    502: "Runtime execution failed",
}
"""Documented texts of an error that a scenario or an internal error causes."""

CANCELS: Final = {
    RejectionReason.NOT_PENDING: "ALREADY_COMPLETED",
    RejectionReason.NO_TASK_TO_CANCEL: "NOT_FOUND",
}

CODES: Final = {401: "UNAUTHORIZED", 429: "RATE_LIMIT_EXCEEDED"}
"""Codes of the statuses whose body has an ``error`` object."""

INSUFFICIENT_CREDITS: Final = 40201
"""The code of a balance that is too low, in a test of the vendor's command line."""


def build_error_response(rejection: Rejection) -> tuple[int, Wire]:
    """Builds the documented body of the status: ``error``, ``detail`` or ``status``."""
    status, text = rejection.status or STATUS[rejection.reason], format_detail(rejection)
    if rejection.reason in CANCELS:
        return status, {"status": CANCELS[rejection.reason]}
    if status in CODES:
        error = {"code": CODES[status], "message": text}
        return status, {"error": error, "request_id": rejection.request_id}
    if status == STATUS[RejectionReason.BALANCE]:
        balance = {"code": status, "message": text, "error_code": INSUFFICIENT_CREDITS}
        return status, {"status": balance, "data": None}
    return status, {"detail": text}


def build_error_text_response(rejection: Rejection) -> tuple[int, Wire]:
    """Builds a body that the vendor's command lines read: ``error`` is the message itself."""
    status, text = rejection.status or STATUS[rejection.reason], format_detail(rejection)
    if rejection.reason in CANCELS:
        return build_error_response(rejection)
    return status, {"error": text, "message": text}


def format_detail(rejection: Rejection) -> str:
    if rejection.task and rejection.task.failure:
        return rejection.task.failure.message
    if rejection.reason is RejectionReason.NO_MODEL:
        return f"App not found: {rejection.path.rpartition('/')[2]}"
    if rejection.reason in (RejectionReason.SCENARIO, RejectionReason.INTERNAL):
        status = rejection.status or STATUS[rejection.reason]
        if status == STATUS[RejectionReason.BALANCE]:
            return TEXTS[RejectionReason.BALANCE]
        return STATUS_TEXTS.get(status, rejection.detail)
    return TEXTS.get(rejection.reason, rejection.detail)
