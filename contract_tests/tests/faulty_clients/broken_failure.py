"""Defines clients that lose errors or repeat forbidden requests, with one mistake each."""

from __future__ import annotations

import json
from dataclasses import replace

from faulty_clients.allowed import EnvelopeFails
from wan_contracts.protocol.outcome import Outcome, OutcomeKind
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure


class RaisesOnFailure(ReferenceClient):
    """Raises an error of its own when a task has failed."""

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        raise RuntimeError(f"task {task_id} failed")


class TrustsJson(ReferenceClient):
    """Parses the answer to its create without a thought."""

    def parse_task_id(self, reply: ReceivedResponse | TransportFailure) -> str | None:
        if self.is_success(reply) and isinstance(reply, ReceivedResponse):
            json.loads(reply.body)
        return super().parse_task_id(reply)


class DropsTheCode(ReferenceClient):
    """Tells its caller the vendor's sentence, not the code."""

    def parse_code(self, reply: ReceivedResponse | TransportFailure) -> str | int | None:
        return None


class DropsCodesOfLimits(ReferenceClient):
    """Tells every code but that of a payload that was refused."""

    preflight = False

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        outcome = super().build_refused_outcome(reply)
        return replace(outcome, code=None) if reply.status == 400 else outcome


class DropsCodesOfTasks(ReferenceClient):
    """Tells the code of a refusal, and not that of a failed task."""

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        return replace(super().build_failed_outcome(task_id, reply), code=None)


class ShortensNumbers(ReferenceClient):
    """Keeps the last three digits of a code that is a number."""

    def parse_code(self, reply: ReceivedResponse | TransportFailure) -> str | int | None:
        code = super().parse_code(reply)
        return code % 1000 if isinstance(code, int) else code


class DropsTheMessage(ReferenceClient):
    """Tells its caller the code, and nothing that a person can read."""

    def parse_message(self, reply: ReceivedResponse | TransportFailure) -> str:
        return ""


class LosesTheStatus(ReferenceClient):
    """Reports a refusal as a failed task."""

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        return Outcome.failed(self.describe(reply), self.parse_code(reply))


class ReportsBadGateway(ReferenceClient):
    """Reports each refusal as a 400."""

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        return Outcome.refused(
            400, self.parse_message(reply) or self.describe(reply), self.parse_code(reply)
        )


class SwallowsRefusals(ReferenceClient):
    """Takes a 401, or any refusal, for a call that made nothing."""

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        return Outcome.completed(())


class RetriesRefusals(ReferenceClient):
    """Repeats a create that was refused for good."""

    def may_repeat(self, reply: ReceivedResponse | TransportFailure, turn: int) -> bool:
        refused = isinstance(reply, ReceivedResponse) and 400 <= reply.status < 500
        return refused and turn <= 1


class RetriesFailedTasks(ReferenceClient):
    """Makes a new task when one has failed."""

    retried = False

    def poll_until_end(self, task_id: str) -> Steps[Outcome]:
        outcome = yield from super().poll_until_end(task_id)
        if outcome.kind is not OutcomeKind.FAILED or outcome.code is None or self.retried:
            return outcome
        self.retried = True
        yield from self.wait(self.setting.poll_interval)
        return (yield from self.iter_steps())


class SwallowsPoll401(ReferenceClient):
    """Goes on polling with a key that is not accepted."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        return False


class AsksTwice(ReferenceClient):
    """Polls once more when its key is not accepted."""

    refusals = 0

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        self.refusals += super().must_stop_polling(reply)
        return self.refusals > 1


class IgnoresRetryAfter(ReferenceClient):
    """Waits half a second after a 429, whatever the server asks for."""

    def parse_retry_after(self, reply: ReceivedResponse | TransportFailure | None) -> float | None:
        return 0.5


class IgnoresRetryDates(ReferenceClient):
    """Reads a Retry-After in seconds only."""

    def parse_retry_after(self, reply: ReceivedResponse | TransportFailure | None) -> float | None:
        asked = reply.headers.get("retry-after", "") if isinstance(reply, ReceivedResponse) else ""
        return 0.5 if asked and not asked.isdecimal() else super().parse_retry_after(reply)


class IgnoresRetryAfterOnPolls(ReferenceClient):
    """Obeys a Retry-After on creates alone."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        return super().find_next_poll_time(reply and TransportFailure("a poll", self.now))


class GivesUpOn5xx(ReferenceClient):
    """Takes a server's error on a poll for the end."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        return super().must_stop_polling(reply) or (
            isinstance(reply, ReceivedResponse) and reply.status >= 500
        )


class GivesUpOn429(ReferenceClient):
    """Takes a limit that it ran into for the end."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        return super().must_stop_polling(reply) or (
            isinstance(reply, ReceivedResponse) and reply.status == 429
        )


class GivesUpOnFaults(ReferenceClient):
    """Takes a lost answer to a poll for the end."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        return super().must_stop_polling(reply) or isinstance(reply, TransportFailure)


class GivesUpOnHtml(ReferenceClient):
    """Takes a page in place of JSON for the end."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        kind = reply.headers.get("content-type", "") if isinstance(reply, ReceivedResponse) else ""
        return super().must_stop_polling(reply) or kind.startswith("text/html")


class GivesUpOnRedirect(ReferenceClient):
    """Takes a redirect of a poll for the end."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        return super().must_stop_polling(reply) or (
            isinstance(reply, ReceivedResponse) and reply.status == 307
        )


class GivesUpOn404(ReferenceClient):
    """Takes a task that is not found yet for lost."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        return super().must_stop_polling(reply) or (
            isinstance(reply, ReceivedResponse) and reply.status == 404
        )


class GivesUpOnTwo404s(ReferenceClient):
    """Takes a task that is not found twice for lost."""

    missed = 0

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        self.missed += isinstance(reply, ReceivedResponse) and reply.status == 404
        return super().must_stop_polling(reply) or self.missed == 2


class MakesTwo(ReferenceClient):
    """Makes everything twice, to choose the better one."""

    def iter_steps(self) -> Steps[Outcome]:
        first = yield from super().iter_steps()
        return (yield from super().iter_steps()) if first.kind is OutcomeKind.COMPLETED else first


class RetriesPost(ReferenceClient):
    """Repeats a create whose answer was lost or was a server's error."""

    def may_repeat(self, reply: ReceivedResponse | TransportFailure, turn: int) -> bool:
        lost = isinstance(reply, TransportFailure) or reply.status >= 500
        return super().may_repeat(reply, turn) or (lost and turn <= 2)


class RetriesTimeouts(ReferenceClient):
    """Repeats a create whose answer did not come."""

    def may_repeat(self, reply: ReceivedResponse | TransportFailure, turn: int) -> bool:
        return super().may_repeat(reply, turn) or (
            isinstance(reply, TransportFailure) and turn <= 2
        )


class FailsWithoutACode(EnvelopeFails):
    """Reads the envelope of a task that was refused, and drops its code."""

    def parse_code(self, reply: ReceivedResponse | TransportFailure) -> str | int | None:
        refused = isinstance(reply, ReceivedResponse) and reply.status == 400
        return None if refused else super().parse_code(reply)
