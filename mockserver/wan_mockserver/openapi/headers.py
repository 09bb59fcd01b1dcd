"""Security schemes, parameters and headers that the documented operations share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..simulator.scenario_selection import HEADER, STEP
from ..simulator.simulator import FINDINGS

__all__ = [
    "BEARER",
    "ERROR_HEADERS",
    "FILE_HEADERS",
    "FINDINGS_HEADERS",
    "KEY",
    "RANGE_HEADERS",
    "SCENARIO",
    "STEP_HEADERS",
]

BEARER: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Any key is accepted."}
}

KEY: Final = {
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Key and any key, in place of Bearer.",
    }
}

SCENARIO: Final = {
    "name": HEADER,
    "in": "header",
    "description": "Only in the mock: the scenario of this request and of the task it creates.",
    "schema": {"type": "string"},
}


def _describe_header(description: str, kind: str = "string") -> Mapping[str, Any]:
    return {"description": description, "schema": {"type": kind}}


STEP_HEADERS: Final = {
    STEP: _describe_header("The step of a scenario that was applied to the request."),
    "Traceparent": _describe_header("The trace of the request (W3C Trace Context), or a new one."),
}

FINDINGS_HEADERS: Final = {
    **STEP_HEADERS,
    FINDINGS: _describe_header(
        "The number of rules that the payload breaks; of very many, at least so many.", "integer"
    ),
}

ERROR_HEADERS: Final = {
    "Allow": _describe_header("The methods that are allowed; with 405."),
    "Location": _describe_header("The target of a redirect."),
    "Retry-After": _describe_header("Seconds, or an HTTP date, to wait; with 429 and 503."),
}

FILE_HEADERS: Final = {
    **STEP_HEADERS,
    "Accept-Ranges": _describe_header("The unit of ranges: bytes."),
    "ETag": _describe_header("The version of the file, for If-Range."),
}

RANGE_HEADERS: Final = {
    **FILE_HEADERS,
    "Content-Range": _describe_header("The range that was sent, and the length of the file."),
}
