"""Defines the faults of one request, which create, polls and downloads have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wan_validators.rejection import find_status_phrase

from ..http.delivery import Cut
from .step import Body, Lag, Step

__all__ = ["build_page", "iter_faults"]

CLIENT_ERROR_STATUSES: Final = (401, 402, 403, 404, 409, 423, 451)
"""Statuses that are permanent."""

TRANSIENT_STATUSES: Final = (500, 502, 503, 504)
"""Statuses that are transient: they do not occur again after some retries."""

PROXY_STATUSES: Final = (520, 524)
"""Transient statuses of a proxy that got no usable response from the server."""

SILENT_STEP: Final = Step(handled=False, cut=Cut.SILENCE)


def iter_faults() -> Iterator[tuple[str, str, str, Step]]:
    """Yields the group, the name, the effect on a request, and the step of each fault."""
    for status in (*CLIENT_ERROR_STATUSES, *TRANSIENT_STATUSES):
        passes = status in TRANSIENT_STATUSES
        text = f"{status} {find_status_phrase(status)}{', twice' if passes else ''}"
        step = Step(handled=False, status=status, times=2 if passes else None)
        yield "http", f"http-{status}", f"is answered with {text}", step
    for status in PROXY_STATUSES:
        text = f"a proxy's page: {status} {find_status_phrase(status)}, twice"
        yield "http", f"http-{status}", f"is answered with {text}", build_page(status, times=2)
    overloaded = Step(handled=False, status=503, retry_after=2, times=2)
    effect = "is answered with 503, twice, and Retry-After in seconds"
    yield "http", "http-503-retry-after", effect, overloaded
    limited = Step(handled=False, status=429, retry_after=2, times=2)
    effect = "is answered with 429, twice, and Retry-After"
    yield "http", "rate-limited", f"{effect} in seconds", limited
    dated = Step(handled=False, status=429, retry_after=2, retry_as_date=True, times=2)
    yield "http", "rate-limited-date", f"{effect} as an HTTP date", dated
    bare = Step(handled=False, status=429, times=2)
    yield "http", "rate-limited-bare", "is answered with 429, twice, without Retry-After", bare
    page = Step(handled=False, status=200, body=Body.HTML, content_type="text/html")
    yield "http", "html-page", "is answered with an HTML page in place of JSON", page
    json_error = Step(handled=False, status=200, body=Body.ERROR)
    yield "http", "json-error", "is answered with 200 and a JSON error", json_error
    redirect = Step(handled=False, status=307, location="", body=Body.EMPTY)
    yield "http", "redirect", "is redirected, to the same path", redirect
    plain = Step(content_type="text/plain")
    yield "http", "wrong-content-type", "is answered as usual, as text/plain", plain
    before = Step(handled=False, cut=Cut.RESET)
    yield "transport", "reset-before", "is lost to a reset before anything is done", before
    middle = Step(cut=Cut.RESET_MIDWAY)
    yield "transport", "reset-midway", "is done, and a reset cuts the answer in the middle", middle
    short = Step(cut=Cut.TRUNCATED)
    effect = "is done, and the answer ends short of its Content-Length"
    yield "transport", "truncated-body", effect, short
    yield "transport", "garbage", "is done, and the answer is not HTTP", Step(cut=Cut.GARBAGE)
    yield "transport", "timeout", "is never answered and not done", SILENT_STEP
    yield "transport", "slow-body", "is answered slowly, byte by byte", Step(pace=100, times=None)
    lag = Lag(median=0.4, sigma=0.7)
    effect = "is answered late, after a random time"
    yield "transport", "latency", effect, Step(delay=lag, times=None)


def build_page(status: int, *, handled: bool = False, times: int | None = 1) -> Step:
    """Builds a step that sends a proxy's page with *status* in place of the response."""
    phrase = f"{status} {find_status_phrase(status)}"
    return Step(handled=handled, status=status, body=Body.HTML, detail=phrase, times=times)
