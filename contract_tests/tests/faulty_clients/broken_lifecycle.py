"""Clients that follow a task wrongly, one mistake each."""

from __future__ import annotations

from wan_contracts.conversation import Conversation
from wan_contracts.outcome import Outcome
from wan_contracts.steps import Answer, Fault, Steps
from wan_validators.vendor import State


class StartsWithTheList(Conversation):
    """Looks for its task in a list, which no page documents, before it asks for the task."""

    def poll_url(self, task_id: str) -> str:
        return self.create_url() if self.polled == self.created else super().poll_url(task_id)

    created = 0.0

    def follow(self, task_id: str) -> Steps[Outcome]:
        self.created = self.now + self.setting.poll_interval
        return super().follow(task_id)


class LowersTheId(Conversation):
    """Takes ids for hexadecimal numbers, which it writes its own way."""

    def poll_url(self, task_id: str) -> str:
        return super().poll_url(task_id.replace("-", ""))


class TakesUnknownForFailed(Conversation):
    """Takes a status that it does not know for the end."""

    def state_of(self, got: Answer | Fault) -> State:
        known = self.says_of_state(got) in ("pending", "processing", "in_progress", "")
        found = super().state_of(got)
        return State.FAILED if found is State.RUNNING and not known else found

    def says_of_state(self, got: Answer | Fault) -> str:
        if not self.healthy(got) or not self.document(got):
            return ""
        document = self.document(got)
        return str((document.get("task_info") or document).get("status"))


class NeverPolls(Conversation):
    """Leaves the task alone as soon as it has its id."""

    def due(self, got: Answer | Fault | None) -> float | None:
        return None


class CallsSlowFailed(Conversation):
    """Reports a time-out of its own as a failure of the task."""

    def gave_up(self, message: str, task_id: str | None) -> Outcome:
        return Outcome.failed(message, task_id=task_id)


class LooksAtTheClockFirst(Conversation):
    """Does not read an answer that comes when the time is over."""

    def state_of(self, got: Answer | Fault) -> State:
        return State.RUNNING if self.now >= self.until else super().state_of(got)


class PollsAfterTheEnd(Conversation):
    """Asks once more when the task is done, to be sure."""

    def finish(self, task_id: str, got: Answer | Fault) -> Steps[Outcome]:
        yield from self.wait(self.setting.poll_interval)
        yield from self.poll(task_id)
        return (yield from super().finish(task_id, got))


class PollsAfterAFailure(Conversation):
    """Hopes that a task that failed comes round."""

    failures = 0

    def state_of(self, got: Answer | Fault) -> State:
        found = super().state_of(got)
        self.failures += found is State.FAILED
        return State.RUNNING if self.failures == 1 else found


class LosesTheTaskId(Conversation):
    """Raises a time-out that does not say which task it was."""

    def gave_up(self, message: str, task_id: str | None) -> Outcome:
        return super().gave_up(message, None)


class MakesUpATaskId(Conversation):
    """Gives tasks numbers of its own, and tells its caller those."""

    def gave_up(self, message: str, task_id: str | None) -> Outcome:
        return super().gave_up(message, task_id and "job-1")


class CallsFailedDone(Conversation):
    """Takes every end for success."""

    def failed(self, task_id: str, got: Answer | Fault) -> Outcome:
        return Outcome.completed((), task_id)


class KnowsOnePage(Conversation):
    """Compares statuses with the words of one page, letter by letter."""

    def state_of(self, got: Answer | Fault) -> State:
        found = super().state_of(got)
        word = got.body if isinstance(got, Answer) else b""
        return found if b'"completed"' in word or b'"failed"' in word else State.RUNNING


class GivesUpOnOtherWords(Conversation):
    """Does not know what to make of a task that succeeded."""

    def hopeless(self, got: Answer | Fault) -> bool:
        body = got.body if isinstance(got, Answer) else b""
        return super().hopeless(got) or b'"succeeded"' in body or b'"COMPLETED"' in body


class CallsFailedLost(Conversation):
    """Reports a task that failed as one whose end it does not know."""

    def failed(self, task_id: str, got: Answer | Fault) -> Outcome:
        return self.gave_up(self.message_of(got), task_id)


class PollsAnotherModel(Conversation):
    """Asks for every task at the model that it was written for."""

    def poll_url(self, task_id: str) -> str:
        return super().poll_url(task_id).replace("i2v-preview", "t2v-preview")
