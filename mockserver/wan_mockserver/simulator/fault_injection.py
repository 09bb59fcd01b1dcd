"""What a step of a scenario makes of an answer."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from html import escape
from http import HTTPStatus
from math import ceil
from random import Random

from wan_validators.vendor import RejectionReason

from ..http.delivery import Cut, Delivery
from ..http.errors import RequestRejected
from ..http.messages import Request, Response
from ..scenarios.scenario import MAX_DELAY_S, Body, Lag, Step


def build_rejection(step: Step, *, missing: RejectionReason) -> RequestRejected | None:
    """The error in the vendor's shape that *step* asks for, with its headers, if it does.

    A 404 is for the reason *missing*.
    """
    if step.status is None or step.body is not None:
        return None
    usual = {401: RejectionReason.BAD_KEY, 404: missing, 429: RejectionReason.RATE}
    why = usual.get(step.status, RejectionReason.SCENARIO)
    phrase = HTTPStatus(step.status).phrase
    detail = step.detail or f"{phrase} (called up by a scenario of the mock)"
    return RequestRejected(why, detail, status=step.status)


def apply_step(
    step: Step, answer: Response, request: Request, *, now: float, random: Random
) -> Response:
    """*answer* as *step* leaves it. *now* is the time of a Retry-After that is a date."""
    if step.body is not None:
        answer = _body(step, step.body, answer)
    headers = {}
    if step.content_type is not None:
        headers["Content-Type"] = step.content_type
    if step.location is not None:
        headers["Location"] = request.base_url + (step.location or request.path)
    if step.retry_after is not None:
        headers["Retry-After"] = _retry_after(step, step.retry_after, now)
    return replace(answer.with_headers(headers), delivery=_delivery(step, random))


def _body(step: Step, body: Body, answer: Response) -> Response:
    status = step.status or answer.status
    if body is Body.EMPTY:
        return Response(status=status, headers={"Content-Length": "0"})
    if body is Body.ERROR:
        says = step.detail or "Service temporarily unavailable"
        return Response.json(status, {"error": {"message": says, "error_message": says}})
    phrase = escape(step.detail or "Please wait while we check your browser")
    page = f"<!doctype html><html><head><title>{phrase}</title></head><body>{phrase}</body></html>"
    content = page.encode()
    return Response(
        status=status,
        headers={"Content-Type": "text/html", "Content-Length": str(len(content))},
        body=content,
    )


def _retry_after(step: Step, seconds: float, now: float) -> str:
    if step.retry_as_date:
        return formatdate(ceil(now + seconds), usegmt=True)
    return f"{seconds:g}"


def _delivery(step: Step, random: Random) -> Delivery:
    delay = 0.0 if step.cut is Cut.SILENCE else _seconds(step.delay, random)
    return Delivery(delay=delay, pace=step.pace, cut=step.cut)


def _seconds(lag: Lag | None, random: Random) -> float:
    if lag is None:
        return 0.0
    return min(lag.median * random.lognormvariate(0.0, lag.sigma), MAX_DELAY_S)
