"""Clients that make up how a call ends, or which task it was, one mistake each."""

from __future__ import annotations

from dataclasses import replace

from wan_contracts.conversation import Conversation
from wan_contracts.outcome import Kind, Outcome
from wan_contracts.steps import Answer, Fault, Steps


class FailsTheLost(Conversation):
    """Takes a create whose answer was lost for a failure."""

    def without_task(self, got: Answer | Fault) -> Outcome:
        return Outcome.failed(got.says) if isinstance(got, Fault) else super().without_task(got)


class CompletesTheLost(Conversation):
    """Takes a create whose answer was lost for a call that made nothing."""

    def without_task(self, got: Answer | Fault) -> Outcome:
        return Outcome.completed(()) if isinstance(got, Fault) else super().without_task(got)


class FailsTheRefusedPoll(Conversation):
    """Takes a task for failed that it may not ask for any more."""

    refused_poll = False

    def hopeless(self, got: Answer | Fault) -> bool:
        self.refused_poll = super().hopeless(got)
        return self.refused_poll

    def gave_up(self, message: str, task_id: str | None) -> Outcome:
        given_up = super().gave_up(message, task_id)
        return self.made_up(given_up) if self.refused_poll else given_up

    def made_up(self, given_up: Outcome) -> Outcome:
        return replace(given_up, kind=Kind.FAILED)


class CompletesTheRefusedPoll(FailsTheRefusedPoll):
    """Takes a task for done that it may not ask for any more."""

    def made_up(self, given_up: Outcome) -> Outcome:
        return replace(given_up, kind=Kind.COMPLETED)


class FailsTheForgotten(FailsTheRefusedPoll):
    """Takes a task for failed that was there, and is not found any more."""

    found = False

    def hopeless(self, got: Answer | Fault) -> bool:
        missing = isinstance(got, Answer) and got.status == 404
        self.found = self.found or self.healthy(got)
        self.refused_poll = self.found and missing
        return self.refused_poll or Conversation.hopeless(self, got)


class NamesAnotherTask(Conversation):
    """Gives a task that is done a number of its own."""

    def finish(self, task_id: str, got: Answer | Fault) -> Steps[Outcome]:
        outcome = yield from super().finish(task_id, got)
        return replace(outcome, task_id="job-1")


class CallsFailedRefused(Conversation):
    """Makes one error of a task that failed and of a create that was refused."""

    def failed(self, task_id: str, got: Answer | Fault) -> Outcome:
        return replace(super().failed(task_id, got), kind=Kind.REFUSED, status=200)
