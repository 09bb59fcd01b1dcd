"""Defines clients that report what did not happen, or other files than they got."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from faulty_clients.allowed import CorrectWithoutLint, HandsOnUrls, KeepsUrls, Quotes
from faulty_clients.broken_results import Rearranges
from wan_contracts.protocol.outcome import Outcome, OutcomeKind, Output
from wan_contracts.reference_client.client import ReferenceClient
from wan_contracts.reference_client.io_events import ReceivedResponse, Steps, TransportFailure
from wan_validators.task import TaskOutput


class AnswersFromACache(ReferenceClient):
    """Reports the results of an earlier call, and sends nothing."""

    def iter_steps(self) -> Steps[Outcome]:
        yield from self.wait(0)
        refusal = self.check_payload()
        return refusal or Outcome.completed([Output.of("image", b"an earlier file")], "task-0")


class FollowsAnEarlierTask(ReferenceClient):
    """Polls the task of an earlier call, and creates none."""

    def create(self) -> Steps[ReceivedResponse | TransportFailure]:
        yield from self.send("GET", self.build_poll_url("0"), self.build_poll_headers())
        return TransportFailure("there is a task already", self.now)

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        return Outcome.completed((), "0")


class KeepsFiles(ReferenceClient):
    """Reports a file that it had before, and downloads none."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        yield from self.wait(0)
        return Output.of(kind, b"an earlier file", url)


class Refuses202(ReferenceClient):
    """Takes every status but 200 for a refusal of its create."""

    def parse_task_id(self, reply: ReceivedResponse | TransportFailure) -> str | None:
        is_known = isinstance(reply, ReceivedResponse) and reply.status == 200
        return super().parse_task_id(reply) if is_known else None

    def build_outcome_without_task(self, reply: ReceivedResponse | TransportFailure) -> Outcome:
        if isinstance(reply, ReceivedResponse) and reply.status == 202:
            return self.build_refused_outcome(reply)
        return super().build_outcome_without_task(reply)


class RefusesPolls(ReferenceClient):
    """Reports a task as a refused create when its key is not accepted any more."""

    refusal: Outcome | None = None

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        stops = super().must_stop_polling(reply)
        if stops and isinstance(reply, ReceivedResponse):
            self.refusal = self.build_refused_outcome(reply)
        return stops

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        return self.refusal or super().build_gave_up_outcome(message, task_id)


class NamesFilesByTask(Rearranges):
    """Saves each file under the name of its task, so that the last one is left."""

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        saved = [each for each in outputs if each.sha256]
        return [
            replace(each, sha256=saved[-1].sha256, length=saved[-1].length) if each.sha256 else each
            for each in outputs
        ]


class AppendsWholeFiles(ReferenceClient):
    """Continues a download that was cut, and appends whatever comes."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        first = yield from self.send("GET", url, {})
        if not isinstance(first, TransportFailure):
            yield from self.wait(self.parse_retry_after(first) or 0.0)
            return (yield from super().download(kind, url))
        yield from self.wait(self.setting.poll_interval)
        rest = yield from self.send("GET", url, {"Range": "bytes=40-"})
        defect = self.find_defect(kind, rest)
        if defect is None and isinstance(rest, ReceivedResponse):
            return Output.of(kind, rest.body[:40] + rest.body, url)
        return Output.missing(kind, defect or "it was cut", url)


class DemandsTheType(ReferenceClient):
    """Rejects a file for its Content-Type, whatever it is."""

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        if isinstance(reply, ReceivedResponse) and reply.status == 200:
            media_type = reply.headers.get("content-type", "")
            if not media_type.startswith(f"{kind}/"):
                return f"it is {media_type}"
        return super().find_defect(kind, reply)


class FailsWhereFilesDo(ReferenceClient):
    """Reports a task as failed whose files did not come at the first try."""

    flawed = False

    def find_defect(self, kind: str, reply: ReceivedResponse | TransportFailure) -> str | None:
        flaw = super().find_defect(kind, reply)
        self.flawed = self.flawed or flaw is not None
        return flaw

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        return Outcome.failed("a file did not come", task_id=task_id) if self.flawed else outcome


class KeepsUrlsAndNeverCounts(KeepsUrls):
    """Reports files without their URLs, and does not count them."""

    def is_partial(self, results: Sequence[TaskOutput]) -> bool:
        return False


class KeepsOneUrlAndNeverCounts(Rearranges):
    """Reports the URL of the first file only, and does not count the files."""

    def is_partial(self, results: Sequence[TaskOutput]) -> bool:
        return False

    def arranged(self, outputs: Sequence[Output]) -> Sequence[Output]:
        return [*outputs[:1], *(replace(each, url=None) for each in outputs[1:])]


class QuotesTitles(Quotes):
    """Tells the title of an error, which does not say what is wrong."""

    members = ("title", "error_message")


class FailsOn5xx(ReferenceClient):
    """Takes a server's error on a poll for the end of the task."""

    lost: str | None = None

    def must_stop_polling(self, reply: ReceivedResponse | TransportFailure) -> bool:
        if isinstance(reply, ReceivedResponse) and reply.status >= 500:
            self.lost = self.describe(reply)
        return super().must_stop_polling(reply) or self.lost is not None

    def build_gave_up_outcome(self, message: str, task_id: str | None) -> Outcome:
        given_up = super().build_gave_up_outcome(message, task_id)
        return replace(given_up, kind=OutcomeKind.FAILED) if self.lost else given_up


class TrustsTheForm(ReferenceClient):
    """Expects that output is the list of another vendor, and nothing else."""

    def parse_results(self, reply: ReceivedResponse | TransportFailure) -> Sequence[TaskOutput]:
        for item in self.parse_body(reply).get("output") or ():
            item.get("content")
        return super().parse_results(reply)


class FindsNoOutputUrl(ReferenceClient):
    """Reads lists of results only."""

    def parse_results(self, reply: ReceivedResponse | TransportFailure) -> Sequence[TaskOutput]:
        if isinstance(self.parse_body(reply).get("output"), dict):
            return ()
        return super().parse_results(reply)


class CompletesWithNothing(FindsNoOutputUrl):
    """Reads lists of results only, and takes output.url for success without results."""

    def fetch_results(
        self, task_id: str, reply: ReceivedResponse | TransportFailure
    ) -> Steps[Outcome]:
        outcome = yield from super().fetch_results(task_id, reply)
        is_recorded = isinstance(self.parse_body(reply).get("output"), dict)
        return Outcome.completed((), task_id) if is_recorded else outcome


class ReadsDatesAsLocal(ReferenceClient):
    """Reads the date of a Retry-After in the time zone of the computer."""

    def parse_retry_after(self, reply: ReceivedResponse | TransportFailure | None) -> float | None:
        text = reply.headers.get("retry-after", "") if isinstance(reply, ReceivedResponse) else ""
        if not text.endswith("GMT"):
            return super().parse_retry_after(reply)
        date = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
        return max(0.0, date.timestamp() - time.time())


class ObeysLimitsOnly(CorrectWithoutLint):
    """Obeys a Retry-After with a 429, and no other."""

    def parse_retry_after(self, reply: ReceivedResponse | TransportFailure | None) -> float | None:
        limited = isinstance(reply, ReceivedResponse) and reply.status == 429
        return super().parse_retry_after(reply) if limited else None


class CutsQueriesOff(ReferenceClient):
    """Downloads a file without the signature in the query of its URL."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        output = yield from super().download(kind, url.partition("?")[0])
        return replace(output, url=url)


class HandsOnShortUrls(HandsOnUrls):
    """Leaves downloading to its caller, with the URLs without their signatures."""

    def download(self, kind: str, url: str) -> Steps[Output]:
        return (yield from super().download(kind, url.partition("?")[0]))
