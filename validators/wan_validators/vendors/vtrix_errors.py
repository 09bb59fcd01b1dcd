"""Errors of Vtrix: of rejected requests, and of failed tasks.

The documents put ``error`` into the task and give no HTTP status. The rest is from public clients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .. import error_codes
from ..rejection import USUAL_STATUSES, Rejection, RejectionReason
from ..task import Failure
from ..vendor import Wire

__all__ = [
    "OTHER_MODELS",
    "build_error",
    "build_error_response",
    "build_error_text_response",
    "build_rejection_failure",
]

OTHER_MODELS: Final = (
    "wan26_i2v",
    "wan26_r2v",
    "wanx26_i2v_flash",
    "wan26_image_intl",
    "wan27_image",
    "wan27_image_pro",
    "wan27_image_intl",
    "wan27_i2v",
    "wan27_r2v",
)
"""Models on the vendor's public pages or in its clients whose limits no page has completely."""

STATUS: Final = {
    **USUAL_STATUSES,
    RejectionReason.NO_MODEL: 400,
    RejectionReason.BALANCE: 403,
}
"""401, 403, 404, 429 and 500 are documented; the others are guesses."""


def build_error(failure: Failure) -> dict[str, str | int]:
    """Returns ``code`` and ``message`` as documented, and the member that the SDK reads."""
    code, message = failure.code, failure.message
    number = int(code) if failure.integer else code
    return {"code": number, "message": message, "error_message": message}


def build_error_response(rejection: Rejection) -> tuple[int, Wire]:
    """Builds an ``error`` object, the form that the published SDK reads (a guess).

    It has no ``code`` except for a rejected payload: no page documents other codes.
    """
    failure = rejection.task and rejection.task.failure
    message = format_detail(rejection)
    error = build_error(failure) if failure else {"message": message, "error_message": message}
    return rejection.status or STATUS[rejection.reason], {"error": error}


def build_error_text_response(rejection: Rejection) -> tuple[int, Wire]:
    """Builds the other form that clients read: ``error`` is the message itself."""
    return rejection.status or STATUS[rejection.reason], {"error": format_detail(rejection)}


def format_detail(rejection: Rejection) -> str:
    if rejection.task and rejection.task.failure:
        return rejection.task.failure.message
    return "Task not found" if rejection.reason is RejectionReason.NO_TASK else rejection.detail


def build_rejection_failure(errors: Sequence[Any]) -> Failure:
    """Returns the first documented code in the order of the table.

    Without one, the code is 001021099 (the task could not be created) with the message of
    the first error. That is a guess: no code is documented for those errors.
    """
    coded = [error for error in errors if error.code]
    if coded:
        first = min(coded, key=lambda error: error.code)
        return Failure(first.code, first.message)
    return Failure("001021099", f"{error_codes.TEXTS['001021099']}: {errors[0].message}")
