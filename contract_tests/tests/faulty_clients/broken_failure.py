"""Clients that lose what went wrong, or try again what they must not, one mistake each."""

from __future__ import annotations

import json
from dataclasses import replace

from faulty_clients.allowed import EnvelopeFails
from wan_contracts.conversation import Conversation
from wan_contracts.outcome import Kind, Outcome
from wan_contracts.steps import Answer, Fault, Steps


class RaisesOnFailure(Conversation):
    """Raises an error of its own when a task has failed."""

    def failed(self, task_id: str, got: Answer | Fault) -> Outcome:
        raise RuntimeError(f"task {task_id} failed")


class TrustsJson(Conversation):
    """Parses the answer to its create without a thought."""

    def task_id_of(self, got: Answer | Fault) -> str | None:
        if self.healthy(got) and isinstance(got, Answer):
            json.loads(got.body)
        return super().task_id_of(got)


class DropsTheCode(Conversation):
    """Tells its caller the vendor's sentence, not the code."""

    def code_of(self, got: Answer | Fault) -> str | int | None:
        return None


class DropsCodesOfLimits(Conversation):
    """Tells every code but that of a payload that was refused."""

    preflight = False

    def refused(self, got: Answer) -> Outcome:
        outcome = super().refused(got)
        return replace(outcome, code=None) if got.status == 400 else outcome


class DropsCodesOfTasks(Conversation):
    """Tells the code of a refusal, and not that of a failed task."""

    def failed(self, task_id: str, got: Answer | Fault) -> Outcome:
        return replace(super().failed(task_id, got), code=None)


class ShortensNumbers(Conversation):
    """Keeps the last three digits of a code that is a number."""

    def code_of(self, got: Answer | Fault) -> str | int | None:
        code = super().code_of(got)
        return code % 1000 if isinstance(code, int) else code


class DropsTheMessage(Conversation):
    """Tells its caller the code, and nothing that a person can read."""

    def message_of(self, got: Answer | Fault) -> str:
        return ""


class LosesTheStatus(Conversation):
    """Reports a refusal as a failed task."""

    def refused(self, got: Answer) -> Outcome:
        return Outcome.failed(self.says(got), self.code_of(got))


class ReportsBadGateway(Conversation):
    """Reports each refusal as a 400."""

    def refused(self, got: Answer) -> Outcome:
        return Outcome.refused(400, self.message_of(got) or self.says(got), self.code_of(got))


class SwallowsRefusals(Conversation):
    """Takes a 401, or any refusal, for a call that made nothing."""

    def refused(self, got: Answer) -> Outcome:
        return Outcome.completed(())


class RetriesRefusals(Conversation):
    """Repeats a create that was refused for good."""

    def may_repeat(self, got: Answer | Fault, turn: int) -> bool:
        refused = isinstance(got, Answer) and 400 <= got.status < 500
        return refused and turn <= 1


class RetriesFailedTasks(Conversation):
    """Makes a new task when one has failed."""

    retried = False

    def follow(self, task_id: str) -> Steps[Outcome]:
        outcome = yield from super().follow(task_id)
        if outcome.kind is not Kind.FAILED or outcome.code is None or self.retried:
            return outcome
        self.retried = True
        yield from self.wait(self.setting.poll_interval)
        return (yield from self.run())


class SwallowsPoll401(Conversation):
    """Goes on polling with a key that is not accepted."""

    def hopeless(self, got: Answer | Fault) -> bool:
        return False


class AsksTwice(Conversation):
    """Polls once more when its key is not accepted."""

    refusals = 0

    def hopeless(self, got: Answer | Fault) -> bool:
        self.refusals += super().hopeless(got)
        return self.refusals > 1


class IgnoresRetryAfter(Conversation):
    """Waits half a second after a 429, whatever the server asks for."""

    def retry_after(self, got: Answer | Fault | None) -> float | None:
        return 0.5


class IgnoresRetryDates(Conversation):
    """Reads a Retry-After in seconds only."""

    def retry_after(self, got: Answer | Fault | None) -> float | None:
        asked = got.headers.get("retry-after", "") if isinstance(got, Answer) else ""
        return 0.5 if asked and not asked.isdecimal() else super().retry_after(got)


class IgnoresRetryAfterOnPolls(Conversation):
    """Obeys a Retry-After on creates alone."""

    def due(self, got: Answer | Fault | None) -> float | None:
        return super().due(got and Fault("a poll", self.now))


class GivesUpOn5xx(Conversation):
    """Takes a server's error on a poll for the end."""

    def hopeless(self, got: Answer | Fault) -> bool:
        return super().hopeless(got) or (isinstance(got, Answer) and got.status >= 500)


class GivesUpOn429(Conversation):
    """Takes a limit that it ran into for the end."""

    def hopeless(self, got: Answer | Fault) -> bool:
        return super().hopeless(got) or (isinstance(got, Answer) and got.status == 429)


class GivesUpOnFaults(Conversation):
    """Takes a lost answer to a poll for the end."""

    def hopeless(self, got: Answer | Fault) -> bool:
        return super().hopeless(got) or isinstance(got, Fault)


class GivesUpOnHtml(Conversation):
    """Takes a page in place of JSON for the end."""

    def hopeless(self, got: Answer | Fault) -> bool:
        kind = got.headers.get("content-type", "") if isinstance(got, Answer) else ""
        return super().hopeless(got) or kind.startswith("text/html")


class GivesUpOnRedirect(Conversation):
    """Takes a redirect of a poll for the end."""

    def hopeless(self, got: Answer | Fault) -> bool:
        return super().hopeless(got) or (isinstance(got, Answer) and got.status == 307)


class GivesUpOn404(Conversation):
    """Takes a task that is not found yet for lost."""

    def hopeless(self, got: Answer | Fault) -> bool:
        return super().hopeless(got) or (isinstance(got, Answer) and got.status == 404)


class GivesUpOnTwo404s(Conversation):
    """Takes a task that is not found twice for lost."""

    missed = 0

    def hopeless(self, got: Answer | Fault) -> bool:
        self.missed += isinstance(got, Answer) and got.status == 404
        return super().hopeless(got) or self.missed == 2


class MakesTwo(Conversation):
    """Makes everything twice, to choose the better one."""

    def run(self) -> Steps[Outcome]:
        first = yield from super().run()
        return (yield from super().run()) if first.kind is Kind.COMPLETED else first


class RetriesPost(Conversation):
    """Repeats a create whose answer was lost or was a server's error."""

    def may_repeat(self, got: Answer | Fault, turn: int) -> bool:
        lost = isinstance(got, Fault) or got.status >= 500
        return super().may_repeat(got, turn) or (lost and turn <= 2)


class RetriesTimeouts(Conversation):
    """Repeats a create whose answer did not come."""

    def may_repeat(self, got: Answer | Fault, turn: int) -> bool:
        return super().may_repeat(got, turn) or (isinstance(got, Fault) and turn <= 2)


class FailsWithoutACode(EnvelopeFails):
    """Reads the envelope of a task that was refused, and drops its code."""

    def code_of(self, got: Answer | Fault) -> str | int | None:
        refused = isinstance(got, Answer) and got.status == 400
        return None if refused else super().code_of(got)
