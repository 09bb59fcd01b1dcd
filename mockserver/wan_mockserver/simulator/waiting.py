"""Responses that come when a task has ended: in one piece, or as a stream of events.

With a real clock the client waits as long as the task takes. Any other clock moves on instead,
as if the client had slept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from wan_validators.rejection import RejectionReason
from wan_validators.vendor import SynchronousApi, Vendor

from ..clock import Clock
from ..http.delivery import Delivery
from ..http.errors import RequestRejected
from ..http.messages import Request, Response
from ..scenarios.lifecycle import Polls
from ..scenarios.scenario import PollBehaviour
from ..state.stores import Store
from ..state.tasks import TASKS, TERMINAL_STATES, TaskRecord, end, state_at
from .context import RequestContext
from .request_parsing import Submission
from .wire_bodies import change_body
from .wire_tasks import to_wire_task

__all__ = ["Waiter", "reject_stream_conflict"]

KEEPALIVE_S: Final = 10.0
"""Seconds between two comments in a stream that has no event to send."""


def reject_stream_conflict(context: RequestContext, vendor: Vendor, submission: Submission) -> None:
    """Raises RequestRejected if *vendor* cannot answer the payload in the requested form."""
    api = vendor.synchronous
    if api is None or api.find_conflict is None or not context.waits:
        return
    conflict = api.find_conflict(submission.payload, _is_stream_wanted(api, context.request))
    if conflict:
        raise RequestRejected(RejectionReason.PAYLOAD, conflict, findings=submission.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """Waits for the end of tasks in *store*, by *clock*."""

    store: Store
    clock: Clock

    def respond(
        self,
        context: RequestContext,
        vendor: Vendor,
        record: TaskRecord,
        how: PollBehaviour,
        *,
        rejected: bool = False,
    ) -> Response:
        """Returns the response to a request that waits for *record*.

        A *rejected* payload has an HTTP error in place of a stream, if the vendor has one.
        """
        api = vendor.synchronous
        assert api
        ended, seconds = self._wait(record, context.now, api.max_wait)
        context.state = ended.state
        task = to_wire_task(ended, context.request.base_url, vendor, how)
        status, body = api.build_response(task)
        streamed = context.action == "poll" or _is_stream_wanted(api, context.request)
        if streamed and not (rejected and status >= 400):
            frames = api.build_frames(task, _parse_cursor(context.request))
            return _build_stream(frames, seconds, api.keepalive)
        response = Response.json(status, change_body(task, vendor, how, body))
        return replace(response, delivery=Delivery(delay=seconds))

    def _wait(self, record: TaskRecord, now: float, most: float) -> tuple[TaskRecord, float]:
        """Returns *record* after at most *most* seconds, and those that a client has to wait."""
        if record.state in TERMINAL_STATES:
            return record, 0.0
        if isinstance(record.lifecycle, Polls):
            # Nobody polls meanwhile, so the task ends now.
            change = partial(_end, otherwise=record, now=now)
            return self.store.change(TASKS, record.id, change), 0.0
        finish = record.created_at + record.lifecycle.total
        seconds = min(max(finish - now, 0.0), most)
        is_over = finish - now <= most
        after = end(record, finish) if is_over else state_at(record, now + seconds)
        if self.clock.mode == "real":
            return after, seconds
        self.clock.sleep(seconds)
        return after, 0.0


def _end(record: TaskRecord | None, otherwise: TaskRecord, now: float) -> TaskRecord:
    known = record or otherwise
    return known if known.state in TERMINAL_STATES else end(known, now)


def _is_stream_wanted(api: SynchronousApi, request: Request) -> bool:
    return api.stream_value in request.headers.get(api.stream_header.lower(), "").lower()


def _parse_cursor(request: Request) -> int:
    """Returns the number of the last event that the client has, 0 without a valid one."""
    text = dict(parse_qsl(request.query)).get("cursor", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _build_stream(frames: Sequence[str], seconds: float, keepalive: str) -> Response:
    """Builds a stream whose *frames* are spread over *seconds*."""
    share = seconds / len(frames)
    breaks = max(int(share // KEEPALIVE_S), 1) if seconds else 0
    body, pauses = keepalive.encode() if not seconds else b"", []
    for frame in frames:
        for _ in range(breaks):
            body += keepalive.encode()
            pauses.append((len(body), share / breaks))
        body += frame.encode()
    headers = {
        "Content-Type": "text/event-stream;charset=UTF-8",
        "Cache-Control": "no-cache",
        "Content-Length": str(len(body)),
    }
    delivery = Delivery(pauses=tuple(pauses))
    return Response(status=200, headers=headers, body=body, delivery=delivery)
