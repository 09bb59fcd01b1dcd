"""Clients that follow a task wrongly, one mistake each."""

from __future__ import annotations

from wan_contracts.protocol.outcome import Outcome
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure
from wan_validators.vendor import State


class StartsWithTheList(ReferenceClient):
    """Looks for its task in a list, which no page documents, before it asks for the task."""

    def poll_url(self, task_id: str) -> str:
        return (
            self.create_url() if self.last_polled_at == self.created else super().poll_url(task_id)
        )

    created = 0.0

    def poll_until_end(self, task_id: str) -> Steps[Outcome]:
        self.created = self.now + self.setting.poll_interval
        return super().poll_until_end(task_id)


class LowersTheId(ReferenceClient):
    """Takes ids for hexadecimal numbers, which it writes its own way."""

    def poll_url(self, task_id: str) -> str:
        return super().poll_url(task_id.replace("-", ""))


class TakesUnknownForFailed(ReferenceClient):
    """Takes a status that it does not know for the end."""

    def parse_state(self, got: ReceivedResponse | TransportFailure) -> State:
        known = self.says_of_state(got) in ("pending", "processing", "in_progress", "")
        found = super().parse_state(got)
        return State.FAILED if found is State.RUNNING and not known else found

    def says_of_state(self, got: ReceivedResponse | TransportFailure) -> str:
        if not self.is_success(got) or not self.parse_body(got):
            return ""
        document = self.parse_body(got)
        return str((document.get("task_info") or document).get("status"))


class NeverPolls(ReferenceClient):
    """Leaves the task alone as soon as it has its id."""

    def next_poll_at(self, got: ReceivedResponse | TransportFailure | None) -> float | None:
        return None


class CallsSlowFailed(ReferenceClient):
    """Reports a time-out of its own as a failure of the task."""

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return Outcome.failed(message, task_id=task_id)


class LooksAtTheClockFirst(ReferenceClient):
    """Does not read an answer that comes when the time is over."""

    def parse_state(self, got: ReceivedResponse | TransportFailure) -> State:
        return State.RUNNING if self.now >= self.deadline_at else super().parse_state(got)


class PollsAfterTheEnd(ReferenceClient):
    """Asks once more when the task is done, to be sure."""

    def fetch_results(
        self, task_id: str, got: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        yield from self.wait(self.setting.poll_interval)
        yield from self.poll(task_id)
        return (yield from super().fetch_results(task_id, got))


class PollsAfterAFailure(ReferenceClient):
    """Hopes that a task that failed comes round."""

    failures = 0

    def parse_state(self, got: ReceivedResponse | TransportFailure) -> State:
        found = super().parse_state(got)
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
        self, task_id: str, got: ReceivedResponse | TransportFailure
    ) -> Outcome:
        return Outcome.completed((), task_id)


class KnowsOnePage(ReferenceClient):
    """Compares statuses with the words of one page, letter by letter."""

    def parse_state(self, got: ReceivedResponse | TransportFailure) -> State:
        found = super().parse_state(got)
        word = got.body if isinstance(got, ReceivedResponse) else b""
        return found if b'"completed"' in word or b'"failed"' in word else State.RUNNING


class GivesUpOnOtherWords(ReferenceClient):
    """Does not know what to make of a task that succeeded."""

    def must_stop_polling(self, got: ReceivedResponse | TransportFailure) -> bool:
        body = got.body if isinstance(got, ReceivedResponse) else b""
        return super().must_stop_polling(got) or b'"succeeded"' in body or b'"COMPLETED"' in body


class CallsFailedLost(ReferenceClient):
    """Reports a task that failed as one whose end it does not know."""

    def build_failed_outcome(
        self, task_id: str, got: ReceivedResponse | TransportFailure
    ) -> Outcome:
        return self.build_gave_up_outcome(self.parse_message(got), task_id)


class PollsAnotherModel(ReferenceClient):
    """Asks for every task at the model that it was written for."""

    def poll_url(self, task_id: str) -> str:
        return super().poll_url(task_id).replace("i2v-preview", "t2v-preview")
