"""Defines clients that follow a task wrongly, with one mistake each."""

from __future__ import annotations

from wan_contracts.protocol.outcome import Outcome
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure
from wan_validators.task import State


class StartsWithTheList(ReferenceClient):
    """Looks for its task in a list, which no page documents, before it asks for the task."""

    def build_poll_url(self, task_id: str) -> str:
        return (
            self.build_create_url()
            if self.last_polled_at == self.created
            else super().build_poll_url(task_id)
        )

    created = 0.0

    def poll_until_end(self, task_id: str) -> Steps[Outcome]:
        self.created = self.now + self.setting.poll_interval
        return super().poll_until_end(task_id)


class LowersTheId(ReferenceClient):
    """Takes ids for hexadecimal numbers, which it writes its own way."""

    def build_poll_url(self, task_id: str) -> str:
        return super().build_poll_url(task_id.replace("-", ""))


class TakesUnknownForFailed(ReferenceClient):
    """Takes a status that it does not know for the end."""

    def parse_state(self, reply: ReceivedResponse | TransportFailure) -> State:
        known = self.says_of_state(reply) in ("pending", "processing", "in_progress", "")
        found = super().parse_state(reply)
        return State.FAILED if found is State.RUNNING and not known else found

    def says_of_state(self, reply: ReceivedResponse | TransportFailure) -> str:
        if not self.is_success(reply) or not self.parse_body(reply):
            return ""
        document = self.parse_body(reply)
        return str((document.get("task_info") or document).get("status"))


class NeverPolls(ReferenceClient):
    """Leaves the task alone as soon as it has its id."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        return None


class CallsSlowFailed(ReferenceClient):
    """Reports a time-out of its own as a failure of the task."""

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return Outcome.failed(message, task_id=task_id)


class LooksAtTheClockFirst(ReferenceClient):
    """Does not read an answer that comes when the time is over."""

    def parse_state(self, reply: ReceivedResponse | TransportFailure) -> State:
        return State.RUNNING if self.now >= self.deadline_at else super().parse_state(reply)


class PollsAfterTheEnd(ReferenceClient):
    """Asks once more when the task is done, to be sure."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        yield from self.wait(self.setting.poll_interval)
        yield from self.poll(task_id)
        return (yield from super().fetch_results(task_id, reply))


class PollsAfterAFailure(ReferenceClient):
    """Hopes that a task that failed comes round."""

    failures = 0

    def parse_state(self, reply: ReceivedResponse | TransportFailure) -> State:
        found = super().parse_state(reply)
        self.failures += found is State.FAILED
        return State.RUNNING if self.failures == 1 else found


class LosesTheTaskId(ReferenceClient):
    """Raises a time-out that does not say which task it was."""

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return super().build_gave_up_outcome(message, None)


class MakesUpATaskId(ReferenceClient):
    """Gives tasks numbers of its own, and tells its caller those."""

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return super().build_gave_up_outcome(message, task_id and "job-1")


class CallsFailedDone(ReferenceClient):
    """Takes every end for success."""

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        return Outcome.completed((), task_id)


class KnowsOnePage(ReferenceClient):
    """Compares statuses with the words of one page, letter by letter."""

    def parse_state(self, reply: ReceivedResponse | TransportFailure) -> State:
        found = super().parse_state(reply)
        word = reply.body if isinstance(reply, ReceivedResponse) else b""
        return found if b'"completed"' in word or b'"failed"' in word else State.RUNNING


class GivesUpOnOtherWords(ReferenceClient):
    """Does not know what to make of a task that succeeded."""

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        body = reply.body if isinstance(reply, ReceivedResponse) else b""
        return super().must_stop_polling(reply) or b'"succeeded"' in body or b'"COMPLETED"' in body


class CallsFailedLost(ReferenceClient):
    """Reports a task that failed as one whose end it does not know."""

    def build_failed_outcome(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Outcome:
        return self.build_gave_up_outcome(self.parse_message(reply), task_id)


class PollsAnotherModel(ReferenceClient):
    """Asks for every task at the model that it was written for."""

    def build_poll_url(self, task_id: str) -> str:
        return super().build_poll_url(task_id).replace("i2v-preview", "t2v-preview")
