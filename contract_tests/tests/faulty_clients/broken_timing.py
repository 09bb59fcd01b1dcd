"""Defines clients that poll at wrong times, with one mistake each."""

from __future__ import annotations

from faulty_clients.allowed import Ends, Queues, RestsOnce
from faulty_clients.broken_failure import GivesUpOn5xx
from wan_contracts.protocol.outcome import Outcome, OutcomeKind, Output
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure

HOUR_S = 3600.0

FEW = 10
"""Polls, after which some have had enough."""


class WaitsAtFirst(ReferenceClient):
    """Lets two and a half intervals pass before it asks for the first time."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        return (
            super().find_next_poll_time(reply)
            if reply
            else self.now + 2.5 * self.setting.poll_interval
        )


class AsksAtTheEnd(ReferenceClient):
    """Asks once, when the time is over."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        return None if reply else self.deadline_at


class CountsItsPolls(ReferenceClient):
    """Gives up after ten polls, however far apart they are."""

    polls = 0

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        self.polls += 1
        return super().find_next_poll_time(reply) if self.polls <= FEW else None


class GivesUpOnePollEarly(ReferenceClient):
    """Polls only while there is time for another poll after the next one."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        due = super().find_next_poll_time(reply)
        return (
            due if due is not None and due + self.setting.poll_interval < self.deadline_at else None
        )


class EndsATadEarly(Ends):
    """Wastes a bit more than an interval before its deadline."""

    spare, more = 1.01, 0.35


class EndsEarly(Ends):
    """Asks for the last time two and a half intervals and a second before its deadline."""

    spare, more = 2.5, 1.0


class EndsTooEarly(Ends):
    """Asks for the last time half a second before that."""

    spare, more = 2.5, 1.5


class LeavesTimeForFiles(Ends):
    """Keeps four intervals for downloads."""

    spare = 4.0


class EndsEarlyAndFails(EndsEarly):
    """Does that, and then says that the task has failed."""

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return Outcome.failed(message, task_id=task_id)


class EndsTooLate(Ends):
    """Asks for the last time two and a half intervals and a second after its deadline."""

    spare, more = -2.5, -1.0


class HasNoDeadline(ReferenceClient):
    """Polls for as long as it takes."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        return self.now + max(self.setting.poll_interval, self.parse_retry_after(reply) or 0.0)


class DoublesTheDeadline(ReferenceClient):
    """Takes its deadline for twice as long as it is."""

    def poll_until_end(self, task_id: str) -> Steps[Outcome]:
        self.deadline_at += self.setting.deadline
        return super().poll_until_end(task_id)


class QueuesAndCounts(Queues, CountsItsPolls):
    """Waits its turn, and gives up after ten polls."""


class QueuesAndGivesUp(Queues, GivesUpOn5xx):
    """Waits its turn, and takes a server's error on a poll for the end."""


class PollsTooOften(Ends):
    """Polls half as often again as it is asked to."""

    part = 1 / 1.54

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        pause = self.part * self.setting.poll_interval
        due = self.now + max(pause, self.parse_retry_after(reply) or 0.0)
        return due if due <= self.deadline_at else None


class PollsOftener(PollsTooOften):
    """Polls nearly twice as often as it is asked to."""

    part = 1 / 1.7


class HurriesAtTheEnd(ReferenceClient):
    """Polls at shorter and shorter intervals as its deadline comes near."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        left = self.deadline_at - self.now
        hurry = max(left / 4, self.setting.poll_interval / 50)
        pause = min(self.setting.poll_interval, hurry)
        due = self.now + max(pause, self.parse_retry_after(reply) or 0.0)
        return due if due <= self.deadline_at else None


class RestsForLong(RestsOnce):
    """Stops polling for nearly half of its deadline when nothing changes."""

    share = 0.45


class PollsBusily(PollsTooOften):
    """Polls five times as often as it is asked to."""

    part = 1 / 5


class QueuesAndHurries(Queues, PollsTooOften):
    """Waits its turn, and polls too often then."""


class HurriesAtFirst(ReferenceClient):
    """Makes its first waits short, in the hope of a quick end."""

    waits = 0

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        self.waits += 1
        hurry = self.now + max(
            0.69 * self.setting.poll_interval, self.parse_retry_after(reply) or 0.0
        )
        return hurry if self.waits <= 4 else super().find_next_poll_time(reply)


class DownloadsLate(ReferenceClient):
    """Fetches the results more than an hour after the task is done."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        yield from self.wait(1.2 * HOUR_S)
        return (yield from super().download(kind, url))


class SubmitsAgainLater(ReferenceClient):
    """Makes the whole call again an hour after it has failed or given up."""

    is_second = False

    def poll_until_end(self, task_id: str) -> Steps[Outcome]:
        outcome = yield from super().poll_until_end(task_id)
        if outcome.kind is OutcomeKind.COMPLETED or self.is_second:
            return outcome
        self.is_second = True
        yield from self.wait(HOUR_S)
        return (yield from self.iter_steps())


class NeverAnswers(ReferenceClient):
    """Polls a task twenty times faster than asked, for ever, so that it reports nothing."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        return self.now + self.setting.poll_interval / 20
