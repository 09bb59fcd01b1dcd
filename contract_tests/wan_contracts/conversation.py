"""A client that keeps every law, without I/O: what to send next, and what to make of answers.

Whoever drives it makes the requests and does the waiting, with any HTTP library, blocking or
not; see :mod:`wan_contracts.driving`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from wan_validators import vendor
from wan_validators.vendor import State

from .case import Setting
from .decisions import Decisions
from .outcome import Outcome, Output
from .steps import Answer, Fault, Send, Steps, Wait

__all__ = ["Conversation", "converse"]


def converse(setting: Setting, payload: Any) -> Steps[Outcome]:
    """One call, step by step, up to its outcome.

    Raises UnknownModel for a model that is not documented; whatever else goes wrong is in
    the outcome.
    """
    return Conversation(setting, payload).run()


class Conversation(Decisions):
    """One call. Each method is one step of it, which a subclass can take otherwise.

    *until* is when the task is given up, on the driver's clock: the deadline counts from the
    create that made it. *polled* is when it was last asked for.
    """

    now = until = 0.0
    polled = float("-inf")

    def run(self) -> Steps[Outcome]:
        refusal = self.check() if self.preflight else None
        if refusal:
            return refusal
        yield from self.wait(0)
        got = yield from self.create()
        task_id = self.task_id_of(got)
        if task_id is None:
            return self.without_task(got)
        return (yield from self.follow(task_id))

    def create(self) -> Steps[Answer | Fault]:
        """What came of the create, or of the last repetition of it."""
        latest = self.now + self.setting.deadline
        for turn in count(1):
            self.until = self.now + self.setting.deadline
            body = json.dumps(self.content()).encode()
            got = yield from self.send("POST", self.create_url(), self.create_headers(), body)
            pause = self.retry_after(got) or self.setting.poll_interval
            if not self.may_repeat(got, turn) or self.now + pause > latest:
                break
            yield from self.wait(pause)
        return got

    def follow(self, task_id: str) -> Steps[Outcome]:
        """Polls until the task ends, until that is of no use, or until the deadline."""
        due = self.due(None)
        last = "it was never asked for"
        while due is not None:
            yield from self.wait(max(due - self.now, 0.0))
            got = yield from self.poll(task_id)
            last = self.says(got)
            if self.hopeless(got):
                return self.gave_up(f"the task cannot be asked for any more: {last}", task_id)
            match self.state_of(got):
                case State.DONE:
                    return (yield from self.finish(task_id, got))
                case State.FAILED:
                    return self.failed(task_id, got)
            due = self.due(got)
        seconds = f"{self.setting.deadline:g} seconds"
        return self.gave_up(f"the task has not ended within {seconds}; at last: {last}", task_id)

    def poll(self, task_id: str) -> Steps[Answer | Fault]:
        self.polled = self.now
        return (yield from self.send("GET", self.poll_url(task_id), self.poll_headers()))

    def due(self, got: Answer | Fault | None) -> float | None:
        """When to poll next after *got*; None if that would be past the deadline.

        A late answer must not cost the last poll: that one may come sooner after it.
        """
        interval = self.setting.poll_interval
        pause = self.retry_after(got) or 0.0
        due = self.now + max(interval, pause)
        if due <= self.until:
            return due
        soonest = max(self.polled + interval, self.now + pause)
        return self.until if soonest <= self.until else None

    def finish(self, task_id: str, got: Answer | Fault) -> Steps[Outcome]:
        """Fetches the results of a task that is done."""
        results = self.results_of(got)
        if not results:
            return self.without_results(task_id)
        outputs = []
        for result in results:
            output = yield from self.output(result)
            outputs.append(output)
        partial, spent = self.is_partial(results), self.price_of(got)
        return Outcome.completed(outputs, task_id, partial=partial, spent_usd=spent)

    def output(self, result: vendor.Output) -> Steps[Output]:
        if result.kind == "text":
            return Output.words(result.value)
        if not result.value:
            return Output.missing(result.kind, "the answer has no URL for it")
        return (yield from self.download(result.kind, result.value))

    def download(self, kind: str, url: str) -> Steps[Output]:
        for turn in count(1):
            got = yield from self.send("GET", url, self.download_headers())
            flaw = self.flaw_of(kind, got)
            pause = self.retry_after(got) or self.setting.poll_interval
            if flaw is None or not self.may_retry(got, turn) or self.now + pause > self.until:
                break
            yield from self.wait(pause)
        if flaw is None and isinstance(got, Answer):
            return Output.of(kind, got.body, url)
        return Output.missing(kind, flaw or self.says(got), url)

    def wait(self, seconds: float) -> Steps[None]:
        reply = yield Wait(seconds)
        assert isinstance(reply, int | float)
        self.now = reply

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Steps[Answer | Fault]:
        reply = yield Send(method, url, headers, body)
        assert isinstance(reply, Answer | Fault)
        self.now = reply.now
        if isinstance(reply, Answer) and self.cut(reply):
            return Fault(f"the body ended after {len(reply.body)} bytes", reply.now)
        return reply
