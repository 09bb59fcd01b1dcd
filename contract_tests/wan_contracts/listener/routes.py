"""The routes below ``/_wanproof/check``: they hand out cases and take outcomes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from wan_mockserver.admin.api import FRESH
from wan_mockserver.admin.request_parsing import parse_content_type, parse_query
from wan_mockserver.admin.response_types import to_json
from wan_mockserver.admin.route import AdminCall, AdminRoute, get, post
from wan_mockserver.admin.route_table import RouteTable
from wan_mockserver.http.errors import AdminError
from wan_mockserver.http.messages import Request, Response
from wan_mockserver.openapi.admin import build_document
from wan_mockserver.simulator.routing import ROOT
from wan_validators.field_types import Choice
from wan_validators.fields import Field

from ..cases.case import build_case_document
from ..protocol.schemas import SCHEMAS, parse_outcome
from ..protocol.validation import InvalidDocument
from ..reporters import FORMATS, render
from ..reporters.terminal import write
from .calls import ListenedCall
from .session import ListeningSession, StatusJson

__all__ = ["CHECK_PATH", "CheckApi"]

CHECK_PATH: Final = "/check"
"""The path of all routes, below ROOT."""

TEXT: Final = "text"

CONTENT_TYPES: Final = {
    "json": "application/json",
    "junit": "application/xml",
    "sarif": "application/json",
    "html": "text/html; charset=utf-8",
}

FORMAT: Final = Field(
    "format",
    Choice.of((*FORMATS, TEXT)),
    "the format of the report (default json)",
    default="json",
)

Json = dict[str, Any]


class CheckApi:
    """Answers the requests of a driver: a script, a page or a test that uses the cases."""

    def __init__(self, session: ListeningSession) -> None:
        self._session = session
        self._routes: tuple[AdminRoute, ...] = (
            get(
                f"{CHECK_PATH}/next",
                "next",
                "The next case, which nobody else gets; status 204 if there is none.",
                Json,
                self._get_next,
            ),
            get(
                f"{CHECK_PATH}/cases",
                "cases",
                "All cases. Call each of them once.",
                Json,
                self._list_cases,
            ),
            post(
                f"{CHECK_PATH}/outcome/{{case}}",
                "outcome",
                "Reports what the client returned for a case; `case` is its number.",
                StatusJson,
                self._take_outcome,
            ),
            get(
                f"{CHECK_PATH}/report",
                "report",
                "The report on the calls that have ended, in any format of `--report`.",
                Json,
                self._get_report,
                FORMAT,
            ),
            get(f"{CHECK_PATH}/status", "status", "The progress.", StatusJson, self._get_status),
            post(
                f"{CHECK_PATH}/finish",
                "finish",
                "Ends the run. The command waits for calls in progress and prints the report.",
                StatusJson,
                self._finish,
            ),
            get(
                f"{CHECK_PATH}/openapi.json",
                "openapi",
                "This OpenAPI document.",
                Json,
                self._describe,
            ),
        )
        self._table = RouteTable(self._routes)

    def answer(self, request: Request) -> Response:
        """Returns the response to *request*. Raises AdminError if it cannot be handled."""
        route, names = self._table.match(request)
        call = AdminCall(self._session.mock, request, parse_query(route.query, request), names)
        result = route.handler(call)
        if isinstance(result, Response):
            return result.with_headers(FRESH)
        return Response.json(200, to_json(result), FRESH)

    def _get_next(self, request: AdminCall) -> Json | Response:
        call = self._session.hand_out() if request.request.method == "GET" else None
        return Response(status=204) if call is None else _build_case(call)

    def _list_cases(self, _: AdminCall) -> Json:
        self._session.note_activity()
        return {"cases": [*map(_build_case, self._session.table.calls)]}

    def _take_outcome(self, call: AdminCall) -> StatusJson:
        if parse_content_type(call.request) != "application/json":
            raise AdminError("the outcome must have the Content-Type application/json", 415)
        chosen = self._session.find_call(call.path_parameters["case"])
        try:
            outcome = parse_outcome(call.request.body or b"")
            self._session.report_outcome(chosen, outcome)
        except InvalidDocument as error:
            hint = "`wanproof check --schema outcome` prints the schema"
            raise AdminError(f"case {chosen.number}: {error}; {hint}") from error
        return self._session.status()

    def _get_report(self, call: AdminCall) -> Response:
        report, kind = self._session.build_report(), call.values["format"]
        if kind == TEXT:
            out = io.StringIO()
            write(report, out, {})
            text = out.getvalue()
        else:
            text = render(kind, report)
        content_type = CONTENT_TYPES.get(kind, "text/plain; charset=utf-8")
        body = text.encode("utf-8", "replace")
        headers = {"Content-Type": content_type, "Content-Length": str(len(body))}
        return Response(status=200, headers=headers, body=body)

    def _get_status(self, _: AdminCall) -> StatusJson:
        return self._session.status()

    def _finish(self, _: AdminCall) -> StatusJson:
        self._session.finished.set()
        return self._session.status()

    def _describe(self, call: AdminCall) -> Json:
        document = build_document(self._routes, call.request.base_url, protected=False)
        document["info"]["title"] = "wanproof check --listen"
        document["info"]["description"] = "Hands out cases, and reports which laws clients keep."
        operations = document["paths"]
        case = _as_content(SCHEMAS["case"])
        operations[f"{ROOT}{CHECK_PATH}/next"]["get"]["responses"] |= {
            "200": {"description": "The case.", "content": case},
            "204": {"description": "There is no other case."},
        }
        operations[f"{ROOT}{CHECK_PATH}/outcome/{{case}}"]["post"]["requestBody"] = {
            "required": True,
            "content": _as_content(SCHEMAS["outcome"]),
        }
        return document


def _build_case(call: ListenedCall) -> Json:
    return build_case_document(call.setting, call.case.payload, call.number)


def _as_content(schema: Mapping[str, Any]) -> Json:
    return {"application/json": {"schema": dict(schema)}}
