"""Implements a client that keeps every law, without I/O: it yields what to send and when.

A driver sends the requests and waits, with any HTTP library, blocking or asynchronous; see
:mod:`wan_contracts.reference_client.drivers`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from wan_validators.task import State, TaskOutput

from ..cases.case import Setting
from ..protocol.outcome import Outcome, Output
from .io_events import ReceivedResponse, SendRequest, Steps, TransportFailure, Wait
from .policy import ClientPolicy

__all__ = ["ReferenceClient", "iter_call_steps"]


def iter_call_steps(setting: Setting, payload: Any) -> Steps[Outcome]:
    """Yields the steps of one call for ``drive`` or ``drive_async``; returns its outcome.

    Raises UnknownModel if the model is not documented. All other errors are in the outcome.
    """
    return ReferenceClient(setting, payload).iter_steps()


class ReferenceClient(ClientPolicy):
    """Makes one call. Each method is one step, which a subclass can override.

    *deadline_at* is the time, on the driver's clock, at which the client gives the task up; the
    deadline counts from the create. *last_polled_at* is the time of the last poll.
    """

    now = deadline_at = 0.0
    last_polled_at = float("-inf")

    def iter_steps(self) -> Steps[Outcome]:
        """Yields the steps of the call and returns its outcome."""
        refusal = self.check_payload() if self.preflight else None
        if refusal:
            return refusal
        yield from self.wait(0)
        reply = yield from self.create()
        task_id = self.parse_task_id(reply)
        if task_id is None:
            return self.build_outcome_without_task(reply)
        return (yield from self.poll_until_end(task_id))

    def create(self) -> Steps[ReceivedResponse | TransportFailure]:
        """Creates the task, with retries, and returns the last reply."""
        latest = self.now + self.setting.deadline
        for turn in count(1):
            self.deadline_at = self.now + self.setting.deadline
            body = json.dumps(self.build_body()).encode()
            reply = yield from self.send(
                "POST", self.build_create_url(), self.build_create_headers(), body
            )
            pause = self.parse_retry_after(reply) or self.setting.poll_interval
            if not self.may_repeat(reply, turn) or self.now + pause > latest:
                break
            yield from self.wait(pause)
        return reply

    def poll_until_end(self, task_id: str) -> Steps[Outcome]:
        """Polls until the task ends, polling becomes useless, or the deadline passes."""
        due = self.find_next_poll_time(None)
        last: ReceivedResponse | TransportFailure | None = None
        while due is not None:
            yield from self.wait(max(due - self.now, 0.0))
            reply = yield from self.poll(task_id)
            last = reply
            if self.must_stop_polling(reply):
                return self.build_gave_up_outcome(
                    f"the task can no longer be polled: {self.describe(reply)}", task_id
                )
            match self.parse_state(reply):
                case State.DONE:
                    return (yield from self.finish(task_id, reply))
                case State.FAILED:
                    return self.build_failed_outcome(task_id, reply)
            due = self.find_next_poll_time(reply)
        seconds = f"{self.setting.deadline:g} seconds"
        described = self.describe(last) if last else "it was never polled"
        return self.build_gave_up_outcome(
            f"the task has not ended within {seconds}; last reply: {described}", task_id
        )

    def finish(self, task_id: str, reply: ReceivedResponse | TransportFailure) -> Steps[Outcome]:
        """Reads the results of a done task from *reply*, or from a path of their own."""
        path = self.spec.vendor.result
        if path is None:
            return (yield from self.fetch_results(task_id, reply))
        for turn in count(1):
            url = self.url(path.replace("{model}", self.spec.name), task_id)
            reply = yield from self.send("GET", url, self.build_poll_headers())
            pause = self.parse_retry_after(reply) or self.setting.poll_interval
            if not self.may_retry(reply, turn) or self.now + pause > self.deadline_at:
                break
            yield from self.wait(pause)
        if not self.is_success(reply):
            message = f"the results cannot be read: {self.describe(reply)}"
            return self.build_gave_up_outcome(message, task_id)
        return (yield from self.fetch_results(task_id, reply))

    def poll(self, task_id: str) -> Steps[ReceivedResponse | TransportFailure]:
        """Polls the task once."""
        self.last_polled_at = self.now
        return (
            yield from self.send("GET", self.build_poll_url(task_id), self.build_poll_headers())
        )

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        """Returns the time of the poll after *reply*; None if it would be past the deadline.

        A late reply must not prevent the last poll, so that one may follow sooner.
        """
        interval = self.setting.poll_interval
        pause = self.parse_retry_after(reply) or 0.0
        due = self.now + max(interval, pause)
        if due <= self.deadline_at:
            return due
        soonest = max(self.last_polled_at + interval, self.now + pause)
        return self.deadline_at if soonest <= self.deadline_at else None

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        """Fetches the results of a task that is done."""
        results = self.parse_results(reply)
        if not results:
            return self.build_outcome_without_results(task_id)
        outputs = []
        for result in results:
            output = yield from self.fetch_output(result)
            outputs.append(output)
        partial, spent = self.is_partial(results), self.parse_cost(reply)
        return Outcome.completed(outputs, task_id, partial=partial, spent_usd=spent)

    def fetch_output(self, result: TaskOutput) -> Steps[Output]:
        """Returns one result, and downloads it if it is a file."""
        if result.kind == "text":
            return Output.words(result.value)
        if not result.value:
            return Output.missing(result.kind, "the response has no URL for it")
        return (yield from self.download(result.kind, result.value))

    def download(self, kind: str, url: str) -> Steps[Output]:
        """Downloads a file of this *kind*, with retries."""
        for turn in count(1):
            reply = yield from self.send("GET", url, self.build_download_headers())
            defect = self.find_defect(kind, reply)
            pause = self.parse_retry_after(reply) or self.setting.poll_interval
            if (
                defect is None
                or not self.may_retry(reply, turn)
                or self.now + pause > self.deadline_at
            ):
                break
            yield from self.wait(pause)
        if defect is None and isinstance(reply, ReceivedResponse):
            return Output.of(kind, reply.body, url)
        return Output.missing(kind, defect or self.describe(reply), url)

    def wait(self, seconds: float) -> Steps[None]:
        """Waits, and updates the time."""
        reply = yield Wait(seconds)
        assert isinstance(reply, int | float)
        self.now = reply

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Steps[ReceivedResponse | TransportFailure]:
        """Sends one request; a truncated response counts as a transport failure."""
        reply = yield SendRequest(method, url, headers, body)
        assert isinstance(reply, ReceivedResponse | TransportFailure)
        self.now = reply.now
        if isinstance(reply, ReceivedResponse) and self.is_truncated(reply):
            return TransportFailure(f"the body ended after {len(reply.body)} bytes", reply.now)
        return reply
