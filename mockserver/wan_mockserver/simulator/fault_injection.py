"""Changes a response by a step of a scenario."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from html import escape
from math import ceil
from random import Random
from typing import Final
from urllib.parse import quote

from wan_validators.rejection import RejectionReason, find_status_phrase

from ..http.delivery import Cut, Delivery
from ..http.errors import RequestRejected, build_xml_error
from ..http.messages import Request, Response
from ..scenarios.scenario import MAX_DELAY_S
from ..scenarios.step import Body, Lag, Step

__all__ = ["apply_step", "build_rejection"]

_PATH_CHARACTERS: Final = "/!$&'()*+,;=:@~"
"""Characters of a path beside letters, digits and ``-._`` (RFC 3986, section 3.3)."""


def build_rejection(
    step: Step, *, missing: RejectionReason, task_id: str
) -> RequestRejected | None:
    """Builds the rejection for the status of *step*, or returns None.

    A 404 has the reason *missing*, and names *task_id* if the request does.
    """
    if step.status is None or step.body is not None:
        return None
    reasons = {401: RejectionReason.BAD_KEY, 404: missing, 429: RejectionReason.RATE}
    reason = reasons.get(step.status, RejectionReason.SCENARIO)
    phrase = find_status_phrase(step.status)
    detail = step.detail or f"{phrase} (called up by a scenario of the mock)"
    return RequestRejected(reason, detail, task_id=task_id, status=step.status)


def apply_step(
    step: Step, response: Response, request: Request, *, now: float, random: Random
) -> Response:
    """Returns *response* changed by *step*; a date in Retry-After counts from *now*."""
    if step.body is not None:
        response = _replace_body(step, step.body, response)
    headers = {}
    if step.content_type is not None:
        headers["Content-Type"] = step.content_type
    if step.location is not None:
        headers["Location"] = request.base_url + _encode_location(step.location, request)
    if step.retry_after is not None:
        headers["Retry-After"] = _format_retry_after(step, step.retry_after, now)
    drawn = _draw_delivery(step, random)
    before = response.delivery
    delivery = replace(drawn, delay=drawn.delay + before.delay, pauses=before.pauses)
    return replace(response.with_headers(headers), delivery=delivery)


def _encode_location(location: str | None, request: Request) -> str:
    """Encodes *location*, or the decoded path and the query of *request*, for a header."""
    if location:
        return quote(location, safe=f"{_PATH_CHARACTERS}%?#", errors="replace")
    query = quote(request.query, safe=f"{_PATH_CHARACTERS}%?", errors="replace")
    path = quote(request.path, safe=_PATH_CHARACTERS, errors="replace")
    return f"{path}?{query}" if query else path


def _replace_body(step: Step, body: Body, response: Response) -> Response:
    status = step.status or response.status
    if body is Body.EMPTY:
        return Response(status=status, headers={"Content-Length": "0"})
    if body is Body.ERROR:
        message = step.detail or "Service temporarily unavailable"
        return Response.json(status, {"error": {"message": message, "error_message": message}})
    if body is Body.XML:
        return build_xml_error(status, "AccessDenied", step.detail or "Request has expired.")
    phrase = escape(step.detail or "Please wait while we check your browser")
    page = f"<!doctype html><html><head><title>{phrase}</title></head><body>{phrase}</body></html>"
    content = page.encode()
    return Response(
        status=status,
        headers={"Content-Type": "text/html", "Content-Length": str(len(content))},
        body=content,
    )


def _format_retry_after(step: Step, seconds: float, now: float) -> str:
    if step.retry_as_date:
        return formatdate(ceil(now + seconds), usegmt=True)
    return f"{seconds:g}"


def _draw_delivery(step: Step, random: Random) -> Delivery:
    delay = 0.0 if step.cut is Cut.SILENCE else _draw_seconds(step.delay, random)
    return Delivery(delay=delay, pace=step.pace, cut=step.cut)


def _draw_seconds(lag: Lag | None, random: Random) -> float:
    if lag is None:
        return 0.0
    return min(lag.median * random.lognormvariate(0.0, lag.sigma), MAX_DELAY_S)
