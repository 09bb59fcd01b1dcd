"""Errors of Model Studio: of rejected requests, and of failed tasks."""

from __future__ import annotations

from typing import Final

from ..rejection import RejectionReason

__all__ = ["ERRORS", "FAILURES", "OTHER_MODELS"]

FAILURES: Final = {
    "InternalError": "An internal error has occured, please try again later or contact "
    "service support.",
    "InternalError.Algo": "An internal error has occured, please try again later or contact "
    "service support.",
    "InternalError.Timeout": "An internal timeout error has occured, please try again later or "
    "contact service support.",
    "DataInspectionFailed": "Output data may contain inappropriate content.",
    "IPInfringementSuspect": "Input data is suspected of being involved in IP infringement.",
    "InvalidParameter.DataInspection": "Unable to download the media resource during the data "
    "inspection process.",
}
"""Codes of failed tasks that no rule of a payload causes; "occured" is theirs."""

NOT_CANCELED: Final = (
    400,
    "UnsupportedOperation",
    "Failed to cancel the task, please confirm if the task is in PENDING status.",
)

ERRORS: Final = {
    RejectionReason.NO_KEY: (401, "InvalidApiKey", "No API-key provided."),
    RejectionReason.NO_SCHEME: (401, "InvalidApiKey", "Invalid API-key provided."),
    RejectionReason.BAD_KEY: (401, "InvalidApiKey", "Invalid API-key provided."),
    RejectionReason.NO_ROUTE: (404, "NotFound", ""),
    RejectionReason.NO_METHOD: (405, "MethodNotAllowed", ""),
    RejectionReason.NO_MODEL: (400, "InvalidParameter", "Model not exist."),
    RejectionReason.UNMODELLED: (404, "ModelNotFound", ""),
    RejectionReason.WRONG_PATH: (400, "InvalidParameter", "url error, please check url!"),
    RejectionReason.NO_HEADER: (
        403,
        "AccessDenied",
        "current user api does not support synchronous calls.",
    ),
    RejectionReason.ASYNC_HEADER: (
        403,
        "AccessDenied",
        "current user api does not support asynchronous calls.",
    ),
    RejectionReason.NO_TASK: (404, "NotFound", "Not found!"),
    RejectionReason.NOT_PENDING: NOT_CANCELED,
    RejectionReason.NO_TASK_TO_CANCEL: NOT_CANCELED,
    RejectionReason.MALFORMED: (400, "InvalidParameter", "input json error."),
    RejectionReason.MEDIA_TYPE: (400, "InvalidParameter", ""),
    RejectionReason.TOO_LARGE: (400, "InvalidParameter", ""),
    RejectionReason.PAYLOAD: (400, "InvalidParameter", ""),
    RejectionReason.BALANCE: (
        400,
        "Arrearage",
        "Access denied, make sure your account is in good standing.",
    ),
    RejectionReason.RATE: (
        429,
        "Throttling.RateQuota",
        "Requests rate limit exceeded, try again later.",
    ),
    RejectionReason.EXPIRED: (403, "AccessDenied", ""),
    RejectionReason.NO_SCENARIO: (400, "InvalidParameter", ""),
    RejectionReason.SCENARIO: (500, "InternalError", ""),
    RejectionReason.INTERNAL: (500, "InternalError", ""),
}
"""Status, code and documented text. 405, 413 and 415 are not documented."""

OTHER_MODELS: Final = (
    "wan2.2-t2i-plus",
    "wan2.2-t2i-flash",
    "wanx2.1-t2i-plus",
    "wanx2.1-t2i-turbo",
    "wan2.1-t2i-plus",
    "wan2.1-t2i-turbo",
    "wanx2.0-t2i-turbo",
    "wanx2.1-imageedit",
    "wan2.1-imageedit",
    "wanx2.1-vace-plus",
    "wan2.1-vace-plus",
    "wan2.2-s2v",
    "wan2.2-animate-move",
    "wan2.2-animate-mix",
    "wan3.0-video",
    "wan3.0-video-prime",
)
"""Models on the vendor's public pages that have no table here."""
