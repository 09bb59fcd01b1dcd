"""Defines clients that report a wrong end or task, with one mistake each."""

from __future__ import annotations

from dataclasses import replace

from wan_contracts.protocol.outcome import Outcome, OutcomeKind
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure


class FailsTheLost(ReferenceClient):
    """Takes a create whose answer was lost for a failure."""

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        return (
            Outcome.failed(reply.message)
            if isinstance(reply, TransportFailure)
            else super().build_outcome_without_task(reply)
        )


class CompletesTheLost(ReferenceClient):
    """Takes a create whose answer was lost for a call that made nothing."""

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        return (
            Outcome.completed(())
            if isinstance(reply, TransportFailure)
            else super().build_outcome_without_task(reply)
        )


class FailsTheRefusedPoll(ReferenceClient):
    """Takes a task for failed that it may not ask for any more."""

    refused_poll = False

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        self.refused_poll = super().must_stop_polling(reply)
        return self.refused_poll

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        given_up = super().build_gave_up_outcome(message, task_id)
        return self.made_up(given_up) if self.refused_poll else given_up

    def made_up(self, given_up: Outcome) -> Outcome:
        return replace(given_up, kind=OutcomeKind.FAILED)


class CompletesTheRefusedPoll(FailsTheRefusedPoll):
    """Takes a task for done that it may not ask for any more."""

    def made_up(self, given_up: Outcome) -> Outcome:
        return replace(given_up, kind=OutcomeKind.COMPLETED)


class FailsTheForgotten(FailsTheRefusedPoll):
    """Takes a task for failed that was there, and is not found any more."""

    found = False

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        missing = isinstance(reply, ReceivedResponse) and reply.status == 404
        self.found = self.found or self.is_success(reply)
        self.refused_poll = self.found and missing
        return self.refused_poll or ReferenceClient.must_stop_polling(self, reply)


class NamesAnotherTask(ReferenceClient):
    """Gives a task that is done a number of its own."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        return replace(outcome, task_id="job-1")


class CallsFailedRefused(ReferenceClient):
    """Makes one error of a task that failed and of a create that was refused."""

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        return replace(
            super().build_failed_outcome(task_id, reply), kind=OutcomeKind.REFUSED, status=200
        )


class SubmitsTheLost(FailsTheLost):
    """Reports a task with an id of its own when the answer to the create was lost."""

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        lost = isinstance(reply, TransportFailure)
        return Outcome.submitted("job-1") if lost else super().build_outcome_without_task(reply)


class SubmitsTheRefused(ReferenceClient):
    """Reports a task with an id of its own when the create was refused."""

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        outcome = super().build_outcome_without_task(reply)
        return Outcome.submitted("job-1") if outcome.kind is OutcomeKind.REFUSED else outcome
