"""Defines unusual clients that keep every law: the suite must report no failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from wan_contracts.protocol.outcome import Outcome, Output
from wan_contracts.reference_client import response_parsing
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure


class CorrectWithoutLint(ReferenceClient):
    """Sends whatever it is given, and lets the server refuse it."""

    preflight = False


class Queues(ReferenceClient):
    """Lets a call wait its turn before it makes the create."""

    def iter_steps(self) -> Steps[Outcome]:
        yield from self.wait(500.0)
        return (yield from super().iter_steps())


class Ends(ReferenceClient):
    """The base of those that ask for the last time when they like.

    *spare* is in poll intervals and *more* in seconds: so long before the deadline that is.
    """

    spare = more = 0.0

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        interval = self.setting.poll_interval
        last = self.deadline_at - self.spare * interval - self.more
        pause = self.parse_retry_after(reply) or 0.0
        due = min(self.now + max(interval, pause), last)
        return due if due > self.now and due >= self.now + pause else None


class EndsLate(Ends):
    """Asks for the last time two intervals and a second after its deadline."""

    spare, more = -2.0, -1.0


class WaitsTwoIntervals(ReferenceClient):
    """Asks for the first time after two intervals and a second."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        return (
            super().find_next_poll_time(reply)
            if reply
            else self.now + 2 * self.setting.poll_interval + 1
        )


class PollsAtTheLimit(ReferenceClient):
    """Polls at three quarters of the interval."""

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        due = self.now + max(
            0.75 * self.setting.poll_interval, self.parse_retry_after(reply) or 0.0
        )
        return due if due <= self.deadline_at else None


class GivesUpOnThree404s(ReferenceClient):
    """Takes a task that was not found three times in a row for lost."""

    missed = 0

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        missed = isinstance(reply, ReceivedResponse) and reply.status == 404
        self.missed = self.missed + 1 if missed else 0
        return super().must_stop_polling(reply) or self.missed == 3


class Quotes(ReferenceClient):
    """The base of those that quote one of the *members* of an error, unless it is but a word."""

    members: ClassVar[Sequence[str]] = ()

    def parse_message(self, reply: ReceivedResponse | TransportFailure) -> str:
        document = self.parse_body(reply)
        inner = document.get("task_info") or document
        error = inner.get("error")
        places = [error if isinstance(error, dict) else {}, inner, document]
        for name in self.members:
            for place in places:
                if isinstance(said := place.get(name), str) and len(said) >= 8:
                    return said
        return super().parse_message(reply)


class QuotesDetails(Quotes):
    """Tells the details of an error."""

    members = ("detail", "message")


class QuotesErrors(Quotes):
    """Tells an error that is no more than a sentence."""

    members = ("error",)


class HandsOnUrls(ReferenceClient):
    """Leaves downloading to its caller."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        yield from self.wait(0)
        return Output(kind=kind, url=url)


class EnvelopeFails(ReferenceClient):
    """Reports a payload that was refused as the failed task that the refusal tells of."""

    preflight = False

    def build_refused_outcome(self, reply: ReceivedResponse) -> Outcome:
        task_id = response_parsing.parse_task_id(self.parse_body(reply))
        return (
            self.build_failed_outcome(task_id, reply)
            if task_id
            else super().build_refused_outcome(reply)
        )


class FollowsRedirects(ReferenceClient):
    """Repeats a poll at once that was redirected."""

    def poll(self, task_id: str) -> Steps[ReceivedResponse | TransportFailure]:
        reply = yield from super().poll(task_id)
        redirected = isinstance(reply, ReceivedResponse) and reply.status == 307
        return (yield from super().poll(task_id)) if redirected else reply


class FollowsToAGet(ReferenceClient):
    """Follows a redirected create with a GET, as many libraries do."""

    def create(self) -> Steps[ReceivedResponse | TransportFailure]:
        reply = yield from super().create()
        redirected = isinstance(reply, ReceivedResponse) and reply.status == 302
        if not redirected:
            return reply
        return (yield from self.send("GET", self.build_create_url(), self.build_poll_headers()))


class DownloadsInParts(ReferenceClient):
    """Fetches every other file in two parts, and whole where that does not work."""

    fetched = 0

    def download(self, kind: str, url: str) -> Steps[Output]:
        self.fetched += 1
        if self.fetched % 2 == 0:
            return (yield from super().download(kind, url))
        content = b""
        for span in ("bytes=0-63", "bytes=64-"):
            reply = yield from self.send("GET", url, {"Range": span})
            if isinstance(reply, TransportFailure) or not self.is_part(kind, reply):
                yield from self.wait(self.parse_retry_after(reply) or 0.0)
                return (yield from super().download(kind, url))
            content += reply.body
        return Output.of(kind, content, url)

    def is_part(self, kind: str, reply: ReceivedResponse) -> bool:
        return reply.status == 206 and reply.headers["content-type"].startswith(kind)


class DropsUndocumentedCodes(ReferenceClient):
    """Tells a code only if the page of the model has a table of codes, or its vendor has one."""

    def parse_code(self, reply: ReceivedResponse | TransportFailure) -> str | int | None:
        has_table = self.setting.model != "wan25_i2i_preview_intl"
        return super().parse_code(reply) if has_table else None


class DropsEmptyObjects(ReferenceClient):
    """Leaves out an object without members, as many serializers do."""

    def build_body(self) -> Any:
        return {name: value for name, value in self.payload.items() if value != {}}


class AddsEmptyObjects(ReferenceClient):
    """Sends an object of parameters, even if there are none."""

    def build_body(self) -> Any:
        return {**({"parameters": {}} if "input" in self.payload else {}), **self.payload}


class SaysUtf8(ReferenceClient):
    """Says that its JSON is UTF-8, as all JSON is."""

    def build_create_headers(self) -> dict[str, str]:
        charset = "utf8" if self.setting.vendor == "vtrix" else '"UTF-8"'
        return {**self.build_poll_headers(), "Content-Type": f"Application/JSON; charset={charset}"}


class RepeatsFailedPolls(ReferenceClient):
    """Repeats a poll at once after a fault or a server's error, as HTTP libraries do."""

    def poll(self, task_id: str) -> Steps[ReceivedResponse | TransportFailure]:
        for _ in range(3):
            reply = yield from super().poll(task_id)
            if isinstance(reply, ReceivedResponse) and reply.status < 500:
                break
        return reply


class KeepsUrls(ReferenceClient):
    """Reports files without their URLs, which expire."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        output = yield from super().download(kind, url)
        return replace(output, url=None)


class QuotesTitlesWithoutDetails(ReferenceClient):
    """Tells the title of an error whose detail says nothing."""

    def parse_message(self, reply: ReceivedResponse | TransportFailure) -> str:
        document = self.parse_body(reply)
        says_nothing = str(document.get("detail")).startswith("None (")
        return str(document["title"]) if says_nothing else super().parse_message(reply)


class RestsOnce(ReferenceClient):
    """Stops polling for a quarter of its deadline, once."""

    polls, share = 0, 0.25

    def find_next_poll_time(
        self, reply: ReceivedResponse | TransportFailure | None
    ) -> float | None:
        self.polls += 1
        rest = self.now + self.share * self.setting.deadline
        due = super().find_next_poll_time(reply)
        return max(due, rest) if due is not None and self.polls == 6 else due


class OnlySubmits(ReferenceClient):
    """Creates the task, and leaves all else to its caller."""

    def poll_until_end(self, task_id: str) -> Steps[Outcome]:
        yield from self.wait(0)
        return Outcome.submitted(task_id)
