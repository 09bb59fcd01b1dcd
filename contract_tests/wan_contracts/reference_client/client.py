"""A client that keeps every law, without I/O: what to send next, and what to make of answers.

Whoever drives it makes the requests and does the waiting, with any HTTP library, blocking or
not; see :mod:`wan_contracts.reference_client.drivers`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from wan_validators import vendor
from wan_validators.vendor import State

from ..cases.case import Setting
from ..protocol.outcome import Outcome, Output
from .io_events import ReceivedResponse, SendRequest, Steps, TransportFailure, Wait
from .policy import ClientPolicy

__all__ = ["ReferenceClient", "iter_call_steps"]


def iter_call_steps(setting: Setting, payload: Any) -> Steps[Outcome]:
    """One call, step by step, up to its outcome.

    Raises UnknownModel for a model that is not documented; whatever else goes wrong is in
    the outcome.
    """
    return ReferenceClient(setting, payload).iter_steps()


class ReferenceClient(ClientPolicy):
    """One call. Each method is one step of it, which a subclass can take otherwise.

    *until* is when the task is given up, on the driver's clock: the deadline counts from the
    create that made it. *polled* is when it was last asked for.
    """

    now = deadline_at = 0.0
    last_polled_at = float("-inf")

    def iter_steps(self) -> Steps[Outcome]:
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
        """What came of the create, or of the last repetition of it."""
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
        """Polls until the task ends, until that is of no use, or until the deadline."""
        due = self.find_next_poll_time(None)
        last = "it was never asked for"
        while due is not None:
            yield from self.wait(max(due - self.now, 0.0))
            reply = yield from self.poll(task_id)
            last = self.describe(reply)
            if self.must_stop_polling(reply):
                return self.build_gave_up_outcome(
                    f"the task cannot be asked for any more: {last}", task_id
                )
            match self.parse_state(reply):
                case State.DONE:
                    return (yield from self.fetch_results(task_id, reply))
                case State.FAILED:
                    return self.build_failed_outcome(task_id, reply)
            due = self.find_next_poll_time(reply)
        seconds = f"{self.setting.deadline:g} seconds"
        return self.build_gave_up_outcome(
            f"the task has not ended within {seconds}; at last: {last}", task_id
        )

    def poll(self, task_id: str) -> Steps[ReceivedResponse | TransportFailure]:
        self.last_polled_at = self.now
        return (
            yield from self.send("GET", self.build_poll_url(task_id), self.build_poll_headers())
        )

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        """When to poll next after *reply*; None if that would be past the deadline.

        A late answer must not cost the last poll: that one may come sooner after it.
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

    def fetch_output(self, result: vendor.TaskOutput) -> Steps[Output]:
        if result.kind == "text":
            return Output.words(result.value)
        if not result.value:
            return Output.missing(result.kind, "the answer has no URL for it")
        return (yield from self.download(result.kind, result.value))

    def download(self, kind: str, url: str) -> Steps[Output]:
        for turn in count(1):
            reply = yield from self.send("GET", url, self.build_download_headers())
            flaw = self.find_defect(kind, reply)
            pause = self.parse_retry_after(reply) or self.setting.poll_interval
            if (
                flaw is None
                or not self.may_retry(reply, turn)
                or self.now + pause > self.deadline_at
            ):
                break
            yield from self.wait(pause)
        if flaw is None and isinstance(reply, ReceivedResponse):
            return Output.of(kind, reply.body, url)
        return Output.missing(kind, flaw or self.describe(reply), url)

    def wait(self, seconds: float) -> Steps[None]:
        reply = yield Wait(seconds)
        assert isinstance(reply, int | float)
        self.now = reply

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Steps[ReceivedResponse | TransportFailure]:
        reply = yield SendRequest(method, url, headers, body)
        assert isinstance(reply, ReceivedResponse | TransportFailure)
        self.now = reply.now
        if isinstance(reply, ReceivedResponse) and self.is_truncated(reply):
            return TransportFailure(f"the body ended after {len(reply.body)} bytes", reply.now)
        return reply
